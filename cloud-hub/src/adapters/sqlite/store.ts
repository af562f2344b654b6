import type { SiteSession, Store } from '../../ports/store.ts';
import { hubReads } from '../sql/hub-reads.ts';
import { liveReads } from '../sql/live-reads.ts';
import { orderReads } from '../sql/order-reads.ts';
import { siteReads } from '../sql/site-reads.ts';
import { batchApplier } from './apply.ts';
import { commandWrites } from './commands.ts';
import { type CommitQueue, commitQueue } from './commit-queue.ts';
import { openDatabase, type SqliteDatabase } from './database.ts';
import { parkedReplay } from './parked.ts';
import { change, insertRow, selectOne } from './statements.ts';

export interface SqliteStoreOptions {
  /** Path of the database file; it is made if it is missing. */
  readonly file: string;
  readonly nowMs?: () => number;
}

/**
 * The hub's database in one file. It works in the calling thread: a commit holds the event loop for
 * one fsync, which every batch that waits at that moment shares. Rejects with `ledger-failed`.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  return sqliteStore(await openDatabase(options.file), options.nowMs ?? Date.now);
}

/** The store on a database that is open; closing the store closes it. */
export function sqliteStore(database: SqliteDatabase, nowMs: () => number): Store {
  const queue = commitQueue(database.raw);
  const applyBatch = batchApplier(database);
  return {
    ...siteReads(database.db),
    ...orderReads(database.db),
    ...liveReads(database.db),
    ...hubReads(database.db),
    ...siteWrites(database, queue),
    ...commandWrites(database, queue),
    orderTotals: orderTotals(database),
    prune: pruning(database, queue),
    applyBatch: (siteId, batch, receivedAtMs) =>
      queue.write(() => applyBatch(siteId, batch, receivedAtMs)),
    replayParked: parkedReplay(database, queue, nowMs),
    close: async () => {
      queue.close();
      await database.db.destroy();
    },
  };
}

function siteWrites(
  database: SqliteDatabase,
  queue: CommitQueue,
): Pick<Store, 'saveSite' | 'saveSession' | 'saveUser'> {
  const site = insertRow(database, 'site', ['site_id', 'name', 'vendors', 'secret_hash'], {
    do: 'update',
    keys: ['site_id'],
  });
  const session = insertRow(
    database,
    'site_session',
    ['site_id', 'vendor', 'store_id', 'epoch', 'session_no', 'conflict'],
    { do: 'update', keys: ['site_id', 'vendor'] },
  );
  const user = insertRow(database, 'hub_user', ['user_name', 'password_hash', 'role'], {
    do: 'update',
    keys: ['user_name'],
  });
  return {
    saveSite: (account) =>
      queue.write(() => {
        site({
          site_id: account.siteId,
          name: account.name,
          vendors: JSON.stringify(account.vendors),
          secret_hash: account.secretHash,
        });
      }),
    saveSession: (given: SiteSession) =>
      queue.write(() => {
        session({
          site_id: given.siteId,
          vendor: given.vendor,
          store_id: given.storeId,
          epoch: given.epoch,
          session_no: given.sessionNo,
          conflict: given.conflict ? 1 : 0,
        });
      }),
    saveUser: (given) =>
      queue.write(() => {
        user({ user_name: given.user, password_hash: given.passwordHash, role: given.role });
      }),
  };
}

/** Sums are read as 64-bit integers: a column fits a double, a sum of many need not. */
function orderTotals({ raw, db }: SqliteDatabase): Store['orderTotals'] {
  const query = db
    .selectFrom('charge_order')
    .select((eb) => [eb.fn.countAll().as('orders'), eb.fn.sum('settled_fen').as('totalFen')])
    .where('site_id', '=', '')
    .where('settled_fen', 'is not', null);
  const statement = raw
    .prepare<[string], { orders: bigint; totalFen: bigint | null }>(query.compile().sql)
    .safeIntegers();
  return async (siteId) => {
    const row = statement.get(siteId);
    return { orders: Number(row?.orders ?? 0n), totalFen: row?.totalFen ?? 0n };
  };
}

/** The oldest rows first, a bounded number at a time: an hour's telemetry must not hold a commit. */
function pruning(database: SqliteDatabase, queue: CommitQueue): Store['prune'] {
  const { db } = database;
  const tables = (['measurement', 'capture'] as const).map((table) => ({
    firstBeyond: selectOne(
      database,
      db.selectFrom(table).select('id').orderBy('id').limit(1).offset(0),
    ),
    remove: change(
      database,
      db.deleteFrom(table).where('id', '<', 0).where('received_at_ms', '<', 0),
    ),
  }));
  return (beforeMs, limit) =>
    queue.write(() => {
      let count = 0;
      for (const { firstBeyond, remove } of tables) {
        // The first row beyond the limit; without one all rows are within it.
        const end = firstBeyond(1, limit)?.id ?? Number.MAX_SAFE_INTEGER;
        count += remove(end, beforeMs);
      }
      return count;
    });
}
