import { createHash } from 'node:crypto';
import type { ChargeRecord } from '@holdfast/shared/order/record';
import { isoText } from '@holdfast/shared/time/shanghai';
import { contentOf } from './records.ts';

/** 16 bytes as 32 digits: pile (14), gun (2), yyMMddHHmmss (12), four of our own (ykc.md §3). */
export interface TradeNoParts {
  readonly pileNo: string;
  readonly connectorNo: number;
  /** Edge clock, epoch milliseconds. */
  readonly atMs: number;
  /** The ledger's epoch: a rewound or copied store gets another one ([SYNC-10]). */
  readonly epoch: number;
  /** Goes up by one with each order and is saved with it. */
  readonly count: number;
}

const two = (n: number): string => String(Math.abs(Math.trunc(n)) % 100).padStart(2, '0');

/** A pile number as 14 digits; one that is none (other protocols) gets digits of its own by a hash. */
function pileDigits(pileNo: string): string {
  if (/^\d{1,14}$/.test(pileNo)) return pileNo.padStart(14, '0');
  const hash = createHash('sha256').update(pileNo).digest('hex').slice(0, 12);
  return String(BigInt(`0x${hash}`) % 10n ** 14n).padStart(14, '0');
}

/** `2025-07-15T09:40:00.000+08:00` → `250715094000`. */
const timeDigits = (ms: number): string => isoText(ms).slice(2, 19).replace(/\D/g, '');

const headOf = (pileNo: string, connectorNo: number, atMs: number): string =>
  `${pileDigits(pileNo)}${two(connectorNo)}${timeDigits(atMs)}`;

/**
 * [ORD-14] The number of a new order; a string, for it has leading zeros and more digits than a double.
 * A gun, a second and 100 counts tell orders apart; the count survives restarts with the order that
 * used it, and a store that was set back has another epoch.
 */
export const tradeNoOf = ({ pileNo, connectorNo, atMs, epoch, count }: TradeNoParts): string =>
  `${headOf(pileNo, connectorNo, atMs)}${two(epoch)}${two(count)}`;

/** All zeros, as an idle pile says it: no number at all (ykc.md §12.9). */
export const isNoNumber = (tradeNo: string): boolean => /^0*$/.test(tradeNo);

/**
 * [ORD-11] A number for a record that has none of its own, or that of another pile's order. Made of the
 * record alone, so that the same record sent again gets the same; the `f` keeps it apart from ours.
 */
export function numberOfRecord(record: ChargeRecord): string {
  const atMs = record.endedAtMs ?? record.startedAtMs ?? 0;
  const digest = createHash('sha256').update(contentOf(record)).digest('hex').slice(0, 3);
  return `${headOf(record.pileNo, record.connectorNo, atMs)}f${digest}`;
}
