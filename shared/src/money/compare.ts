import { type Fen, fen } from '../units.ts';
import type { Bill, BillException, PileRow } from './bill.ts';
import { type RecordToCheck, recordMarksOf } from './record-check.ts';
import { fenOf } from './round.ts';
import { combinedPrice, type Tariff } from './tariff.ts';

/** What the unit prices of a record are, next to the tariff. `none`: no row with energy to judge by. */
export type PriceBasis = 'combined' | 'electricity-only' | 'other' | 'none';

/**
 * Compares the prices of the rows that carry energy. The protocol wants electricity + service, some
 * firmware sends electricity alone (ykc.md §11): named, so that it is not taken for a wrong tariff.
 */
export function priceBasisOf(tariff: Tariff, rows: readonly PileRow[]): PriceBasis {
  const used = rows.filter((row) => row.energy > 0n);
  if (used.length === 0) return 'none';
  const rateOf = (row: PileRow) => tariff.rates[row.kind];
  const combined = (row: PileRow): boolean => {
    const rate = rateOf(row);
    return rate !== undefined && row.price === combinedPrice(rate);
  };
  if (used.every(combined)) return 'combined';
  return used.every((row) => row.price === rateOf(row)?.electricity) ? 'electricity-only' : 'other';
}

export interface Comparison {
  readonly exceptions: readonly BillException[];
  /** The pile's total rounded to a fen; `null`: it knows no prices. */
  readonly pileTotal: Fen | null;
  /** Our total minus the pile's. */
  readonly difference: Fen | null;
  /** The most by which the totals may differ: a fen a row unless the policy says otherwise. */
  readonly tolerance: Fen;
  readonly withinTolerance: boolean;
  readonly priceBasis: PriceBasis;
}

export interface RecordToCompare extends RecordToCheck {
  readonly tariff: Tariff;
  /** Our bill for the record. */
  readonly bill: Bill;
}

/** Whether a pile says what a charge costs; one that speaks OCPP mostly does not. */
export const tellsMoney = ({ rows, totalAmount }: RecordToCheck['record']): boolean =>
  rows.length > 0 || totalAmount > 0n;

/** Sets our bill beside the pile's own record (billing.md §3 rule 5, §7). */
export function compareWithPile(input: RecordToCompare): Comparison {
  const { record, tariff, bill, policy } = input;
  const exceptions = [...recordMarksOf(input)];
  const priceBasis = priceBasisOf(tariff, record.rows);
  if (priceBasis === 'other') exceptions.push('price-differs');
  if (priceBasis === 'electricity-only') exceptions.push('price-electricity-only');

  const tolerance = fen(policy.fenPerRow * BigInt(bill.rows.length));
  if (!tellsMoney(record)) {
    const nothing = { pileTotal: null, difference: null, withinTolerance: true } as const;
    return { exceptions, ...nothing, tolerance, priceBasis };
  }
  const pileTotal = fenOf(record.totalAmount);
  const difference = fen(bill.total - pileTotal);
  const withinTolerance = difference <= tolerance && -difference <= tolerance;
  if (!withinTolerance) exceptions.push('pile-total-differs');
  return { exceptions, pileTotal, difference, tolerance, withinTolerance, priceBasis };
}
