import { openDatabase, type SqliteDatabase } from '@holdfast/cloud-hub/adapters/sqlite/database';
import { eventStatements } from '@holdfast/cloud-hub/adapters/sqlite/writes';

const ROWS_A_TRANSACTION = 500;
/** Rows that are held in memory at once; reading them is not part of the floor. */
const ROWS_READ = 20_000;

/** How each table of events is written; the floor uses the store's own prepared statements. */
const TABLES = {
  order_event: 'orderEvent',
  charge_order: 'order',
  order_row: 'billRow',
  connector: 'connector',
  pile: 'pile',
  measurement: 'measurement',
} as const;

/**
 * Inserts every event row of a store into an empty one with the same schema, pragmas and statements,
 * in transactions of 500, and nothing else: no parsing, no checks, no watermark. Milliseconds.
 */
export async function rawInsertMs(from: string, to: string): Promise<number> {
  const source = await openDatabase(from);
  const target = await openDatabase(to);
  const write = eventStatements(target);
  let ms = 0;
  for (const [table, statement] of Object.entries(TABLES) as [
    keyof typeof TABLES,
    (typeof TABLES)[keyof typeof TABLES],
  ][]) {
    const insert = write[statement] as (row: never) => boolean;
    for (let offset = 0; ; offset += ROWS_READ) {
      const rows = source.raw
        .prepare(`select * from ${table} limit ${ROWS_READ} offset ${offset}`)
        .all() as never[];
      if (rows.length === 0) break;
      ms += insertMs(target, rows, insert);
    }
  }
  source.raw.close();
  target.raw.close();
  return ms;
}

function insertMs(
  { raw }: SqliteDatabase,
  rows: readonly never[],
  insert: (row: never) => boolean,
): number {
  const all = raw.transaction((some: readonly never[]) => {
    for (const row of some) insert(row);
  });
  const startedMs = performance.now();
  for (let at = 0; at < rows.length; at += ROWS_A_TRANSACTION) {
    all(rows.slice(at, at + ROWS_A_TRANSACTION));
  }
  return performance.now() - startedMs;
}
