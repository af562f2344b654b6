import { type EnergyStep, type Fen, fen } from '../units.ts';

const MINUTE_MS = 60_000;

/** 占位费: what it costs to stay plugged in after the charge. */
export interface OccupancyRule {
  readonly freeMs: number;
  readonly perMinute: Fen;
  /** Whether a minute counts when it begins or when it is full. */
  readonly counting: 'started' | 'full';
  /** The most for one order; `null`: no cap. */
  readonly cap: Fen | null;
}

export interface Stay {
  readonly endedAtMs: number;
  readonly unpluggedAtMs: number;
  /** When the driver was told; `null`: never, then nothing is charged. */
  readonly notifiedAtMs: number | null;
  /** Without energy there was no charge to outstay (billing.md §7). */
  readonly energy: EnergyStep;
}

export interface Occupancy {
  readonly chargeableMs: number;
  readonly minutes: number;
  readonly fee: Fen;
}

/** The fee of a stay: a line of its own, after the free time and never before the driver knew. */
export function occupancyOf(rule: OccupancyRule, stay: Stay): Occupancy {
  const { endedAtMs, unpluggedAtMs, notifiedAtMs, energy } = stay;
  if (notifiedAtMs === null || energy === 0n) return { chargeableMs: 0, minutes: 0, fee: fen(0n) };
  const fromMs = Math.max(endedAtMs + rule.freeMs, notifiedAtMs);
  const chargeableMs = Math.max(0, unpluggedAtMs - fromMs);
  const count = rule.counting === 'started' ? Math.ceil : Math.floor;
  const minutes = count(chargeableMs / MINUTE_MS);
  const fee = rule.perMinute * BigInt(minutes);
  return { chargeableMs, minutes, fee: fen(rule.cap !== null && fee > rule.cap ? rule.cap : fee) };
}
