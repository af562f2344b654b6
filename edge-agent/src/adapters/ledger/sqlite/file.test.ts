import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite, { type Database } from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  BULK_PROFILE,
  CORE_PROFILE,
  faultOf,
  openFile,
  openForReading,
  PAGE_BYTES,
} from './file.ts';

let folder: string;
const opened: Database[] = [];
const path = (): string => join(folder, 'core.db');
const open = (profile = CORE_PROFILE): Database => {
  const db = openFile(path(), profile);
  opened.push(db);
  return db;
};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-file-'));
});
afterEach(() => {
  for (const db of opened.splice(0)) db.close();
  rmSync(folder, { recursive: true, force: true });
});

const read = (db: Database, ...names: string[]): readonly unknown[] =>
  names.map((name) => db.pragma(name, { simple: true }));

describe('[LEDGER-3] settings are made and read back', () => {
  test.each([
    ['core', CORE_PROFILE, 2],
    ['bulk', BULK_PROFILE, 1],
  ] as const)('%s.db', (_, profile, synchronous) => {
    const db = open(profile);
    const names = ['journal_mode', 'synchronous', 'foreign_keys', 'mmap_size', 'temp_store'];
    expect(read(db, ...names)).toEqual(['wal', synchronous, 1, 0, 2]);
    expect(read(db, 'page_size', 'auto_vacuum', 'application_id')).toEqual([
      PAGE_BYTES,
      2,
      profile.applicationId,
    ]);
  });

  test('they hold when the file is opened again', () => {
    open().close();
    expect(read(open(), 'journal_mode', 'synchronous', 'auto_vacuum')).toEqual(['wal', 2, 2]);
  });

  test('a file that cannot be kept as safely is refused, and the setting is named', () => {
    const other = new Sqlite(path());
    other.pragma('page_size = 8192');
    other.pragma(`application_id = ${CORE_PROFILE.applicationId}`);
    other.exec('CREATE TABLE t (a)');
    other.close();
    expect(() => open()).toThrow(/PRAGMA page_size is 8192 where 4096 was set.*local disk/);
  });

  test("another program's database is not taken for a ledger", () => {
    const other = new Sqlite(path());
    other.exec('CREATE TABLE t (a)');
    other.close();
    expect(() => open()).toThrow(/not a file of the ledger/);
  });

  test('the two files of a ledger are not taken for each other', () => {
    open(BULK_PROFILE).exec('CREATE TABLE t (a)');
    expect(() => open(CORE_PROFILE)).toThrow(/not a file of the ledger/);
  });

  test('a file that is no database fails as a fault of SQLite', () => {
    writeFileSync(path(), 'no database at all, but long enough to be looked at'.repeat(200));
    const fault = (() => {
      try {
        return open();
      } catch (error) {
        return faultOf(error);
      }
    })();
    expect(fault).toMatchObject({ code: 'ledger-failed' });
  });
});

test('a reader cannot write', () => {
  open().exec('CREATE TABLE t (a)');
  const reader = openForReading(path());
  expect(() => reader.exec('INSERT INTO t VALUES (1)')).toThrow(/readonly/);
  reader.close();
});
