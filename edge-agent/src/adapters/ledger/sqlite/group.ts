import type { FaultError } from '@holdfast/shared/errors/fault';
import type { Database } from 'better-sqlite3';
import { faultOf } from './file.ts';

export type Job = () => unknown;
export type Outcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly fault: FaultError };

/** What a file's writer does around the transactions that its jobs share. */
export interface GroupRoom {
  /** Writes what jobs left in memory, inside the transaction. */
  readonly flush: () => void;
  /** After a rollback: forgets what jobs left in memory. */
  readonly forget: () => void;
  /** The file is full: makes room, or says that there is none to make. */
  readonly relieve: () => boolean;
  /** After the commit, before anybody is told of it. */
  readonly settle: () => void;
}

/** How often a group may make room and be tried again: each time frees less. */
const RELIEFS_MOST = 16;

/**
 * Runs jobs in one transaction, so that one fsync serves them all. When one of them fails, the
 * transaction is done again with a savepoint around each: then only the faulty ones are refused.
 */
export function groupRunner(
  db: Database,
  room: GroupRoom,
): (jobs: readonly Job[]) => readonly Outcome[] {
  const begin = db.prepare('BEGIN IMMEDIATE');
  const commit = db.prepare('COMMIT');
  const rollback = db.prepare('ROLLBACK');
  const savepoint = db.prepare('SAVEPOINT job');
  const release = db.prepare('RELEASE job');
  const undo = db.prepare('ROLLBACK TO job');

  const inTransaction = (work: () => Outcome[]): Outcome[] => {
    try {
      begin.run();
      const outcomes = work();
      room.flush();
      commit.run();
      return outcomes;
    } catch (error) {
      if (db.inTransaction) rollback.run();
      room.forget();
      throw error;
    }
  };
  const together = (jobs: readonly Job[]): Outcome[] =>
    inTransaction(() => jobs.map((job) => ({ ok: true, value: job() })));

  const guarded = (job: Job): Outcome => {
    savepoint.run();
    try {
      const value = job();
      room.flush();
      release.run();
      return { ok: true, value };
    } catch (error) {
      // A full disk may have undone the whole transaction; then there is nothing to go on with.
      if (!db.inTransaction) throw error;
      undo.run();
      release.run();
      room.forget();
      return { ok: false, fault: faultOf(error) };
    }
  };
  const apart = (jobs: readonly Job[]): Outcome[] => inTransaction(() => jobs.map(guarded));

  const relieved = (error: unknown): boolean => {
    try {
      return faultOf(error).code === 'ledger-full' && room.relieve();
    } catch {
      return false;
    }
  };
  const attempt = (jobs: readonly Job[], reliefs = RELIEFS_MOST): readonly Outcome[] => {
    try {
      return together(jobs);
    } catch (error) {
      if (reliefs > 0 && relieved(error)) return attempt(jobs, reliefs - 1);
    }
    try {
      return apart(jobs);
    } catch (error) {
      const fault = faultOf(error);
      return jobs.map(() => ({ ok: false, fault }));
    }
  };
  return (jobs) => {
    const outcomes = attempt(jobs);
    try {
      room.settle();
      return outcomes;
    } catch (error) {
      const fault = faultOf(error);
      return outcomes.map((outcome) => (outcome.ok ? { ok: false, fault } : outcome));
    }
  };
}
