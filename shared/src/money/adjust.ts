import { energyStep, type Fen, fen, priceStep } from '../units.ts';
import type { Bill, BillRow } from './bill.ts';
import { sumOf } from './bill-of.ts';

/** The row with the most energy, the first of equals. */
const largestOf = (rows: readonly BillRow[]): BillRow | undefined =>
  rows.reduce<BillRow | undefined>(
    (largest, row) => (largest === undefined || row.energy > largest.energy ? row : largest),
    undefined,
  );

/**
 * The same bill with one more row that moves its total to `total` (rule 3.5: the pile's total is due).
 * The service fee carries the difference, being the operator's own price; what it cannot give back
 * comes out of the electricity, so neither sum falls below zero while `total` does not.
 */
export function adjustedTo(bill: Bill, total: Fen): Bill {
  const difference = total - bill.total;
  const largest = largestOf(bill.rows);
  if (difference === 0n || largest === undefined) return bill;
  const service = difference < -bill.service ? -bill.service : difference;
  const row: BillRow = {
    kind: largest.kind,
    energy: energyStep(0n),
    electricityPrice: priceStep(0n),
    servicePrice: priceStep(0n),
    electricity: fen(difference - service),
    service: fen(service),
    adjustment: true,
  };
  return sumOf([...bill.rows, row]);
}
