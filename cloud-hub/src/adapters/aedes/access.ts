import type { AedesOptions, AuthenticateError, Client, Subscription } from 'aedes';
import type { Log } from '../../ports/log.ts';
import type { Admission, SiteAuth } from '../../ports/site-auth.ts';
import { clientIdOf, identityOf, prefixed, type SiteIdentity, topicsOf } from '../site-topics.ts';

type Rules = Required<
  Pick<
    AedesOptions,
    'authenticate' | 'authorizePublish' | 'authorizeSubscribe' | 'authorizeForward'
  >
>;

/** CONNACK codes of MQTT 3.1.1 §3.2.2.3. */
const CONNACK = { badIdentifier: 2, unavailable: 3, badLogin: 4, notAuthorised: 5 } as const;

interface Access {
  readonly site: SiteIdentity;
  readonly publish: ReadonlySet<string>;
  readonly subscribe: ReadonlySet<string>;
}

const refusal = (message: string, returnCode: number): AuthenticateError =>
  Object.assign(new RangeError(message), { returnCode });

/**
 * The four hooks that make virtual hosts of one broker: a site proves who it is, then its topics are
 * checked and carried under its vendor's prefix, and the prefix is taken off what is sent to it.
 */
export function accessRules(auth: SiteAuth, log: Log): Rules {
  const accessByClient = new WeakMap<Client, Access>();

  const admit = async (client: Client, user: string, secret: string): Promise<number | null> => {
    const site = identityOf(user);
    if (site === undefined) return CONNACK.badLogin;
    if (client.id !== clientIdOf(site)) return CONNACK.badIdentifier;
    if (!client.clean) return CONNACK.notAuthorised;
    const address = addressOf(client);
    const admission = await auth({ ...site, secret, address });
    if (admission !== 'yes') {
      log.warn({ ...site, address, admission }, 'broker-site-refused');
      return codeOf(admission);
    }
    accessByClient.set(client, { site, ...topicsOf(site.siteId) });
    return null;
  };

  return {
    authenticate: (client, user, password, done) => {
      admit(client, user ?? '', password?.toString('utf8') ?? '').then(
        (code) => done(code === null ? null : refusal('not admitted', code), code === null),
        (error: unknown) => {
          log.error({ error: String(error) }, 'broker-auth-failed');
          done(refusal('authentication failed', CONNACK.unavailable), null);
        },
      );
    },
    authorizePublish: (client, packet, done) => {
      // The broker's own messages have no client and keep their topics.
      if (client === null) return done(null);
      const access = accessByClient.get(client);
      if (access?.publish.has(packet.topic) !== true) {
        return done(new RangeError(`${client.id} may not publish ${packet.topic}`));
      }
      packet.topic = prefixed(access.site.vendor, packet.topic);
      packet.retain = false;
      return done(null);
    },
    authorizeSubscribe: (client, subscription, done) => {
      const access = accessByClient.get(client);
      if (access?.subscribe.has(subscription.topic) !== true) {
        return done(new RangeError(`${client.id} may not subscribe ${subscription.topic}`));
      }
      const own: Subscription = {
        ...subscription,
        topic: prefixed(access.site.vendor, subscription.topic),
      };
      return done(null, own);
    },
    authorizeForward: (client, packet) => {
      const access = accessByClient.get(client);
      if (access === undefined) return null;
      const prefix = prefixed(access.site.vendor, '');
      if (!packet.topic.startsWith(prefix)) return null;
      packet.topic = packet.topic.slice(prefix.length);
      return packet;
    },
  };
}

function codeOf(admission: Exclude<Admission, 'yes'>): number {
  return admission === 'no' ? CONNACK.badLogin : CONNACK.unavailable;
}

function addressOf(client: Client): string {
  const { remoteAddress } = client.conn as { readonly remoteAddress?: unknown };
  return typeof remoteAddress === 'string' ? remoteAddress : '';
}
