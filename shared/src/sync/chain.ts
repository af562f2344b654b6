import { CORE_LANES, type LaneName } from './lanes.ts';

/**
 * Text whose SHA-256 (hex) is the next link of a day's chain ([SYNC-14]). Core lanes cover the body,
 * the others number, time, kind and key: there the count and the identity are what must be conserved.
 */
export function chainLink(
  lane: LaneName,
  before: string,
  event: {
    readonly seq: number;
    readonly atMs: number;
    readonly kind: string;
    readonly key: string;
    readonly body: string;
  },
): string {
  const head = `${before}|${event.seq}|${event.atMs}|${event.kind}|${event.key}`;
  return CORE_LANES.includes(lane) ? `${head}|${event.body}` : head;
}
