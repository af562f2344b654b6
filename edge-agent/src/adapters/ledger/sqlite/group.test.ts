import { FaultError } from '@holdfast/shared/errors/fault';
import Sqlite, { type Database } from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type GroupRoom, groupRunner } from './group.ts';

let db: Database;
let commits: number;
/** What a job leaves in memory for `flush`, as the cursors do. */
let left: number[];
let told: string[];

beforeEach(() => {
  db = new Sqlite(':memory:');
  db.exec('CREATE TABLE t (a INTEGER NOT NULL CHECK (a < 1000)); CREATE TABLE sums (n INTEGER)');
  commits = 0;
  left = [];
  told = [];
});
afterEach(() => db.close());

const roomOf = (given: Partial<GroupRoom> = {}): GroupRoom => ({
  flush: () => {
    for (const n of left.splice(0)) db.prepare('INSERT INTO sums VALUES (?)').run(n);
  },
  forget: () => {
    left = [];
  },
  relieve: () => false,
  settle: () => {
    commits += 1;
  },
  ...given,
});

const put = (n: number | null) => (): number => {
  db.prepare('INSERT INTO t VALUES (?)').run(n);
  left.push(n ?? 0);
  return (n ?? 0) * 2;
};
const stored = (table: 't' | 'sums'): readonly unknown[] =>
  db.prepare(`SELECT * FROM ${table}`).raw().all().flat();
const full = (): never => {
  throw new FaultError('ledger-full', 'full');
};

test('[LEDGER-2] jobs of a group share one transaction and get their values', () => {
  const outcomes = groupRunner(db, roomOf())([put(1), put(2), put(3)]);
  expect(outcomes).toEqual([2, 4, 6].map((value) => ({ ok: true, value })));
  expect(stored('t')).toEqual([1, 2, 3]);
  expect(stored('sums')).toEqual([1, 2, 3]);
  expect(commits).toBe(1);
});

test('[LEDGER-2] a job that fails for its own fault harms nobody else', () => {
  const outcomes = groupRunner(db, roomOf())([put(1), put(null), put(2), put(5000), put(3)]);
  expect(outcomes.map(({ ok }) => ok)).toEqual([true, false, true, false, true]);
  expect(outcomes[1]).toMatchObject({ fault: { code: 'ledger-failed' } });
  expect(outcomes[3]).toMatchObject({ fault: { message: expect.stringMatching(/CHECK/) } });
  expect(stored('t')).toEqual([1, 2, 3]);
  expect(stored('sums')).toEqual([1, 2, 3]);
});

test('what a failed job left in memory is forgotten, what others left is not', () => {
  const late = () => {
    left.push(99);
    return full();
  };
  groupRunner(db, roomOf())([put(1), late, put(2)]);
  expect(stored('sums')).toEqual([1, 2]);
});

test('a full file is relieved once and the group done again', () => {
  let room = false;
  const relieve = (): boolean => {
    if (room) return false;
    room = true;
    told.push('relieved');
    return true;
  };
  const needsRoom = () => (room ? put(7)() : full());
  const outcomes = groupRunner(db, roomOf({ relieve }))([put(1), needsRoom]);
  expect(outcomes.map(({ ok }) => ok)).toEqual([true, true]);
  expect(stored('t')).toEqual([1, 7]);
  expect(told).toEqual(['relieved']);
});

test('when no room can be made only those who need it are refused', () => {
  const outcomes = groupRunner(db, roomOf())([put(1), full, put(2)]);
  expect(outcomes.map(({ ok }) => ok)).toEqual([true, false, true]);
  expect(outcomes[1]).toMatchObject({ fault: { code: 'ledger-full' } });
});

test('a transaction that cannot be committed fails for all, and nothing is kept', () => {
  const flush = (): void => {
    throw new FaultError('ledger-failed', 'the disk is gone');
  };
  const outcomes = groupRunner(db, roomOf({ flush }))([put(1), put(2)]);
  expect(outcomes.map(({ ok }) => ok)).toEqual([false, false]);
  expect(stored('t')).toEqual([]);
  expect(db.inTransaction).toBe(false);
});

test('nobody is told of a group that did not reach the disk', () => {
  const settle = (): void => {
    throw new FaultError('ledger-failed', 'fsync failed');
  };
  const outcomes = groupRunner(db, roomOf({ settle }))([put(1)]);
  expect(outcomes).toMatchObject([{ ok: false, fault: { message: 'fsync failed' } }]);
});
