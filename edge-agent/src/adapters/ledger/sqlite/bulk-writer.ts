import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import { FaultError } from '@holdfast/shared/errors/fault';
import type { StreamId } from '@holdfast/shared/sync/lanes';
import Database from 'better-sqlite3';
import type { DayCheck, OutboxSlice, StreamState } from '../../../ports/ledger.ts';
import type { Budgets } from '../budget.ts';
import { migrateUp } from '../migrations/migrate.ts';
import type { OutboundEvent } from '../outbound-event.ts';
import { acknowledger } from './acknowledge.ts';
import { appender } from './append.ts';
import { type BulkSpace, bulkSpace } from './bulk-space.ts';
import { BULK_PROFILE, openFile } from './file.ts';
import { groupRunner } from './group.ts';
import { handOut, type SliceRequest } from './hand-out.ts';
import { lateMover } from './late.ts';
import { type Meta, metaOf } from './meta.ts';
import { renumbering } from './renumber.ts';
import { type Room, serve } from './serve.ts';
import { checkReader, stateReader } from './stream-reads.ts';
import { type StreamTables, streamTables } from './stream-tables.ts';

/** What the thread is started with. */
export interface BulkStart {
  readonly folder: string;
  /** The store that core.db says this is; bulk.db follows it. */
  readonly storeId: string;
  readonly budgets: Budgets;
}

/** Everything that reads or writes bulk.db: no money waits for it, so one thread does both. */
export interface BulkWork {
  readonly commit: (events: readonly OutboundEvent[]) => void;
  readonly acknowledge: (input: { readonly stream: StreamId; readonly watermark: number }) => void;
  readonly slice: (request: SliceRequest & { readonly nowMs: number }) => OutboxSlice;
  readonly follow: (storeId: string) => void;
  readonly states: () => readonly StreamState[];
  readonly dayChecks: () => readonly DayCheck[];
  readonly tend: (input: { readonly nowMs: number; readonly diskFull: boolean }) => void;
  readonly close: () => void;
}

/** Steps that one upkeep may take before it lets others write. */
const STEPS_A_TEND = 8;

function workOf(
  db: Database.Database,
  tables: StreamTables,
  meta: Meta,
  space: BulkSpace,
): BulkWork {
  const append = appender(db, tables);
  const acknowledge = acknowledger(db, tables);
  const out = handOut(db, tables);
  const moveLate = lateMover(db, tables);
  const numbers = renumbering(db, tables);
  const states = stateReader(db);
  const dayChecks = checkReader(db);
  const moveAllLate = (nowMs: number): void => {
    for (let step = 0; step < STEPS_A_TEND && moveLate(nowMs); step += 1);
  };
  return {
    commit: (events) => {
      if (space.closed()) throw new FaultError('ledger-full', 'no room for measurements');
      for (const event of events) append(event);
    },
    acknowledge: ({ stream, watermark }) => acknowledge(stream, watermark),
    slice: ({ nowMs, ...request }) => {
      moveAllLate(nowMs);
      return out(request);
    },
    follow: (storeId) => {
      if (meta.get('store_id') === storeId) return;
      const cursors = tables.cursors.all();
      for (const cursor of cursors) numbers.lift(cursor);
      for (const cursor of cursors) numbers.settle(cursor);
      meta.set('store_id', storeId);
      space.restart();
    },
    // Other jobs of the group may have left cursors and chains in memory.
    states: () => {
      tables.flush();
      return states();
    },
    dayChecks: () => {
      tables.flush();
      return dayChecks();
    },
    tend: ({ nowMs, diskFull }) => {
      moveAllLate(nowMs);
      space.tend(diskFull, STEPS_A_TEND);
    },
    close: () => undefined,
  };
}

/** A damaged bulk file is put aside: measurements may be lost, charging may not stop for them. */
function openOrReplace(path: string): Database.Database {
  const open = (): Database.Database => {
    const db = openFile(path, BULK_PROFILE);
    migrateUp(db, 'bulk');
    return db;
  };
  try {
    return open();
  } catch (error) {
    const damaged =
      error instanceof Database.SqliteError &&
      (error.code.startsWith('SQLITE_CORRUPT') || error.code === 'SQLITE_NOTADB');
    if (!damaged) throw error;
    for (const end of ['', '-wal', '-shm']) {
      if (existsSync(path + end)) renameSync(path + end, `${path}.damaged${end}`);
    }
    return open();
  }
}

function openBulk({ folder, storeId, budgets }: BulkStart): Room<BulkWork> {
  const db = openOrReplace(join(folder, 'bulk.db'));
  const meta = metaOf(db);
  const tables = streamTables(db);
  const space = bulkSpace(db, tables, budgets);
  const { flush, forget } = tables;
  const handedOf = (): string =>
    tables.cursors
      .all()
      .map(({ handed }) => handed)
      .join();
  let durable = handedOf();
  /**
   * NORMAL may lose the last commits when the power fails. What the hub has seen must not be among
   * them, or its numbers would be given out twice: so a commit that hands rows out is followed by one
   * that reaches the disk, and takes all before it along.
   */
  const settle = (): void => {
    const handed = handedOf();
    if (handed === durable) return;
    db.pragma('synchronous = FULL');
    meta.set('synced', handed);
    db.pragma('synchronous = NORMAL');
    durable = handed;
  };
  const ops = workOf(db, tables, meta, space);
  const runGroup = groupRunner(db, { flush, forget, relieve: space.relieve, settle });
  const [followed] = runGroup([() => ops.follow(storeId)]);
  if (followed?.ok === false) throw followed.fault;
  return {
    ready: undefined,
    ops,
    runGroup,
    status: space.status,
    close: () => {
      db.pragma('wal_checkpoint(TRUNCATE)');
      db.close();
    },
  };
}

serve(() => openBulk(workerData as BulkStart));
