import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { clientIdOf, topicsOf } from '../site-topics.ts';

export interface MosquittoSite {
  readonly siteId: string;
  readonly secret: string;
}

/** A mosquitto that is the virtual host of one vendor. */
export interface MosquittoPlan {
  readonly vendor: string;
  readonly host: string;
  readonly port: number;
  readonly hub: { readonly user: string; readonly password: string };
  readonly sites: readonly MosquittoSite[];
  /** Where mosquitto's dynamic security plugin lies, and where its file will. */
  readonly plugin: string;
  readonly securityFile: string;
}

/** Where Debian puts the plugin (package `mosquitto`, x86-64). */
export const DEBIAN_SECURITY_PLUGIN = '/usr/lib/x86_64-linux-gnu/mosquitto_dynamic_security.so';

const ITERATIONS = 101;

interface Access {
  readonly send: readonly string[];
  readonly receive: readonly string[];
}

/** A client of the plugin, with a role of its own. */
function login(name: string, password: string, { send, receive }: Access) {
  const salt = randomBytes(12);
  const key = pbkdf2Sync(password, salt, ITERATIONS, 64, 'sha512');
  const allow = (acltype: string, topic: string) => ({ acltype, topic, priority: 0, allow: true });
  return {
    client: {
      username: name,
      salt: salt.toString('base64'),
      password: key.toString('base64'),
      iterations: ITERATIONS,
      roles: [{ rolename: name }],
    },
    role: {
      rolename: name,
      acls: [
        ...send.map((topic) => allow('publishClientSend', topic)),
        ...receive.map((topic) => allow('subscribePattern', topic)),
      ],
    },
  };
}

/**
 * Texts of mosquitto's configuration and of its dynamic security plugin, for a hub and its sites. The
 * plugin, since a user name with a colon, as ours are, cannot stand in mosquitto's password file.
 */
export function mosquittoFiles(plan: MosquittoPlan): {
  readonly config: string;
  readonly security: string;
} {
  const { vendor, host, port, hub, sites } = plan;
  const config = [
    'per_listener_settings false',
    'allow_anonymous false',
    'persistence false',
    `plugin ${plan.plugin}`,
    `plugin_opt_config_file ${plan.securityFile}`,
    `listener ${port} ${host}`,
  ];
  const logins = [
    login(hub.user, hub.password, { send: ['#'], receive: ['#'] }),
    ...sites.map(({ siteId, secret }) => {
      const { publish, subscribe } = topicsOf(siteId);
      const access = { send: [...publish], receive: [...subscribe] };
      return login(clientIdOf({ vendor, siteId }), secret, access);
    }),
  ];
  const security = {
    defaultACLAccess: {
      publishClientSend: false,
      publishClientReceive: true,
      subscribe: false,
      unsubscribe: true,
    },
    clients: logins.map(({ client }) => client),
    groups: [],
    roles: logins.map(({ role }) => role),
  };
  return { config: `${config.join('\n')}\n`, security: JSON.stringify(security, null, 2) };
}
