import { type Dialect, STANDARD } from '@holdfast/protocols/ykc/dialects';
import { type Fen, fen } from '@holdfast/shared/units';

const NO_TRADE = '0'.repeat(32);
const NO_CARD = '0'.repeat(16);
/** Four bytes on the wire. */
const BALANCE_MAX = 0xffff_ffffn;
const FEN_PER_YUAN = 100n;

/** `null` while a gun is idle: the number is all zero then (ykc.md §12.9). */
export const tradeNoOf = (tradeNo: string): string | null =>
  tradeNo === NO_TRADE ? null : tradeNo;

export const noTradeNo = NO_TRADE;

/**
 * The number of a card as hex without padding: piles pad eight bytes on either side (ykc.md §3).
 * `null` when there is none.
 */
export function cardNoOf(raw: string): string | null {
  const digits = raw
    .toUpperCase()
    .replace(/^(?:00)+/, '')
    .replace(/(?:00)+$/, '');
  return digits === '' || digits === 'FF'.repeat(8) ? null : digits;
}

/** Eight bytes of a card for a pile, padded in front; zeros where there is no card of that form. */
export function cardBytesOf(cardNo: string | null): string {
  if (cardNo === null || !/^[0-9a-fA-F]{1,16}$/.test(cardNo)) return NO_CARD;
  return cardNo.toUpperCase().padStart(16, '0');
}

/** The printed number that a pile shows: sixteen digits, zeros for a card whose number is hex. */
export const printedNoOf = (cardNo: string | null): string =>
  cardNo !== null && /^\d{1,16}$/.test(cardNo) ? cardNo.padStart(16, '0') : NO_CARD;

/** A balance as a dialect can say it: never more than there is, never more than fits. */
export function balanceOf(balance: Fen, { balanceUnit }: Dialect = STANDARD): Fen {
  if (balance <= 0n) return fen(0n);
  const unit = balanceUnit === 'yuan' ? FEN_PER_YUAN : 1n;
  const units = balance / unit;
  return fen((units > BALANCE_MAX ? BALANCE_MAX : units) * unit);
}

/** A code's name; `undefined` for one that the table has no name for. */
export const nameOf = <N extends string>(code: N | { readonly unknown: number }): N | undefined =>
  typeof code === 'string' ? code : undefined;

/**
 * A share of `rangeMs` that is the same for a pile at every login and spread evenly over piles, so
 * that ten thousand logins are not followed by ten thousand pushes at once (FNV-1a).
 */
export function spreadOf(pileNo: string, rangeMs: number): number {
  let hash = 0x811c_9dc5;
  for (let i = 0; i < pileNo.length; i += 1) {
    hash = Math.imul(hash ^ pileNo.charCodeAt(i), 0x0100_0193);
  }
  return Math.floor(((hash >>> 0) / 0x1_0000_0000) * rangeMs);
}
