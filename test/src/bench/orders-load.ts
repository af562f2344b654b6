import { hexOf } from '@holdfast/protocols/kernel/bytes';
import { randomOf } from '../piles/random.ts';
import { pileNoOf } from '../piles/setup.ts';
import { BenchError } from './child.ts';
import { orderFrame } from './orders-frames.ts';
import { type OrderPile, openPile } from './orders-pile.ts';

/*
 * The load of the order benchmark, a process of its own. Orders arrive when they are due, whether
 * or not earlier ones have been answered, and each latency counts from that moment: a server that
 * stalls is charged for all who wait.
 */

export interface OrdersLoadOptions {
  readonly port: number;
  readonly piles: number;
  readonly guns: number;
  /** Charges are started by card before; their records come up among those that nobody knows. */
  readonly starts: boolean;
  readonly perSecond: number;
  readonly warmupSeconds: number;
  readonly seconds: number;
  readonly seed: number;
}

/** What the process tells, in this order. */
export type OrdersLoadMessage =
  | { readonly at: 'measuring' }
  | { readonly at: 'measured'; readonly report: OrdersReport };

export interface OrdersReport {
  readonly sent: number;
  readonly known: number;
  readonly latenciesMs: readonly number[];
  /** How late this process itself was in sending; part of the latency. */
  readonly lateMs: readonly number[];
  /** Every confirmed record of the whole run, warm-up included: trade number and frame. */
  readonly confirmed: readonly (readonly [tradeNo: string, rawHex: string])[];
}

const OPENING = 50;
const STARTING = 25;
const TICK_MS = 1;
const HEARTBEAT_MS = 10_000;
const SETTLE_MS = 2_000;
/** An answer that is later than this counts as none. */
const ANSWER_MS = 10_000;

interface Known {
  readonly pile: OrderPile;
  readonly gun: number;
  readonly tradeNo: string;
}

interface Arrival {
  readonly atMs: number;
  readonly pile: OrderPile;
  readonly tradeNo: string;
  readonly frame: Uint8Array;
}

interface Waiting {
  readonly dueMs: number;
  readonly frame: Uint8Array;
}

const options: OrdersLoadOptions = JSON.parse(process.argv[2] ?? '{}');
const random = randomOf(options.seed);
const waiting = new Map<string, Waiting>();
const confirmed: (readonly [string, string])[] = [];
let latencies: number[] = [];
let lateness: number[] = [];

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const tell = (message: OrdersLoadMessage): void => void process.send?.(message);

function onAcknowledged(tradeNo: string, stored: boolean): void {
  const order = waiting.get(tradeNo);
  if (order === undefined || !stored) return;
  waiting.delete(tradeNo);
  latencies.push(performance.now() - order.dueMs);
  confirmed.push([tradeNo, hexOf(order.frame)]);
}

async function openPiles(): Promise<readonly OrderPile[]> {
  const piles: OrderPile[] = [];
  while (piles.length < options.piles) {
    const some = Math.min(OPENING, options.piles - piles.length);
    const opened = Array.from({ length: some }, (_, i) =>
      openPile(options.port, pileNoOf(piles.length + i), options.guns, onAcknowledged),
    );
    piles.push(...(await Promise.all(opened)));
  }
  return piles;
}

/** Starts a charge at every gun. */
async function startAll(piles: readonly OrderPile[]): Promise<readonly Known[]> {
  const guns = piles.flatMap((pile) =>
    Array.from({ length: options.guns }, (_, i) => ({ pile, gun: i + 1 })),
  );
  const known: Known[] = [];
  for (let from = 0; from < guns.length; from += STARTING) {
    const some = guns.slice(from, from + STARTING);
    const numbers = await Promise.all(some.map(({ pile, gun }) => pile.start(gun)));
    for (const [i, tradeNo] of numbers.entries()) {
      const at = some[i];
      if (tradeNo !== undefined && at !== undefined) known.push({ ...at, tradeNo });
    }
  }
  await pause(SETTLE_MS);
  return known;
}

let made = 0;
/** A charge that only the pile knows of: what a driver's offline card starts. */
function strangerAt(pile: OrderPile): Known {
  made += 1;
  return { pile, gun: 1, tradeNo: `${pile.pileNo}01${String(made).padStart(16, '0')}` };
}

/** A day of arrivals without memory (Poisson), prepared so that sending is nothing but a write. */
function arrivalsOf(
  piles: readonly [OrderPile, ...OrderPile[]],
  seconds: number,
  known: readonly Known[],
): readonly Arrival[] {
  const count = Math.round(options.perSecond * seconds);
  const meanMs = 1_000 / options.perSecond;
  const knownEvery = known.length === 0 ? Number.POSITIVE_INFINITY : count / known.length;
  let [atMs, used] = [0, 0];
  return Array.from({ length: count }, (_, i) => {
    atMs -= Math.log((random.below(1_000_000) + 1) / 1_000_000) * meanMs;
    const next = i >= used * knownEvery ? known[used] : undefined;
    if (next !== undefined) used += 1;
    const { pile, gun, tradeNo } = next ?? strangerAt(random.pick(piles));
    return { atMs, pile, tradeNo, frame: orderFrame(pile.pileNo, gun, tradeNo, i) };
  });
}

/** Sends each arrival when it is due; resolves when all are sent. */
function sendAll(arrivals: readonly Arrival[]): Promise<void> {
  const fromMs = performance.now();
  let next = 0;
  return new Promise((resolve) => {
    const ticker = setInterval(() => {
      const nowMs = performance.now();
      for (let due = arrivals[next]; due !== undefined; due = arrivals[next]) {
        const dueMs = fromMs + due.atMs;
        if (dueMs > nowMs) return;
        waiting.set(due.tradeNo, { dueMs, frame: due.frame });
        lateness.push(nowMs - dueMs);
        due.pile.send(due.frame);
        next += 1;
      }
      clearInterval(ticker);
      resolve();
    }, TICK_MS);
  });
}

async function answers(): Promise<void> {
  const untilMs = performance.now() + ANSWER_MS;
  while (waiting.size > 0 && performance.now() < untilMs) await pause(TICK_MS);
}

/** Each pile at its own moment, all within ten seconds. */
function beat(piles: readonly OrderPile[]): NodeJS.Timeout {
  let next = 0;
  return setInterval(() => {
    piles[next % piles.length]?.heartbeat();
    next += 1;
  }, HEARTBEAT_MS / piles.length);
}

process.on('disconnect', () => process.exit());
const [first, ...others] = await openPiles();
if (first === undefined) throw new BenchError('no pile was asked for');
const piles = [first, ...others] as const;
const hearts = beat(piles);
const known = options.starts ? await startAll(piles) : [];
if (options.starts && known.length < piles.length * options.guns) {
  throw new BenchError(`only ${known.length} charges were started`);
}
await sendAll(arrivalsOf(piles, options.warmupSeconds, []));
await answers();
const arrivals = arrivalsOf(piles, options.seconds, known);
[latencies, lateness] = [[], []];
await pause(SETTLE_MS);
tell({ at: 'measuring' });
await sendAll(arrivals);
await answers();
clearInterval(hearts);
tell({
  at: 'measured',
  report: {
    sent: arrivals.length,
    known: known.length,
    latenciesMs: latencies,
    lateMs: lateness,
    confirmed,
  },
});
