import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FaultError } from '@holdfast/shared/errors/fault';
import { CORE_LANES, type StreamId } from '@holdfast/shared/sync/lanes';
import type { Ledger, LedgerIdentity, OutgoingEvent } from '../../ports/ledger.ts';
import { type Budgets, budgetsOf, healthOf, type Thresholds } from './budget.ts';
import { assertLanes, streamsOf } from './call-checks.ts';
import { coreCommitOf, opensOrder } from './core-commit.ts';
import { LOSSLESS_LANES } from './lane-rules.ts';
import { ledgerReads } from './ledger-reads.ts';
import { outboundOf } from './outbound-event.ts';
import type { TendedLedger } from './tended-ledger.ts';
import { startThreads, type Threads } from './threads.ts';

export interface LedgerOptions {
  /** Folder of the ledger's files; made when it is missing. One agent at a time. */
  readonly folder: string;
  readonly siteId: string;
  readonly budgets?: Partial<Budgets>;
  /** The agent's clock, epoch milliseconds. */
  readonly nowMs?: () => number;
  /** Time between two rounds of upkeep; 0: only when `tend` is called. */
  readonly tendEveryMs?: number;
}

const TEND_EVERY_MS = 5_000;

const inCore = ({ lane }: StreamId): boolean => CORE_LANES.includes(lane);

type Commits = Pick<Ledger, 'commit' | 'commitBulk' | 'onCommitted' | 'health'>;

function commitsOf({ core, bulk }: Threads, thresholds: Thresholds): Commits {
  const listeners: ((streams: readonly StreamId[]) => void)[] = [];
  const health = () => healthOf(core.status(), bulk.status(), thresholds);
  const tell = (events: readonly OutgoingEvent[]): void => {
    if (events.length === 0) return;
    const streams = streamsOf(events);
    for (const listener of listeners) listener(streams);
  };
  return {
    health,
    onCommitted: (listener) => {
      listeners.push(listener);
    },
    commit: async (commit) => {
      assertLanes(commit.events, (lane) => CORE_LANES.includes(lane));
      if (opensOrder(commit) && health() === 'money-refused') {
        throw new FaultError('ledger-full', 'what room is left is kept for the charges that run');
      }
      await core.ask('commit', coreCommitOf(commit));
      tell(commit.events);
    },
    commitBulk: async (events) => {
      assertLanes(events, (lane) => !CORE_LANES.includes(lane));
      await bulk.ask('commit', events.map(outboundOf));
      tell(events);
    },
  };
}

type Outbox = Pick<Ledger, 'outbox' | 'acknowledge'>;

function outboxOf({ core, bulk, reader }: Threads, nowMs: () => number): Outbox {
  return {
    outbox: (stream, after, limit) => {
      const request = { stream, after, limit };
      if (!inCore(stream)) return bulk.ask('slice', { ...request, nowMs: nowMs() });
      const lossless = LOSSLESS_LANES.includes(stream.lane);
      return lossless ? reader.ask('slice', request) : core.ask('slice', request);
    },
    acknowledge: (stream, watermark) => {
      const covered = { stream, watermark };
      return inCore(stream) ? core.ask('acknowledge', covered) : bulk.ask('acknowledge', covered);
    },
  };
}

const SIDE_FILES = ['', '-wal'];

async function bytesOf(path: string): Promise<number> {
  const sizes = SIDE_FILES.map(
    async (end) => (await stat(path + end).catch(() => undefined))?.size,
  );
  return (await Promise.all(sizes)).reduce<number>((sum, size) => sum + (size ?? 0), 0);
}

/**
 * Opens the ledger of a site (SQLite, sync.md §2). Rejects with `FaultError` when the folder is in
 * use, belongs to another site, was written by a much newer agent, or would not be safe for money.
 */
export async function openLedger(options: LedgerOptions): Promise<TendedLedger> {
  const { folder, siteId, nowMs = Date.now, tendEveryMs = TEND_EVERY_MS } = options;
  const budgets = budgetsOf(options.budgets);
  const opened = await startThreads(folder, siteId, budgets);
  const { threads } = opened;
  const { core, bulk } = threads;
  let identity: LedgerIdentity = opened.identity;

  const tend = async (): Promise<void> => {
    const diskFull = core.status().full;
    await Promise.all([core.ask('tend', nowMs()), bulk.ask('tend', { nowMs: nowMs(), diskFull })]);
  };
  // Upkeep that fails is tried again; what it could not do shows in `health`.
  const upkeep =
    tendEveryMs > 0 ? setInterval(() => tend().catch(() => undefined), tendEveryMs) : 0;

  return {
    ...commitsOf(threads, budgets.thresholds),
    ...outboxOf(threads, nowMs),
    ...ledgerReads(threads),
    identity: () => identity,
    setEpoch: async (epoch) => {
      await core.ask('setEpoch', epoch);
      identity = { ...identity, epoch };
    },
    remint: async () => {
      const minted = await core.ask('remint', undefined);
      await bulk.ask('follow', minted.storeId);
      identity = minted;
      return minted;
    },
    saveClock: (reading) => core.ask('saveClock', reading),
    sizes: async () => ({
      core: await bytesOf(join(folder, 'core.db')),
      bulk: await bytesOf(join(folder, 'bulk.db')),
    }),
    tend,
    close: async () => {
      clearInterval(upkeep);
      await threads.close();
    },
  };
}
