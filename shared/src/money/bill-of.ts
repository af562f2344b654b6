import { type EnergyStep, energyStep, type Fen, fen } from '../units.ts';
import type { Bill, BillException, BillRow } from './bill.ts';
import { type EnergySpan, type MeterReading, spansOf } from './readings.ts';
import type { MeterRange } from './rollover.ts';
import { fenOfNano, moneyOf, withLoss } from './round.ts';
import { combinedPrice, type RateKind, type Tariff } from './tariff.ts';

/** Metered energy of one kind; a pile's own row (0x3B) is one. */
export interface KindEnergy {
  readonly kind: RateKind;
  readonly energy: EnergyStep;
}

/** Sums rows to a bill: totals are sums of what was rounded, never rounded themselves (rule 3.4). */
export function sumOf(rows: readonly BillRow[]): Bill {
  let energy = 0n;
  let electricity = 0n;
  let service = 0n;
  for (const row of rows) {
    energy += row.energy;
    electricity += row.electricity;
    service += row.service;
  }
  return {
    rows,
    energy: energyStep(energy),
    electricity: fen(electricity),
    service: fen(service),
    total: fen(electricity + service),
  };
}

/** The row of metered energy: losses first, then each component. `undefined`: no rate, so no price. */
function rowOf(tariff: Tariff, { kind, energy: metered }: KindEnergy): BillRow | undefined {
  const rate = tariff.rates[kind];
  if (rate === undefined) return undefined;
  const energy = withLoss(metered, tariff.lossRatio);
  return {
    kind,
    energy,
    electricityPrice: rate.electricity,
    servicePrice: rate.service,
    electricity: moneyOf(energy, rate.electricity),
    service: moneyOf(energy, rate.service),
  };
}

const placeOf = ({ fromMs, toMs, interpolated }: EnergySpan): Partial<BillRow> => ({
  fromMs,
  toMs,
  interpolated,
});

/**
 * Bills energies that are split by kind already, as a pile does. Kinds without energy make no row.
 * `null` when a kind has no rate: a price is never invented.
 */
export function billOfKinds(tariff: Tariff, energies: readonly KindEnergy[]): Bill | null {
  const rows: BillRow[] = [];
  for (const part of energies) {
    if (part.energy === 0n) continue;
    const row = rowOf(tariff, part);
    if (row === undefined) return null;
    rows.push(row);
  }
  return sumOf(rows);
}

export interface ReadingsBill {
  /** `null` when the readings contradict each other, or a slot has no rate; the exceptions say which. */
  readonly bill: Bill | null;
  readonly exceptions: readonly BillException[];
}

/** Bills readings of a meter, split at slot boundaries and at 00:00 (billing.md §2). */
export function billOfReadings(
  tariff: Tariff,
  readings: readonly MeterReading[],
  range?: MeterRange,
): ReadingsBill {
  const { spans, exceptions } = spansOf(tariff, readings, range);
  if (spans === null) return { bill: null, exceptions };
  const rows: BillRow[] = [];
  for (const span of spans) {
    const row = rowOf(tariff, span);
    if (row === undefined) return { bill: null, exceptions: [...exceptions, 'tariff-unknown'] };
    rows.push({ ...row, ...placeOf(span) });
  }
  return { bill: sumOf(rows), exceptions };
}

/**
 * The exact cost of the billed energies in 1e-9 yuan, before any rounding of money. Rounded once it
 * may differ from the bill by a fen a row; that difference is what rule 3.4 says to record.
 */
export const exactNanoOf = (rows: readonly BillRow[]): bigint =>
  rows.reduce(
    (sum, row) =>
      sum +
      row.energy * combinedPrice({ electricity: row.electricityPrice, service: row.servicePrice }),
    0n,
  );

/** What the same energies would cost with a single rounding at the end. */
export const roundedOnceOf = (rows: readonly BillRow[]): Fen => fenOfNano(exactNanoOf(rows));
