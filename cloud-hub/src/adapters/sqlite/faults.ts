import { FaultError } from '@holdfast/shared/errors/fault';
import Database from 'better-sqlite3';

/** What SQLite says of a fault, as one of ours. */
export function faultOf(error: unknown): unknown {
  if (!(error instanceof Database.SqliteError)) return error;
  const code = error.code === 'SQLITE_FULL' ? 'ledger-full' : 'ledger-failed';
  return new FaultError(code, `${error.code}: ${error.message}`, error);
}

/** Faults that the event itself has, not the database: they would come again on every try. */
const OWN_FAULT = /^SQLITE_(CONSTRAINT|MISMATCH|TOOBIG|RANGE)/;

/** `true`: trying again will not help, the event is to be parked ([SYNC-13]). */
export function isOwnFault(error: unknown): boolean {
  if (error instanceof Database.SqliteError) return OWN_FAULT.test(error.code);
  return error instanceof RangeError || error instanceof TypeError;
}
