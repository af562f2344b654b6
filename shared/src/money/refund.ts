import { energyStep, type Fen, fen } from '../units.ts';
import type { Bill, BillRow } from './bill.ts';
import { sumOf } from './bill-of.ts';

/** How a prepayment ends: what is kept, what goes back, and what the payer still owes. */
export interface PrepaidClose {
  readonly paid: Fen;
  readonly refund: Fen;
  /** Above the prepayment; the next start is blocked until it is settled (billing.md §7). */
  readonly debt: Fen;
}

/** Closes a prepayment against everything that is due: bill and occupancy. */
export function closePrepaid(prepaid: Fen, due: Fen): PrepaidClose {
  if (due <= prepaid) return { paid: due, refund: fen(prepaid - due), debt: fen(0n) };
  return { paid: prepaid, refund: fen(0n), debt: fen(due - prepaid) };
}

/** What may still be refunded of an order, never below zero: refunds never pass what was paid. */
export function refundableOf(paid: Fen, refunded: readonly Fen[]): Fen {
  const back = refunded.reduce((sum, part) => sum + part, 0n);
  return fen(back < paid ? paid - back : 0n);
}

const reversed = (row: BillRow): BillRow => ({
  ...row,
  energy: energyStep(-row.energy),
  electricity: fen(-row.electricity),
  service: fen(-row.service),
});

/** The rows that undo a bill. Money rows are never edited: both stand, and sum to nothing. */
export const reversalOf = (bill: Bill): Bill => sumOf(bill.rows.map(reversed));
