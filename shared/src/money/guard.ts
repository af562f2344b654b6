import { nextBoundary } from '../time/shanghai.ts';
import { type EnergyStep, energyStep, type Fen, fen, type PriceStep, priceStep } from '../units.ts';
import { divideUp } from './round.ts';
import { kindAt } from './slots.ts';
import { combinedPrice, SLOTS_PER_DAY, type Tariff } from './tariff.ts';

/** W × ms × 1e-5 yuan/kWh in one fen: 3.6e9 W·ms/kWh × 1e3 price steps. */
const WATT_MS_PRICE_PER_FEN = 3_600_000_000_000n;
/** fen ÷ (1e-5 yuan/kWh) in 1e-4 kWh: 1e3 × 1e4. */
const STEPS_PER_FEN_AND_PRICE = 10_000_000n;

export interface GuardInput {
  readonly balance: Fen;
  /** The most that the connector can deliver. */
  readonly maxPowerW: number;
  /** From the decision to stop until no current flows. */
  readonly reactionMs: number;
  /** The highest price that may hold meanwhile: `highestPriceIn`. */
  readonly price: PriceStep;
}

/** When a prepaid charge must be stopped so that its bill stays within the balance (billing.md §4). */
export interface BalanceGuard {
  /** What may still be delivered while the stop takes effect, rounded up. */
  readonly reserve: Fen;
  /** Stop when this much has accrued; 0 when the balance does not even cover the reserve. */
  readonly stopAt: Fen;
  /** What the whole balance buys at that price, rounded down; `null` where energy is free. */
  readonly energyCeiling: EnergyStep | null;
}

export function guardOf({ balance, maxPowerW, reactionMs, price }: GuardInput): BalanceGuard {
  const wattMs = BigInt(Math.ceil(maxPowerW)) * BigInt(Math.ceil(reactionMs));
  const reserve = divideUp(wattMs * price, WATT_MS_PRICE_PER_FEN);
  return {
    reserve: fen(reserve),
    stopAt: fen(reserve < balance ? balance - reserve : 0n),
    energyCeiling: price === 0n ? null : energyStep((balance * STEPS_PER_FEN_AND_PRICE) / price),
  };
}

/** Whether what has accrued leaves no more than the reserve. */
export const mustStop = (guard: BalanceGuard, accrued: Fen): boolean => accrued >= guard.stopAt;

/** The highest price of a metered kWh, losses included, in the slots from `fromMs` to `toMs`. */
export function highestPriceIn(tariff: Tariff, fromMs: number, toMs: number): PriceStep {
  let highest = 0n;
  let at = fromMs;
  for (let slots = 0; slots < SLOTS_PER_DAY && at <= toMs; slots += 1) {
    const rate = tariff.rates[kindAt(tariff, at)];
    const price = rate === undefined ? 0n : combinedPrice(rate);
    if (price > highest) highest = price;
    at = nextBoundary(at);
  }
  return priceStep(divideUp(highest * BigInt(10_000 + tariff.lossRatio), 10_000n));
}
