import { LANES } from '@holdfast/shared/sync/lanes';
import { TOPICS } from '@holdfast/shared/sync/messages';

/** A connected site: user name and client id are both `<vendor>:<site>` ([SYNC-12]). */
export interface SiteIdentity {
  readonly vendor: string;
  readonly siteId: string;
}

/** No wildcards, no slashes, no dots (RabbitMQ maps them): a name that is safe in any topic. */
const NAME = /^[A-Za-z0-9_-]{1,64}$/;

/** Reads `<vendor>:<site>`; `undefined` when it is anything else. */
export function identityOf(userName: string): SiteIdentity | undefined {
  const [vendor = '', siteId = '', ...more] = userName.split(':');
  if (more.length > 0 || !NAME.test(vendor) || !NAME.test(siteId)) return undefined;
  return { vendor, siteId };
}

export const clientIdOf = (site: SiteIdentity): string => `${site.vendor}:${site.siteId}`;

/** Topics that a site may publish and subscribe: its own, nothing else. */
export function topicsOf(siteId: string): {
  readonly publish: ReadonlySet<string>;
  readonly subscribe: ReadonlySet<string>;
} {
  const uplinks = Object.values(LANES).map((laneNo) => TOPICS.uplink(siteId, laneNo));
  return {
    publish: new Set([...uplinks, TOPICS.presence(siteId), TOPICS.result(siteId)]),
    subscribe: new Set([TOPICS.answer(siteId), TOPICS.command(siteId)]),
  };
}

/** The vendor's virtual host as a topic prefix inside the broker. */
export const prefixed = (vendor: string, topic: string): string => `${vendor}/${topic}`;
