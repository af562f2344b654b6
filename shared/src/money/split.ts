import { type Fen, fen } from '../units.ts';
import { divideHalfUp } from './round.ts';

const PERCENT = 100;
const PER_MILLION = 1_000_000n;

/**
 * 分账: shares of an amount by whole percents that total 100. Each share is rounded toward zero and
 * the first takes the remainder, so shares always sum to the amount. `undefined`: not such percents.
 */
export function splitOf(amount: Fen, percents: readonly number[]): readonly Fen[] | undefined {
  const whole = percents.every((percent) => Number.isInteger(percent) && percent >= 0);
  if (!whole || percents.reduce((sum, percent) => sum + percent, 0) !== PERCENT) return undefined;
  const shares = percents.map((percent) => (amount * BigInt(percent)) / BigInt(PERCENT));
  const remainder = amount - shares.reduce((sum, share) => sum + share, 0n);
  return shares.map((share, i) => fen(i === 0 ? share + remainder : share));
}

/** What a payment channel keeps of `base`: its rate counts 1/1,000,000, so 0.6 % is 6,000. */
export const channelFeeOf = (base: Fen, rate: bigint): Fen =>
  fen(divideHalfUp(base * rate, PER_MILLION));
