import type { ChargeRecord } from '../order/record.ts';
import { isInstant } from '../time/shanghai.ts';
import { energyStep } from '../units.ts';
import type { MeterReading } from './readings.ts';
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
function usable(input: ChargeToReslice, startMs: number, total: bigint): readonly MeterReading[] {
  const kept: MeterReading[] = [];
  let atMs = startMs;
  let energy = 0n;
  for (const sample of input.samples) {
    if (!isInstant(sample.atMs) || sample.atMs < atMs) continue;
    atMs = sample.atMs;
    if (sample.energy > energy) energy = sample.energy < total ? sample.energy : total;
    kept.push({ atMs, energy: energyStep(energy) });
  }
  return kept;
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

/**
 * A record's energy laid out in time: by the edge's samples, and where those are silent in a straight
 * line. Sums to the record's energy exactly. `null` when nobody knows when the charge began.
 */
export function readingsOfRecord(input: ChargeToReslice): readonly MeterReading[] | null {
  const { record, samples, edgeTimes, believed } = input;
  const startMs = edgeTimes.startedAtMs ?? samples[0]?.atMs ?? believed?.startedAtMs ?? null;
  if (startMs === null) return null;
  const total = claimedEnergyOf(record);
  const kept = usable(input, startMs, total);
  const lastMs = kept.at(-1)?.atMs ?? startMs;
  return [
    { atMs: startMs, energy: energyStep(0n) },
    ...kept,
    { atMs: Math.max(lastMs, endOf(input, startMs)), energy: total },
  ];
}
