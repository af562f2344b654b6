import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import { FaultError } from '@holdfast/shared/errors/fault';
import type { StreamId } from '@holdfast/shared/sync/lanes';
import type { ClockReading } from '@holdfast/shared/sync/messages';
import type { Database } from 'better-sqlite3';
import type { LedgerIdentity, OutboxSlice } from '../../../ports/ledger.ts';
import type { Budgets, Thresholds } from '../budget.ts';
import type { CoreCommit } from '../core-commit.ts';
import { migrateUp } from '../migrations/migrate.ts';
import { acknowledger } from './acknowledge.ts';
import { appender } from './append.ts';
import { type CoreSpace, coreSpace } from './core-space.ts';
import { coreWriter } from './core-tables.ts';
import { CORE_PROFILE, openFile } from './file.ts';
import { forgetter } from './forget-old.ts';
import { groupRunner } from './group.ts';
import { handOut, type SliceRequest } from './hand-out.ts';
import { openIdentity } from './identity.ts';
import { lockFolder } from './lock.ts';
import { metaOf } from './meta.ts';
import { reminter } from './remint.ts';
import { reserveFile } from './reserve.ts';
import { type Room, serve } from './serve.ts';
import { type StreamTables, streamTables } from './stream-tables.ts';

/** What the thread is started with. */
export interface CoreStart {
  readonly folder: string;
  readonly siteId: string;
  readonly budgets: Budgets;
}

/** Everything that writes core.db; one transaction holds a group of these. */
export interface CoreWrites {
  readonly commit: (commit: CoreCommit) => void;
  readonly acknowledge: (input: { readonly stream: StreamId; readonly watermark: number }) => void;
  readonly slice: (request: SliceRequest) => OutboxSlice;
  readonly setEpoch: (epoch: number) => void;
  readonly remint: () => LedgerIdentity;
  readonly saveClock: (reading: ClockReading) => void;
  readonly tend: (nowMs: number) => void;
  readonly close: () => void;
}

function writesOf(
  db: Database,
  tables: StreamTables,
  space: CoreSpace,
  thresholds: Thresholds,
): CoreWrites {
  const meta = metaOf(db);
  const write = coreWriter(db);
  const append = appender(db, tables);
  const acknowledge = acknowledger(db, tables);
  const forgetOld = forgetter(db, thresholds);
  return {
    commit: ({ writes, events }) => {
      if (space.isSpent()) throw new FaultError('ledger-full', 'the reserve is used up');
      for (const change of writes) write(change);
      for (const event of events) append(event);
    },
    acknowledge: ({ stream, watermark }) => acknowledge(stream, watermark),
    slice: handOut(db, tables),
    setEpoch: (epoch) => meta.set('epoch', String(epoch)),
    remint: reminter(db, tables, append, meta),
    saveClock: (reading) => meta.set('clock', JSON.stringify(reading)),
    tend: (nowMs) => {
      forgetOld(nowMs, space.status().used);
      space.tend();
    },
    close: () => undefined,
  };
}

function roomOf(db: Database, { folder, siteId, budgets }: CoreStart): Room<CoreWrites> {
  migrateUp(db, 'core');
  const ready = db.transaction(() => openIdentity(metaOf(db), siteId))();
  const reserve = reserveFile(join(folder, 'reserve.bin'), budgets.reserveBytes);
  const space = coreSpace(db, budgets, reserve);
  const tables = streamTables(db);
  const { flush, forget } = tables;
  return {
    ready,
    ops: writesOf(db, tables, space, budgets.thresholds),
    runGroup: groupRunner(db, { flush, forget, relieve: space.relieve, settle: () => undefined }),
    status: space.status,
    close: space.close,
  };
}

function openCore(start: CoreStart): Room<CoreWrites> {
  const lock = lockFolder(start.folder);
  try {
    const room = roomOf(openFile(join(start.folder, 'core.db'), CORE_PROFILE), start);
    const close = (): void => {
      room.close();
      lock.release();
    };
    return { ...room, close };
  } catch (error) {
    lock.release();
    throw error;
  }
}

serve(() => openCore(workerData as CoreStart));
