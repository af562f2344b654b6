import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import type { Budgets } from '../budget.ts';
import { migrateUp } from '../migrations/migrate.ts';
import { bulkSpace } from './bulk-space.ts';
import { type BulkWork, bulkWork } from './bulk-work.ts';
import { BULK_PROFILE, openFile } from './file.ts';
import { groupRunner } from './group.ts';
import { metaOf } from './meta.ts';
import { type Room, serve } from './serve.ts';
import { streamTables } from './stream-tables.ts';

/** What the thread is started with. */
export interface BulkStart {
  readonly folder: string;
  /** The store that core.db says this is; bulk.db follows it. */
  readonly storeId: string;
  readonly budgets: Budgets;
}

const DAMAGE = /^SQLITE_(CORRUPT|NOTADB)/;

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
    if (!(error instanceof Database.SqliteError && DAMAGE.test(error.code))) throw error;
    for (const end of ['', '-wal', '-shm']) {
      if (existsSync(path + end)) renameSync(path + end, `${path}.damaged${end}`);
    }
    return open();
  }
}

/**
 * NORMAL may lose the last commits when the power fails. What the hub has seen must not be among them,
 * or its numbers would be given out twice: so a commit that hands rows out is followed by one that
 * reaches the disk, and takes all before it along.
 */
function handedToDisk(db: Database.Database, handedNow: () => string): () => void {
  const meta = metaOf(db);
  let durable = handedNow();
  return () => {
    const handed = handedNow();
    if (handed === durable) return;
    db.pragma('synchronous = FULL');
    meta.set('synced', handed);
    db.pragma('synchronous = NORMAL');
    durable = handed;
  };
}

function openBulk({ folder, storeId, budgets }: BulkStart): Room<BulkWork> {
  const db = openOrReplace(join(folder, 'bulk.db'));
  const tables = streamTables(db);
  const { flush, forget, cursors } = tables;
  const space = bulkSpace(db, tables, budgets);
  // On a slow card moving core.db's log into its file takes a second; no money commit waits for it
  // when it is done from this thread.
  const core = new Database(join(folder, 'core.db'), { fileMustExist: true });
  const checkpointCore = (): void => {
    core.pragma('wal_checkpoint(PASSIVE)');
  };
  const toDisk = handedToDisk(db, () =>
    cursors
      .all()
      .map(({ no, handed }) => `${no}:${handed}`)
      .join(' '),
  );
  const ops = bulkWork(db, tables, metaOf(db), space, checkpointCore);
  const settle = (): void => {
    toDisk();
    space.settle();
  };
  const runGroup = groupRunner(db, { flush, forget, relieve: space.relieve, settle });
  const [followed] = runGroup([() => ops.follow(storeId)]);
  if (followed?.ok === false) throw followed.fault;
  return {
    ready: undefined,
    ops,
    runGroup,
    status: space.status,
    close: () => {
      core.close();
      space.close();
    },
  };
}

serve(() => openBulk(workerData as BulkStart));
