import type { UplinkMessage } from '../ports/broker.ts';

/** Patterns of everything that sites send, the vendor in front. */
export const UPLINK_PATTERNS = ['+/u/+/+', '+/p/+', '+/r/+'] as const;

const TOPIC = /^([^/]+)\/(?:u\/([^/]+)\/(\d)|p\/([^/]+)|r\/([^/]+))$/;

/** Reads a prefixed topic of a site; `undefined` when it is none. */
export function uplinkOf(topic: string, payload: Uint8Array): UplinkMessage | undefined {
  const match = TOPIC.exec(topic);
  if (match === null) return undefined;
  const [, vendor = '', uplink, laneNo, presence, result] = match;
  if (uplink !== undefined) {
    return { vendor, siteId: uplink, topic: 'uplink', laneNo: Number(laneNo), payload };
  }
  if (presence !== undefined) {
    return { vendor, siteId: presence, topic: 'presence', laneNo: undefined, payload };
  }
  return { vendor, siteId: result ?? '', topic: 'result', laneNo: undefined, payload };
}
