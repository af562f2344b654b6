import type { ChargeRecord } from '../order/record.ts';
import { type EnergyStep, energyStep } from '../units.ts';
import type { BillException } from './bill.ts';
import type { SettlePolicy } from './policy.ts';
import { meterRise } from './rollover.ts';

/** W × ms in one energy step: 1e-4 kWh = 360 J = 360,000 W·ms. */
const WATT_MS_PER_STEP = 360_000n;
/** Many piles fill whole seconds only, so a duration may be a second short. */
const TIME_STEP_MS = 1_000;

/** What the rows of a record sum to. */
export const rowEnergyOf = (record: ChargeRecord): EnergyStep =>
  energyStep(record.rows.reduce((sum, row) => sum + row.energy, 0n));

/** What a record claims to have delivered: its total, or its rows where the total is missing. */
export const claimedEnergyOf = (record: ChargeRecord): EnergyStep =>
  record.totalEnergy === 0n ? rowEnergyOf(record) : record.totalEnergy;

/** The pile's own times of a charge. */
export interface PileTimes {
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

/**
 * A record's times, or `null` when its clock is wrong. A live record ends as it arrives; a stored one
 * may come late, but never before its own end.
 */
export function believedTimesOf(
  record: ChargeRecord,
  live: boolean,
  policy: SettlePolicy,
): PileTimes | null {
  const { startedAtMs, endedAtMs, receivedAtMs } = record;
  if (startedAtMs === null || endedAtMs === null || endedAtMs < startedAtMs) return null;
  const lateMs = receivedAtMs - endedAtMs;
  if (lateMs < -policy.clockToleranceMs) return null;
  return live && lateMs > policy.clockToleranceMs ? null : { startedAtMs, endedAtMs };
}

const differs = (a: bigint, b: bigint, tolerance: bigint): boolean =>
  a - b > tolerance || b - a > tolerance;

/** Whether rows, total and meter tell the same energy (billing.md §2). */
function energyMarksOf(record: ChargeRecord, policy: SettlePolicy): readonly BillException[] {
  const marks: BillException[] = [];
  const { rows, totalEnergy, meterStart, meterEnd } = record;
  if (rows.length > 0 && differs(rowEnergyOf(record), totalEnergy, policy.energyTolerance)) {
    marks.push('energy-sum-differs');
  }
  const rise = meterRise(meterStart, meterEnd, policy.meterRange);
  if (rise === undefined) marks.push('meter-fell');
  else if (differs(rise.energy, totalEnergy, policy.energyTolerance)) marks.push('meter-differs');
  return marks;
}

/** Whether more energy is claimed than rated power × time × 1.1 can deliver (billing.md §7). */
function meterJumped(
  record: ChargeRecord,
  ratedPowerW: number,
  durationMs: number,
  policy: SettlePolicy,
): boolean {
  const rows = rowEnergyOf(record);
  const claimed = rows > record.totalEnergy ? rows : record.totalEnergy;
  const wattMs = BigInt(Math.ceil(ratedPowerW)) * BigInt(durationMs + TIME_STEP_MS);
  return claimed * WATT_MS_PER_STEP * 100n > wattMs * BigInt(policy.jumpPercent);
}

/** A record and what the edge knows beside it. */
export interface RecordToCheck {
  readonly record: ChargeRecord;
  /** The pile sent it as the charge ended, not from its store after a time without a line. */
  readonly live: boolean;
  /** What the connector can deliver at most; `null` when nobody said, then no jump can be seen. */
  readonly ratedPowerW: number | null;
  /** How long the charge took by the edge's clock, used when the pile's is wrong; `null`: unknown. */
  readonly edgeDurationMs: number | null;
  readonly policy: SettlePolicy;
}

/** Everything that is wrong with a record by itself, no price needed. */
export function recordMarksOf(input: RecordToCheck): readonly BillException[] {
  const { record, live, ratedPowerW, policy } = input;
  const times = believedTimesOf(record, live, policy);
  const marks: BillException[] = times === null ? ['clock-wrong'] : [];
  marks.push(...energyMarksOf(record, policy));
  const durationMs = times === null ? input.edgeDurationMs : times.endedAtMs - times.startedAtMs;
  if (ratedPowerW === null || durationMs === null) return marks;
  return meterJumped(record, ratedPowerW, durationMs, policy) ? [...marks, 'meter-jump'] : marks;
}
