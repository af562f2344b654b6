import {
  type EnergyStep,
  energyStep,
  type Fen,
  fen,
  type MoneyStep,
  moneyStep,
  type PriceStep,
} from '../units.ts';

/*
 * All rounding of money and energy happens in this file.
 *
 * Scales. Energy counts 1e-4 kWh and prices 1e-5 yuan/kWh, so their product counts 1e-9 yuan and is
 * exact. A fen (1e-2 yuan) is 1e7 of those, a pile's money step (1e-4 yuan) is 1e5.
 *
 * Rule (billing.md §3). Half-up, once: a half goes away from zero. For what a driver pays that is the
 * half-up of any invoice; for a negative count it is its mirror, so that
 * divideHalfUp(-n, d) = -divideHalfUp(n, d) and a row that is reversed cancels to the fen.
 *
 * How. n/d + 1/2 = (2n + d) / 2d, and bigint division drops the rest; on magnitudes that rest is
 * never negative, so the quotient is the floor of n/d + 1/2, with no float and no special case.
 *
 * Bound. A rounding is wrong by at most half a fen, a row has two components, so a bill of R rows
 * (the sum of its rounded rows) is within R fen of the exact product.
 */
const NANO_PER_FEN = 10_000_000n;
const NANO_PER_MONEY_STEP = 100_000n;
const MONEY_STEPS_PER_FEN = 100n;
/** Loss ratios count 1/10,000. */
const LOSS_UNIT = 10_000n;

const magnitudeOf = (n: bigint): bigint => (n < 0n ? -n : n);

/** `n / d` to the nearest whole number, halves away from zero. `d` must not be 0. */
export function divideHalfUp(n: bigint, d: bigint): bigint {
  const size = magnitudeOf(d);
  const quotient = (2n * magnitudeOf(n) + size) / (2n * size);
  return n < 0n === d < 0n ? quotient : -quotient;
}

/** `n / d` rounded up, for reserves; `n` not negative, `d` positive. */
export const divideUp = (n: bigint, d: bigint): bigint => (n + d - 1n) / d;

/** What `energy` costs at `price`, rounded to a fen. */
export const moneyOf = (energy: EnergyStep, price: PriceStep): Fen =>
  fen(divideHalfUp(energy * price, NANO_PER_FEN));

/** The same with the four decimals in which a pile counts. */
export const moneyStepOf = (energy: EnergyStep, price: PriceStep): MoneyStep =>
  moneyStep(divideHalfUp(energy * price, NANO_PER_MONEY_STEP));

/** A pile's amount rounded to a fen. */
export const fenOf = (amount: MoneyStep): Fen => fen(divideHalfUp(amount, MONEY_STEPS_PER_FEN));

/** Exact 1e-9 yuan, as `energy × price` gives them, rounded to a fen. */
export const fenOfNano = (nanoYuan: bigint): Fen => fen(divideHalfUp(nanoYuan, NANO_PER_FEN));

/** 计损: energy × (1 + lossRatio), rounded to a step once; `lossRatio` counts 1/10,000. */
export const withLoss = (energy: EnergyStep, lossRatio: number): EnergyStep =>
  energyStep(divideHalfUp(energy * (LOSS_UNIT + BigInt(lossRatio)), LOSS_UNIT));
