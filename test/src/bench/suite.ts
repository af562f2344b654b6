import type { BenchResult } from './result.ts';

/** One benchmark: how it is run whole, and how it is run quickly. */
export interface Bench {
  readonly about: string;
  /** Runs in a fresh process each; the middle one counts. Where one is enough, it has rounds inside. */
  readonly repeats: number;
  readonly whole: () => Promise<readonly BenchResult[]>;
  /** Smaller sizes, for a look in between; its verdicts prove nothing. */
  readonly quick: () => Promise<readonly BenchResult[]>;
}

const codec = () => import('./codec.ts');
const ledger = () => import('./ledger.ts');
const front = () => import('./front.ts');
const orders = () => import('./orders.ts');
const drain = () => import('./drain.ts');
const startup = () => import('./startup.ts');
const ocpp = () => import('./ocpp.ts');
const hostile = () => import('./hostile.ts');

const QUICK_LEDGER = {
  rounds: 3,
  commitsPerRound: 2_000,
  singleCommits: 100,
  openEvents: 100_000,
};
const QUICK_FRONT = { connections: 1_000, framesPerSecond: 1_000, seconds: 3, warmupSeconds: 3 };
const QUICK_OCPP = { idleSockets: 2_000, rounds: 1, warmupSeconds: 3, seconds: 3 };
const QUICK_HOSTILE = { stations: 50, seconds: 4, rounds: 1 };
const QUICK_ORDERS = { piles: 200, seconds: 5, warmupSeconds: 2 };

/**
 * Every benchmark by its name, in the order in which they are run. Each is loaded when it runs, so that
 * its process holds nothing of the others.
 */
export const SUITE = {
  codec: {
    about: 'decoding 0x13, beside a decoder of that one frame written by hand',
    repeats: 3,
    whole: async () => [(await codec()).codecBench()],
    quick: async () => [(await codec()).codecBench({ rounds: 7, framesPerRound: 20_000 })],
  },
  ledger: {
    about: 'committing uploads of orders, beside raw inserts of the same rows',
    repeats: 1,
    whole: async () => [await (await ledger()).ledgerBench()],
    quick: async () => [await (await ledger()).ledgerBench(QUICK_LEDGER)],
  },
  front: {
    about: 'many connections, beside a server that only splits frames and echoes',
    repeats: 3,
    whole: async () => (await front()).frontBench(),
    quick: async () => (await front()).frontBench(QUICK_FRONT),
  },
  orders: {
    about: 'upload to confirmation with a real agent, beside append, force to disk, confirm',
    repeats: 3,
    whole: async () => (await orders()).ordersBench(),
    quick: async () => (await orders()).ordersBench(QUICK_ORDERS),
  },
  drain: {
    about: 'a backlog on its way into the hub, beside raw inserts of the same rows',
    repeats: 1,
    whole: async () => (await drain()).drainBench(),
    quick: async () => (await drain()).drainBench({ events: 50_000 }),
  },
  ocpp: {
    about: 'OCPP calls with a real agent, beside bare ws and beside ocpp-rpc in strict mode',
    repeats: 1,
    whole: async () => (await ocpp()).ocppBench(),
    quick: async () => (await ocpp()).ocppBench(QUICK_OCPP),
  },
  hostile: {
    about: 'stations that behave, alone and beside one attack after the other',
    repeats: 1,
    whole: async () => (await hostile()).hostileBench(),
    quick: async () => (await hostile()).hostileBench(QUICK_HOSTILE),
  },
  startup: {
    about: 'start-up and memory of edge agent and hub, beside a bare Node process',
    repeats: 1,
    whole: async () => (await startup()).startupBench(),
    quick: async () => (await startup()).startupBench({ rounds: 3, backlog: 100_000 }),
  },
} as const satisfies Readonly<Record<string, Bench>>;

export type BenchName = keyof typeof SUITE;

export const isBenchName = (name: string): name is BenchName => Object.hasOwn(SUITE, name);
