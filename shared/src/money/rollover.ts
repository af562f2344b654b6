import { type EnergyStep, energyStep } from '../units.ts';

/** How far a meter counts before it starts again at zero. */
export interface MeterRange {
  /** The first value that the meter cannot show. */
  readonly modulus: EnergyStep;
  /** It rolled over only when it stood this near its end before, and stands this near zero after. */
  readonly nearEnd: EnergyStep;
}

/** Six digits before the point, as DL/T 645 meters have; no single charge takes 1,000 kWh. */
export const SIX_DIGITS: MeterRange = {
  modulus: energyStep(10_000_000_000n),
  nearEnd: energyStep(10_000_000n),
};

export interface MeterRise {
  readonly energy: EnergyStep;
  readonly rolledOver: boolean;
}

/**
 * Energy between two readings of one meter. `undefined` when it fell and did not roll over: a meter
 * was swapped or is faulty, and nothing is billed by it without a person (billing.md §7).
 */
export function meterRise(
  before: EnergyStep,
  after: EnergyStep,
  range: MeterRange = SIX_DIGITS,
): MeterRise | undefined {
  if (after >= before) return { energy: energyStep(after - before), rolledOver: false };
  const wasNearEnd = before < range.modulus && before >= range.modulus - range.nearEnd;
  if (!wasNearEnd || after >= range.nearEnd) return undefined;
  return { energy: energyStep(range.modulus - before + after), rolledOver: true };
}
