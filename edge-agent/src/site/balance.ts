import { guardOf, highestPriceIn, mustStop } from '@holdfast/shared/money/guard';
import { moneyOf } from '@holdfast/shared/money/round';
import type { Tariff } from '@holdfast/shared/money/tariff';
import type { Measurement } from '@holdfast/shared/pile/measurement';
import { DAY_MS } from '@holdfast/shared/time/shanghai';
import { type Fen, fen, moneyStep, type PriceStep } from '@holdfast/shared/units';
import { estimateOf } from '../orders/estimate.ts';
import { withSample } from '../orders/samples.ts';
import type { Session } from '../orders/session.ts';
import type { SiteRoom } from './room.ts';

/** What the guard needs of the world besides the charges themselves. */
export interface GuardFacts {
  /** Most that the connector delivers, W. */
  readonly maxPowerW: number;
  readonly reactionMs: number;
  readonly nowMs: number;
}

/** 1e-4 yuan in one fen. */
const STEPS_PER_FEN = 100n;

/** What may be delivered between the decision to stop and its effect. */
export const reserveOf = (tariff: Tariff, balance: Fen, facts: GuardFacts): Fen => {
  const { maxPowerW, reactionMs, nowMs } = facts;
  const price = highestPriceIn(tariff, nowMs, nowMs + reactionMs);
  return guardOf({ balance, maxPowerW, reactionMs, price }).reserve;
};

const dearest = new WeakMap<Tariff, PriceStep>();

/** The highest price of any slot; a tariff never changes, so it is looked for once. */
function dearestOf(tariff: Tariff, nowMs: number): PriceStep {
  const known = dearest.get(tariff);
  if (known !== undefined) return known;
  const found = highestPriceIn(tariff, nowMs, nowMs + DAY_MS);
  dearest.set(tariff, found);
  return found;
}

/** Never less than what is due, and quick. */
function accruedAtMost({ order: { tariff }, samples }: Session, nowMs: number): Fen {
  const energy = samples.at(-1)?.energy;
  return tariff === null || energy === undefined
    ? fen(0n)
    : moneyOf(energy, dearestOf(tariff, nowMs));
}

const sum = (parts: readonly Fen[]): Fen => fen(parts.reduce((total, part) => total + part, 0n));

/**
 * [ORD-17] Whether a charge must be stopped: what its account's running charges have accrued leaves no
 * more of its balance than the reserve. Only near the limit is the exact sum worth its while.
 */
export function isSpent(session: Session, others: readonly Session[], facts: GuardFacts): boolean {
  const { tariff, balance } = session.order;
  if (tariff === null || balance === null) return false;
  const { maxPowerW, reactionMs, nowMs } = facts;
  const price = highestPriceIn(tariff, nowMs, nowMs + reactionMs);
  const guard = guardOf({ balance, maxPowerW, reactionMs, price });
  const all = [session, ...others];
  if (!mustStop(guard, sum(all.map((each) => accruedAtMost(each, nowMs))))) return false;
  return mustStop(guard, sum(all.map((each) => estimateOf(each)?.total ?? fen(0n))));
}

/** A report with what its charge costs so far, where the pile knows no prices. */
export function priced(room: SiteRoom, measurement: Measurement): Measurement {
  const { tradeNo, amount, energy } = measurement;
  if (tradeNo === null || amount > 0n || energy === 0n) return measurement;
  const session = room.shelf.get(tradeNo);
  if (session === undefined) return measurement;
  const reading = { atMs: room.clock.nowMs(), energy };
  const samples = withSample(session.samples, reading, room.config.rules);
  const total = estimateOf({ ...session, samples })?.total;
  return total === undefined
    ? measurement
    : { ...measurement, amount: moneyStep(total * STEPS_PER_FEN) };
}
