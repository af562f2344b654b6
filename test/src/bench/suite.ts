import { codecBench } from './codec.ts';
import { drainBench } from './drain.ts';
import { frontBench } from './front.ts';
import { ledgerBench } from './ledger.ts';
import { ordersBench } from './orders.ts';
import type { BenchResult } from './result.ts';
import { startupBench } from './startup.ts';

/** One benchmark: how it is run whole, and how it is run quickly. */
export interface Bench {
  readonly about: string;
  /** Runs in a fresh process each; the middle one counts. Where one is enough, it has rounds inside. */
  readonly repeats: number;
  readonly whole: () => Promise<readonly BenchResult[]>;
  /** Smaller sizes, for a look in between; its verdicts prove nothing. */
  readonly quick: () => Promise<readonly BenchResult[]>;
}

/** Every benchmark by its name, in the order in which they are run. */
export const SUITE = {
  codec: {
    about: 'decoding 0x13, beside a decoder of that one frame written by hand',
    repeats: 3,
    whole: async () => [codecBench()],
    quick: async () => [codecBench({ rounds: 7, framesPerRound: 20_000 })],
  },
  ledger: {
    about: 'committing uploads of orders, beside raw inserts of the same rows',
    repeats: 1,
    whole: async () => [await ledgerBench()],
    quick: async () => [
      await ledgerBench({ rounds: 3, commitsPerRound: 2_000, singleCommits: 100 }),
    ],
  },
  front: {
    about: '10,000 connections, beside a server that only splits frames and echoes',
    repeats: 3,
    whole: () => frontBench(),
    quick: () =>
      frontBench({ connections: 1_000, framesPerSecond: 1_000, seconds: 4, warmupSeconds: 2 }),
  },
  orders: {
    about: 'upload to confirmation with a real agent, beside append, force to disk, confirm',
    repeats: 3,
    whole: () => ordersBench(),
    quick: () => ordersBench({ piles: 200, seconds: 5, warmupSeconds: 2 }),
  },
  drain: {
    about: 'a backlog on its way into the hub, beside raw inserts of the same rows',
    repeats: 1,
    whole: () => drainBench(),
    quick: () => drainBench({ events: 50_000 }),
  },
  startup: {
    about: 'start-up and memory of edge agent and hub, beside a bare Node process',
    repeats: 1,
    whole: () => startupBench(),
    quick: () => startupBench({ rounds: 3, backlog: 100_000 }),
  },
} as const satisfies Readonly<Record<string, Bench>>;

export type BenchName = keyof typeof SUITE;

export const isBenchName = (name: string): name is BenchName => Object.hasOwn(SUITE, name);
