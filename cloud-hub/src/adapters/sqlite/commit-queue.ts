import { FaultError } from '@holdfast/shared/errors/fault';
import type Database from 'better-sqlite3';
import { faultOf } from './faults.ts';

/** Work that writes; it runs inside a transaction that others may share. */
type Job = {
  readonly run: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
};

/** Jobs that one commit may serve: more would hold the event loop for too long. */
const JOBS_A_COMMIT = 32;

export interface CommitQueue {
  /**
   * Runs `work` in a transaction and resolves after its commit is on disk. Work that waits at the same
   * moment shares one commit, so one fsync serves many. Rejects with `ledger-failed` or `ledger-full`,
   * and then nothing of the work is kept.
   */
  readonly write: <T>(work: () => T) => Promise<T>;
  /** Commits what waits; later work is refused. */
  readonly close: () => void;
}

export function commitQueue(raw: Database.Database): CommitQueue {
  const waiting: Job[] = [];
  let scheduled = false;
  let closed = false;
  const begin = raw.prepare('begin immediate');
  const commit = raw.prepare('commit');
  const rollback = raw.prepare('rollback');
  const savepoint = raw.prepare('savepoint job');
  const release = raw.prepare('release job');
  const undo = raw.prepare('rollback to job');

  const runOne = (job: Job): { readonly value: unknown } | undefined => {
    savepoint.run();
    try {
      const value = job.run();
      release.run();
      return { value };
    } catch (error) {
      // Out of space or a failing disk has rolled everything back: the group fails as a whole.
      if (!raw.inTransaction) throw error;
      undo.run();
      release.run();
      job.reject(faultOf(error));
      return undefined;
    }
  };
  const runGroup = (group: readonly Job[]): void => {
    const done: { readonly job: Job; readonly value: unknown }[] = [];
    try {
      begin.run();
      for (const job of group) {
        const result = runOne(job);
        if (result !== undefined) done.push({ job, value: result.value });
      }
      commit.run();
    } catch (error) {
      if (raw.inTransaction) rollback.run();
      for (const job of group) job.reject(faultOf(error));
      return;
    }
    for (const { job, value } of done) job.resolve(value);
  };
  const flush = (): void => {
    scheduled = false;
    runGroup(waiting.splice(0, JOBS_A_COMMIT));
    if (waiting.length > 0) schedule();
  };
  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    // After the sockets of this turn have been read, so that their batches share the commit.
    setImmediate(flush);
  };
  return {
    write: <T>(work: () => T): Promise<T> => {
      if (closed) return Promise.reject(new FaultError('ledger-failed', 'the store is closed'));
      return new Promise<T>((resolve, reject) => {
        waiting.push({ run: work, resolve: (value) => resolve(value as T), reject });
        schedule();
      });
    },
    close: () => {
      closed = true;
      while (waiting.length > 0) runGroup(waiting.splice(0, JOBS_A_COMMIT));
    },
  };
}
