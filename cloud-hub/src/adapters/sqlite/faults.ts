import { FaultError } from '@holdfast/shared/errors/fault';
import Database from 'better-sqlite3';

/** What SQLite says of a fault, as one of ours. */
export function faultOf(error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const code = error.code === 'SQLITE_FULL' ? 'ledger-full' : 'ledger-failed';
  return new FaultError(code, `${error.code}: ${error.message}`, error);
}
