import type { UplinkMessage } from '../ports/broker.ts';

/** Patterns of everything that sites send, inside the virtual host of their vendor. */
export const SITE_PATTERNS = ['u/+/+', 'p/+', 'r/+'] as const;

const TOPIC = /^(?:u\/([^/]+)\/(\d)|p\/([^/]+)|r\/([^/]+))$/;

/** Reads the topic of a site's message; `undefined` when it is none. */
export function uplinkOf(
  vendor: string,
  topic: string,
  payload: Uint8Array,
): UplinkMessage | undefined {
  const match = TOPIC.exec(topic);
  if (match === null) return undefined;
  const [, uplink, laneNo, presence, result] = match;
  if (uplink !== undefined) {
    return { vendor, siteId: uplink, topic: 'uplink', laneNo: Number(laneNo), payload };
  }
  if (presence !== undefined) {
    return { vendor, siteId: presence, topic: 'presence', laneNo: undefined, payload };
  }
  return { vendor, siteId: result ?? '', topic: 'result', laneNo: undefined, payload };
}
