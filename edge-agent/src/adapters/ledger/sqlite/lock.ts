import { join } from 'node:path';
import { FaultError } from '@holdfast/shared/errors/fault';
import Database from 'better-sqlite3';

/** A process that is being replaced may still be on its way out. */
const WAIT_MS = 500;

/**
 * Keeps every other agent out of a folder for as long as this process lives: an exclusive lock on a
 * file of its own, which the system gives up by itself when the process dies. Throws `FaultError`.
 */
export function lockFolder(folder: string): { readonly release: () => void } {
  const lock = new Database(join(folder, 'lock.db'), { timeout: WAIT_MS });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    throw new FaultError(
      'ledger-failed',
      `${folder} is used by another agent. Stop that one, or give each agent a data folder of its own.`,
      error,
    );
  }
  return { release: () => lock.close() };
}
