import { DAY_MS, isInstant } from '../time/shanghai.ts';
import { type EnergyStep, energyStep } from '../units.ts';
import type { BillException } from './bill.ts';
import { type MeterRange, meterRise, SIX_DIGITS } from './rollover.ts';
import { divideHalfUp } from './round.ts';
import { cutsBetween, kindAt } from './slots.ts';
import type { RateKind, Tariff } from './tariff.ts';

/** A meter (or a count of the energy of one charge) at an instant. */
export interface MeterReading {
  readonly atMs: number;
  readonly energy: EnergyStep;
}

/** Energy within one rate kind and one day. */
export interface EnergySpan {
  readonly kind: RateKind;
  readonly energy: EnergyStep;
  readonly fromMs: number;
  readonly toMs: number;
  /** One of its ends was computed between two readings. */
  readonly interpolated: boolean;
}

export interface Split {
  /** In order of time, none without energy; `null` when the readings contradict each other. */
  readonly spans: readonly EnergySpan[] | null;
  readonly exceptions: readonly BillException[];
}

/** Further apart, two readings say too little of what happened between them (billing.md §2). */
export const LONGEST_GAP_MS = 5 * 60_000;
/** A charge over more days is a wrong clock, and would make endless rows. */
export const LONGEST_CHARGE_MS = 31 * DAY_MS;

/** Why readings cannot follow each other, or `undefined`. */
function contradictionOf(
  first: MeterReading,
  before: MeterReading,
  reading: MeterReading,
): BillException | undefined {
  const backward = !isInstant(reading.atMs) || reading.atMs < before.atMs;
  return backward || reading.atMs - first.atMs > LONGEST_CHARGE_MS ? 'clock-wrong' : undefined;
}

/** Readings as energy since the first one, a meter that rolled over unrolled. */
function risesOf(
  first: MeterReading,
  readings: readonly MeterReading[],
  range: MeterRange,
): readonly MeterReading[] | BillException {
  const rises: MeterReading[] = [];
  let before = first;
  let energy = 0n;
  for (const reading of readings) {
    const contradiction = contradictionOf(first, before, reading);
    if (contradiction !== undefined) return contradiction;
    const rise = meterRise(before.energy, reading.energy, range);
    if (rise === undefined) return 'meter-fell';
    energy += rise.energy;
    rises.push({ atMs: reading.atMs, energy: energyStep(energy) });
    before = reading;
  }
  return rises;
}

/** The count at `atMs` on the straight line between two readings, half-up to a step. */
function countAt(before: MeterReading, after: MeterReading, atMs: number): EnergyStep {
  const rise = after.energy - before.energy;
  const part = divideHalfUp(rise * BigInt(atMs - before.atMs), BigInt(after.atMs - before.atMs));
  return energyStep(before.energy + part);
}

/**
 * Splits readings of a meter by rate kind and day. A reading on a boundary counts as it is; without
 * one the boundary is interpolated, its rows are marked, and a gap of more than `LONGEST_GAP_MS`
 * around it is an exception. What is split sums to last − first exactly: every boundary value ends
 * one span and begins the next, so the rounding of a boundary moves energy but never makes any.
 */
export function spansOf(
  tariff: Tariff,
  readings: readonly MeterReading[],
  range: MeterRange = SIX_DIGITS,
): Split {
  const [first] = readings;
  if (first === undefined) return { spans: [], exceptions: [] };
  const rises = risesOf(first, readings, range);
  if (typeof rises === 'string') return { spans: null, exceptions: [rises] };

  const spans: EnergySpan[] = [];
  const exceptions = new Set<BillException>();
  let start = { atMs: first.atMs, count: energyStep(0n), computed: false };
  const closeAt = (atMs: number, count: EnergyStep, computed: boolean): void => {
    const energy = energyStep(count - start.count);
    const interpolated = start.computed || computed;
    const kind = kindAt(tariff, start.atMs);
    if (energy > 0n) spans.push({ kind, energy, fromMs: start.atMs, toMs: atMs, interpolated });
    start = { atMs, count, computed };
  };

  let before: MeterReading = { atMs: first.atMs, energy: energyStep(0n) };
  for (const reading of rises) {
    for (const cutMs of cutsBetween(tariff, before.atMs, reading.atMs + 1)) {
      const computed = cutMs !== reading.atMs;
      if (computed && reading.atMs - before.atMs > LONGEST_GAP_MS) exceptions.add('gap-in-samples');
      closeAt(cutMs, countAt(before, reading, cutMs), computed);
    }
    before = reading;
  }
  closeAt(before.atMs, before.energy, false);
  return { spans, exceptions: [...exceptions] };
}
