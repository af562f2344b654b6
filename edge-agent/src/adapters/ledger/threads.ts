import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { LedgerIdentity } from '../../ports/ledger.ts';
import type { Budgets } from './budget.ts';
import type { BulkWork } from './sqlite/bulk-work.ts';
import type { BulkStart } from './sqlite/bulk-writer.ts';
import type { CoreReads } from './sqlite/core-reader.ts';
import type { CoreStart, CoreWrites } from './sqlite/core-writer.ts';
import { type LedgerThread, startThread } from './thread.ts';

/**
 * One thread for each file, so that neither the disk nor a flood of measurements ever holds up the
 * agent; and one that only reads core.db, so that a page full of orders does not hold up a commit.
 */
export interface Threads {
  readonly core: LedgerThread<CoreWrites>;
  readonly bulk: LedgerThread<BulkWork>;
  readonly reader: LedgerThread<CoreReads>;
  readonly close: () => Promise<void>;
}

/** The bodies lie in `sqlite`, here as sources and beside the built program as built. */
const KIND = path.extname(import.meta.url);
const bodyOf = (name: string): URL => new URL(`./sqlite/${name}${KIND}`, import.meta.url);

/** Starts the threads of a folder; core.db first: it holds the lock, and bulk.db follows its store. */
export async function startThreads(
  folder: string,
  siteId: string,
  budgets: Budgets,
): Promise<{ readonly threads: Threads; readonly identity: LedgerIdentity }> {
  await mkdir(folder, { recursive: true });
  const coreStart: CoreStart = { folder, siteId, budgets };
  const core = await startThread<CoreWrites, LedgerIdentity>(bodyOf('core-writer'), coreStart);
  const identity = core.ready;
  const bulkStart: BulkStart = { folder, storeId: identity.storeId, budgets };
  const [bulk, reader] = await Promise.allSettled([
    startThread<BulkWork>(bodyOf('bulk-writer'), bulkStart),
    startThread<CoreReads>(bodyOf('core-reader'), { folder }),
  ]);
  const close = async (): Promise<void> => {
    if (reader.status === 'fulfilled') await reader.value.thread.close();
    if (bulk.status === 'fulfilled') await bulk.value.thread.close();
    await core.thread.close();
  };
  if (bulk.status === 'fulfilled' && reader.status === 'fulfilled') {
    const { thread } = core;
    const threads = { core: thread, bulk: bulk.value.thread, reader: reader.value.thread, close };
    return { identity, threads };
  }
  await close();
  throw bulk.status === 'rejected' ? bulk.reason : reader.status === 'rejected' && reader.reason;
}
