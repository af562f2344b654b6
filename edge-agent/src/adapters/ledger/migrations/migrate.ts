import { FaultError } from '@holdfast/shared/errors/fault';
import type { Database } from 'better-sqlite3';
import { spine } from './001-spine.ts';
import { newestEvent } from './002-newest-event.ts';
import { doors } from './003-doors.ts';
import { pilesOwn } from './004-piles-own.ts';
import { heldFor } from './005-held-for.ts';
import type { LedgerFile, Migration } from './migration.ts';

export const MIGRATIONS: readonly Migration[] = [spine, newestEvent, doors, pilesOwn, heldFor];

/** Version of the schema of a file; 0 for a new one. */
export const versionOf = (db: Database): number =>
  Number(db.pragma('user_version', { simple: true }));

const metaOf = (db: Database, name: string): string | undefined =>
  db.prepare<[string], { value: string }>('SELECT value FROM meta WHERE name = ?').get(name)?.value;

function step(db: Database, sql: string, version: number, minReader: number | undefined): void {
  db.transaction(() => {
    db.exec(sql);
    db.pragma(`user_version = ${version}`);
    if (minReader === undefined) return;
    db.prepare(
      `INSERT INTO meta (name, value) VALUES ('min_reader', ?)
       ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    ).run(String(minReader));
  })();
}

/**
 * Brings a file to the newest schema known here. A file that a newer agent left is used as it is where
 * its `min_reader` allows that, and refused otherwise ([SYNC-11]).
 */
export function migrateUp(
  db: Database,
  file: LedgerFile,
  known: readonly Migration[] = MIGRATIONS,
): void {
  const version = versionOf(db);
  const newest = known.at(-1)?.no ?? 0;
  if (version > newest) {
    const minReader = Number(metaOf(db, 'min_reader') ?? version);
    if (minReader <= newest) return;
    throw new FaultError(
      'ledger-failed',
      `${file}.db has schema ${version}, written by a newer agent; this one knows ${newest} and at ` +
        `least ${minReader} is needed. Install the newer agent again, or step the schema down with it.`,
    );
  }
  for (const migration of known) {
    if (migration.no <= version) continue;
    step(db, migration.up[file], migration.no, migration.minReader);
  }
}

/** Steps a file down to the schema `to`, for going back more than one version. The outbox stays as it is. */
export function migrateDown(
  db: Database,
  file: LedgerFile,
  to: number,
  known: readonly Migration[] = MIGRATIONS,
): void {
  for (const migration of known.toReversed()) {
    if (migration.no > versionOf(db) || migration.no <= to) continue;
    const before = known.find(({ no }) => no === migration.no - 1);
    step(db, migration.down[file], migration.no - 1, before?.minReader);
  }
}
