import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CommitQueue, commitQueue } from './commit-queue.ts';

let said: string[] = [];
let raw: Database.Database;
let queue: CommitQueue;
beforeEach(() => {
  said = [];
  raw = new Database(':memory:', { verbose: (text) => said.push(String(text)) });
  raw.exec('create table t (n integer primary key)');
  queue = commitQueue(raw);
});
afterEach(() => raw.close());

const insert = (n: number) => () => raw.prepare('insert into t values (?)').run(n).changes;
const rows = () => raw.prepare('select n from t order by n').pluck().all();
const commits = () => said.filter((text) => text === 'commit').length;

describe('work that waits', () => {
  test('at the same moment shares one commit, in its order', async () => {
    expect(await Promise.all([1, 2, 3].map((n) => queue.write(insert(n))))).toEqual([1, 1, 1]);
    expect(commits()).toBe(1);
    expect(rows()).toEqual([1, 2, 3]);
  });

  test('in large numbers is cut into several commits', async () => {
    await Promise.all(Array.from({ length: 100 }, (_, n) => queue.write(insert(n))));
    expect(commits()).toBe(4);
    expect(rows()).toHaveLength(100);
  });

  test('is told of its commit only when the commit is done', async () => {
    const seen = [1, 2].map((n) => queue.write(insert(n)).then(() => commits()));
    expect(await Promise.all(seen)).toEqual([1, 1]);
  });

  test('that fails leaves the others alone', async () => {
    const tries = await Promise.allSettled([
      queue.write(insert(1)),
      queue.write(() => {
        insert(2)();
        return insert(1)();
      }),
      queue.write(insert(3)),
    ]);
    expect(tries.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(tries[1]).toMatchObject({ reason: { code: 'ledger-failed' } });
    expect(rows()).toEqual([1, 3]);
  });

  test('is committed when the queue closes; later work is refused', async () => {
    const written = queue.write(insert(1));
    queue.close();
    expect(await written).toBe(1);
    await expect(queue.write(insert(2))).rejects.toMatchObject({ code: 'ledger-failed' });
    expect(rows()).toEqual([1]);
  });
});
