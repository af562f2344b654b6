import type { ChargeRecord } from '../order/record.ts';
import { isInstant } from '../time/shanghai.ts';
import { type EnergyStep, energyStep } from '../units.ts';
import { LONGEST_GAP_MS, type MeterReading } from './readings.ts';
import { claimedEnergyOf, type PileTimes } from './record-check.ts';

/** When the edge saw a charge begin and end, by its own clock. */
export interface EdgeTimes {
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
}

export interface ChargeToReslice {
  readonly record: ChargeRecord;
  /** Energy of this charge so far (0x13), at the edge's receive times, in order. */
  readonly samples: readonly MeterReading[];
  readonly edgeTimes: EdgeTimes;
  /** The pile's times, when its clock is right. */
  readonly believed: PileTimes | null;
}

/**
 * Samples from the start on. A count that falls or passes the total is held at what is possible: the
 * samples only say when the record's energy flowed, not how much it was.
 */
function usable(
  samples: readonly MeterReading[],
  startMs: number,
  total: bigint,
): readonly MeterReading[] {
  const kept: MeterReading[] = [];
  let atMs = startMs;
  let energy = 0n;
  for (const sample of samples) {
    if (!isInstant(sample.atMs) || sample.atMs < atMs) continue;
    atMs = sample.atMs;
    if (sample.energy > energy) energy = sample.energy < total ? sample.energy : total;
    kept.push({ atMs, energy: energyStep(energy) });
  }
  return kept;
}

/**
 * [BILL-8] What a pile read of its own meter, at its own times, says more than what arrived here and
 * when. Where it is silent for long, the edge's samples say when the energy flowed.
 */
function withGapsFilled(
  own: readonly MeterReading[],
  samples: readonly MeterReading[],
  startMs: number,
  endMs: number,
): readonly MeterReading[] {
  const marks = [startMs, ...own.map(({ atMs }) => atMs), endMs];
  const isSilent = (atMs: number): boolean => {
    const before = marks.findLast((mark) => mark <= atMs) ?? startMs;
    const after = marks.find((mark) => mark >= atMs) ?? endMs;
    return after - before > LONGEST_GAP_MS;
  };
  const filling = samples.filter(({ atMs }) => atMs > startMs && atMs < endMs && isSilent(atMs));
  const byTime = (a: MeterReading, b: MeterReading): number =>
    a.atMs - b.atMs || (a.energy < b.energy ? -1 : 1);
  return [...own, ...filling].sort(byTime);
}

/** Even a pile whose clock is wrong mostly counts the hours right. */
function pileDurationOf({ startedAtMs, endedAtMs }: ChargeRecord): number | null {
  if (startedAtMs === null || endedAtMs === null || endedAtMs <= startedAtMs) return null;
  return endedAtMs - startedAtMs;
}

function endOf(input: ChargeToReslice, startMs: number): number {
  const { record, edgeTimes, believed } = input;
  if (edgeTimes.endedAtMs !== null) return edgeTimes.endedAtMs;
  if (believed !== null) return believed.endedAtMs;
  const durationMs = pileDurationOf(record);
  const endMs = durationMs === null ? record.receivedAtMs : startMs + durationMs;
  return Math.min(endMs, record.receivedAtMs);
}

/** From nothing at the start to the total at the end, by way of the samples. */
function laidOut(
  samples: readonly MeterReading[],
  startMs: number,
  endMs: number,
  total: EnergyStep,
): readonly MeterReading[] {
  const kept = usable(samples, startMs, total);
  const lastMs = kept.at(-1)?.atMs ?? startMs;
  return [
    { atMs: startMs, energy: energyStep(0n) },
    ...kept,
    { atMs: Math.max(lastMs, endMs), energy: total },
  ];
}

/**
 * A record's energy laid out in time: by the pile's own readings or the edge's samples, and where
 * those are silent in a straight line. Sums to the record's energy exactly. `null` when nobody knows when the charge began.
 */
export function readingsOfRecord(input: ChargeToReslice): readonly MeterReading[] | null {
  const { record, samples, edgeTimes, believed } = input;
  if (record.readings !== undefined && believed !== null) {
    const { startedAtMs, endedAtMs } = believed;
    return laidOut(
      withGapsFilled(record.readings, samples, startedAtMs, endedAtMs),
      startedAtMs,
      endedAtMs,
      claimedEnergyOf(record),
    );
  }
  const startMs = edgeTimes.startedAtMs ?? samples[0]?.atMs ?? believed?.startedAtMs ?? null;
  if (startMs === null) return null;
  return laidOut(samples, startMs, endOf(input, startMs), claimedEnergyOf(record));
}
