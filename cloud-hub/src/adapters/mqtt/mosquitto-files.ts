import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { LANES } from '@holdfast/shared/sync/lanes';
import { TOPICS } from '@holdfast/shared/sync/messages';
import { prefixed } from '../site-topics.ts';

export interface MosquittoSite {
  readonly siteId: string;
  readonly vendors: readonly string[];
  readonly secret: string;
}

export interface MosquittoPlan {
  readonly host: string;
  /** One listener a vendor; its mount point makes the virtual host. */
  readonly listeners: readonly { readonly vendor: string; readonly port: number }[];
  readonly hub: { readonly user: string; readonly password: string };
  readonly sites: readonly MosquittoSite[];
  readonly passwordFile: string;
  readonly accessFile: string;
}

const ITERATIONS = 101;

/** A line of mosquitto's password file: PBKDF2 with SHA-512. */
function passwordLine(user: string, password: string): string {
  const salt = randomBytes(12);
  const key = pbkdf2Sync(password, salt, ITERATIONS, 64, 'sha512');
  return `${user}:$7$${ITERATIONS}$${salt.toString('base64')}$${key.toString('base64')}`;
}

/** What one site may do in the virtual host of one vendor. */
function siteLines(vendor: string, siteId: string): readonly string[] {
  const may = (access: 'read' | 'write', topic: string) =>
    `topic ${access} ${prefixed(vendor, topic)}`;
  return [
    `user ${vendor}:${siteId}`,
    ...Object.values(LANES).map((laneNo) => may('write', TOPICS.uplink(siteId, laneNo))),
    may('write', TOPICS.presence(siteId)),
    may('write', TOPICS.result(siteId)),
    may('read', TOPICS.answer(siteId)),
    may('read', TOPICS.command(siteId)),
  ];
}

/** Texts of mosquitto's configuration, password and access files for a hub and its sites. */
export function mosquittoFiles(plan: MosquittoPlan): {
  readonly config: string;
  readonly passwords: string;
  readonly access: string;
} {
  const { host, listeners, hub, sites } = plan;
  const config = [
    'per_listener_settings false',
    'allow_anonymous false',
    'persistence false',
    `password_file ${plan.passwordFile}`,
    `acl_file ${plan.accessFile}`,
    ...listeners.flatMap(({ vendor, port }) => [
      `listener ${port} ${host}`,
      `mount_point ${prefixed(vendor, '')}`,
    ]),
  ];
  const passwords = [
    passwordLine(hub.user, hub.password),
    ...sites.flatMap(({ siteId, vendors, secret }) =>
      vendors.map((vendor) => passwordLine(`${vendor}:${siteId}`, secret)),
    ),
  ];
  const access = [
    `user ${hub.user}`,
    'topic readwrite #',
    ...sites.flatMap(({ siteId, vendors }) => vendors.flatMap((v) => siteLines(v, siteId))),
  ];
  const text = (lines: readonly string[]) => `${lines.join('\n')}\n`;
  return { config: text(config), passwords: text(passwords), access: text(access) };
}
