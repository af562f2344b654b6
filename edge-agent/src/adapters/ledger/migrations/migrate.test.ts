import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BULK_PROFILE, CORE_PROFILE, openFile } from '../sqlite/file.ts';
import { MIGRATIONS, migrateDown, migrateUp, versionOf } from './migrate.ts';
import type { LedgerFile, Migration } from './migration.ts';

let folder: string;
let db: Database;
const open = (file: LedgerFile): void => {
  db = openFile(join(folder, `${file}.db`), file === 'core' ? CORE_PROFILE : BULK_PROFILE);
};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-migrate-'));
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

const NEWEST = MIGRATIONS.at(-1)?.no ?? 0;

/** A step that a later agent will bring. */
const later = (minReader: number): Migration => ({
  no: NEWEST + 1,
  what: 'a column of a later agent',
  minReader,
  up: { core: 'ALTER TABLE orders ADD COLUMN later TEXT', bulk: '' },
  down: { core: 'ALTER TABLE orders DROP COLUMN later', bulk: '' },
});

/** The schema without the words that ALTER TABLE leaves in it. */
const tablesOf = (): readonly unknown[] =>
  db
    .prepare(
      `SELECT m.type, m.name, c.name AS column, c.type AS of, c."notnull" AS must
       FROM sqlite_schema m LEFT JOIN pragma_table_info(m.name) c ORDER BY m.name, c.cid`,
    )
    .all();

function fill(): void {
  db.exec(`INSERT INTO stream VALUES (1, 'ykc', 'money', 4, 0, 0, 3, 30)`);
  const add = db.prepare(
    `INSERT INTO outbox (stream, seq, at_ms, kind, kind_version, key, body, coalesces, day_count, hash)
     VALUES (1, ?, 1, 'OrderSettled', 1, 'k', ?, 0, ?, 'h')`,
  );
  for (const seq of [1, 2, 3]) add.run(seq, `{"order":"${seq} 桩 \u0000 ☇"}`, seq);
}

const outboxBytes = (): readonly unknown[] =>
  db
    .prepare(
      'SELECT stream, seq, at_ms, kind, kind_version, key, hex(body) AS body, hash FROM outbox',
    )
    .all();

describe.each(['core', 'bulk'] as const)('%s.db', (file) => {
  test('[LEDGER-5] every step goes up and down again with a filled outbox, whose bytes stay', () => {
    open(file);
    const first = MIGRATIONS.slice(0, 1);
    migrateUp(db, file, first);
    fill();
    const before = outboxBytes();
    for (let to = 2; to <= MIGRATIONS.length; to += 1) {
      const lower = tablesOf();
      migrateUp(db, file, MIGRATIONS.slice(0, to));
      expect(versionOf(db)).toBe(to);
      const upper = tablesOf();
      migrateDown(db, file, to - 1);
      expect(versionOf(db)).toBe(to - 1);
      expect(tablesOf()).toEqual(lower);
      expect(outboxBytes()).toEqual(before);
      migrateUp(db, file, MIGRATIONS.slice(0, to));
      expect(tablesOf()).toEqual(upper);
      expect(outboxBytes()).toEqual(before);
    }
    migrateDown(db, file, 0);
    expect(versionOf(db)).toBe(0);
    expect(tablesOf()).toEqual([]);
  });

  test('going up twice changes nothing', () => {
    open(file);
    migrateUp(db, file);
    fill();
    const before = [tablesOf(), outboxBytes()];
    migrateUp(db, file);
    expect([tablesOf(), outboxBytes()]).toEqual(before);
    expect(versionOf(db)).toBe(NEWEST);
  });

  test('a step that fails leaves the version before', () => {
    open(file);
    migrateUp(db, file);
    const before = tablesOf();
    const broken: Migration = {
      ...later(1),
      up: {
        core: 'CREATE TABLE half (a); DROP TABLE nowhere',
        bulk: 'CREATE TABLE half (a); DROP TABLE nowhere',
      },
    };
    expect(() => migrateUp(db, file, [...MIGRATIONS, broken])).toThrow(/no such table: nowhere/);
    expect(versionOf(db)).toBe(NEWEST);
    expect(tablesOf()).toEqual(before);
  });
});

test('[LEDGER-5] an older agent works with a file of the version after', () => {
  open('core');
  migrateUp(db, 'core', [...MIGRATIONS, later(NEWEST)]);
  fill();
  const before = outboxBytes();
  migrateUp(db, 'core');
  expect(versionOf(db)).toBe(NEWEST + 1);
  expect(outboxBytes()).toEqual(before);
});

test('[LEDGER-5] an agent that is too old is refused, and told what to do', () => {
  open('core');
  migrateUp(db, 'core', [...MIGRATIONS, later(NEWEST + 1)]);
  expect(() => migrateUp(db, 'core')).toThrow(/newer agent.*Install the newer agent/);
});

test('steps are numbered from 1 without holes and say how far back they can be read', () => {
  expect(MIGRATIONS.map(({ no }) => no)).toEqual(MIGRATIONS.map((_, i) => i + 1));
  for (const { no, minReader } of MIGRATIONS) {
    expect(minReader).toBeGreaterThanOrEqual(1);
    expect(minReader).toBeLessThanOrEqual(no);
  }
});
