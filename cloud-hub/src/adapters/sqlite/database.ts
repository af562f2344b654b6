import { FaultError } from '@holdfast/shared/errors/fault';
import Database from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { migrate } from '../../migrations/migrate.ts';
import type { Schema } from '../sql/schema.ts';
import { sqliteDialect } from './dialect.ts';
import { faultOf } from './faults.ts';

export interface SqliteDatabase {
  readonly raw: Database.Database;
  readonly db: Kysely<Schema>;
}

/**
 * How the file is written. An answered batch is money that the edge then forgets, so a commit must
 * survive a power cut: `synchronous=FULL`. The checkpoint comes every 16 MB instead of every 4, since
 * a backlog writes the same pages again and again.
 */
export const PRAGMAS: readonly (readonly [name: string, value: string | number, back: unknown])[] =
  [
    ['journal_mode', 'WAL', 'wal'],
    ['synchronous', 'FULL', 2],
    ['busy_timeout', 5_000, 5_000],
    ['wal_autocheckpoint', 4_096, 4_096],
    ['journal_size_limit', 64 * 1024 * 1024, 64 * 1024 * 1024],
    ['cache_size', -64 * 1024, -64 * 1024],
    ['temp_store', 'MEMORY', 2],
    ['foreign_keys', 'OFF', 0],
  ];

/** Sets the pragmas and reads each back: a weaker mode than asked for is a fault, never silent. */
function setPragmas(raw: Database.Database): void {
  for (const [name, value, expected] of PRAGMAS) {
    raw.pragma(`${name} = ${value}`);
    const back: unknown = raw.pragma(name, { simple: true });
    if (back !== expected) {
      throw new FaultError('ledger-failed', `pragma ${name} is ${String(back)}, wanted ${value}`);
    }
  }
}

/** Opens the file, sets its pragmas and brings it to the newest schema. Rejects with `ledger-failed`. */
export async function openDatabase(file: string): Promise<SqliteDatabase> {
  const raw = openFile(file);
  const db = new Kysely<Schema>({ dialect: new SqliteDialect({ database: raw }) });
  try {
    setPragmas(raw);
    await migrate(db, sqliteDialect);
  } catch (error) {
    raw.close();
    throw faultOf(error);
  }
  return { raw, db };
}

function openFile(file: string): Database.Database {
  try {
    return new Database(file);
  } catch (error) {
    throw new FaultError('ledger-failed', `cannot open ${file}`, error);
  }
}
