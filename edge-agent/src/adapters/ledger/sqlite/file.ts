import { FaultError } from '@holdfast/shared/errors/fault';
import Database from 'better-sqlite3';

/** How a file of the ledger is kept. Builds of SQLite differ in their defaults, so nothing is left to them. */
export interface FileProfile {
  readonly applicationId: number;
  readonly synchronous: 'FULL' | 'NORMAL';
  readonly cacheKb: number;
  readonly journalBytes: number;
}

/**
 * A commit that is alone, as most are at a site, changes a dozen pages: 58 kB to the log with pages of
 * 4 kB, 94 kB with 8 kB. Flash lives longer and an fsync is shorter; large groups would prefer 8 kB.
 */
export const PAGE_BYTES = 4_096;
const BUSY_TIMEOUT_MS = 5_000;
/** Pages in the write-ahead log before they are moved into the file: 16 MB. */
const CHECKPOINT_PAGES = 4_096;
const SYNCHRONOUS = { FULL: 2, NORMAL: 1 } as const;

/** "HFco" and "HFbu": another program's database is not taken for a ledger. */
export const CORE_PROFILE: FileProfile = {
  applicationId: 0x4846_636f,
  synchronous: 'FULL',
  cacheKb: 4_096,
  journalBytes: 32 * 1024 * 1024,
};
export const BULK_PROFILE: FileProfile = {
  applicationId: 0x4846_6275,
  synchronous: 'NORMAL',
  cacheKb: 4_096,
  journalBytes: 32 * 1024 * 1024,
};

type Pragma = readonly [name: string, set: string | number, readBack: string | number];

/**
 * No memory mapping: where a worn flash card fails to read, a mapped page ends the process with SIGBUS,
 * a plain read is an error that can be answered.
 */
const pragmasOf = (profile: FileProfile): readonly Pragma[] => [
  ['journal_mode', 'WAL', 'wal'],
  ['synchronous', profile.synchronous, SYNCHRONOUS[profile.synchronous]],
  ['foreign_keys', 'ON', 1],
  ['busy_timeout', BUSY_TIMEOUT_MS, BUSY_TIMEOUT_MS],
  ['journal_size_limit', profile.journalBytes, profile.journalBytes],
  ['wal_autocheckpoint', CHECKPOINT_PAGES, CHECKPOINT_PAGES],
  ['cache_size', -profile.cacheKb, -profile.cacheKb],
  ['mmap_size', 0, 0],
  ['temp_store', 'MEMORY', 2],
  ['trusted_schema', 'OFF', 0],
];

const pragmaOf = (db: Database.Database, name: string): unknown =>
  db.pragma(name, { simple: true });

const refuse = (path: string, why: string): FaultError =>
  new FaultError('ledger-failed', `${path}: ${why}`);

function assertPragma(db: Database.Database, name: string, want: string | number): void {
  const is = pragmaOf(db, name);
  if (is === want) return;
  throw refuse(
    db.name,
    `PRAGMA ${name} is ${is} where ${want} was set, so orders would not be safe. Put the data folder ` +
      'on a local disk (no network share, no read-only mount) and use the SQLite that the agent ships.',
  );
}

/** These two only take effect before the first table is made. */
function layOut(db: Database.Database, profile: FileProfile): void {
  const tables = db.prepare<[], { n: number }>('SELECT count(*) AS n FROM sqlite_schema').get();
  if (tables?.n !== 0) return;
  db.pragma(`page_size = ${PAGE_BYTES}`);
  db.pragma('auto_vacuum = INCREMENTAL');
  db.pragma(`application_id = ${profile.applicationId}`);
}

function prepare(db: Database.Database, profile: FileProfile): void {
  layOut(db, profile);
  if (pragmaOf(db, 'application_id') !== profile.applicationId) {
    throw refuse(db.name, 'this is not a file of the ledger. Choose another data folder.');
  }
  for (const [name, set] of pragmasOf(profile)) db.pragma(`${name} = ${set}`);
  for (const [name, , want] of pragmasOf(profile)) assertPragma(db, name, want);
  assertPragma(db, 'page_size', PAGE_BYTES);
  assertPragma(db, 'auto_vacuum', 2);
}

/**
 * Opens a file of the ledger for writing, with every setting made and read back. Throws `FaultError`
 * where the file would be less safe than it must be.
 */
export function openFile(path: string, profile: FileProfile): Database.Database {
  const db = new Database(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    prepare(db, profile);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Opens a file beside its writer, for reading only. */
export function openForReading(path: string): Database.Database {
  const db = new Database(path, { readonly: true, timeout: BUSY_TIMEOUT_MS });
  db.pragma('cache_size = -2048');
  db.pragma('temp_store = MEMORY');
  db.pragma('query_only = ON');
  return db;
}

/** What SQLite says of a failure, as one of ours. */
export function faultOf(error: unknown): FaultError {
  if (error instanceof FaultError) return error;
  if (!(error instanceof Database.SqliteError)) {
    return new FaultError('ledger-failed', String(error), error);
  }
  const code = error.code === 'SQLITE_FULL' ? 'ledger-full' : 'ledger-failed';
  return new FaultError(code, `${error.code}: ${error.message}`, error);
}
