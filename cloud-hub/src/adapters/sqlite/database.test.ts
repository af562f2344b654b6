import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { migrate } from '../../migrations/migrate.ts';
import { lifeOf, orderNoOf, SITE } from '../sql/testing/events.ts';
import { modelStream } from '../sql/testing/model-edge.ts';
import { OPEN_SESSION } from '../sql/testing/store-contract.ts';
import { openDatabase, PRAGMAS } from './database.ts';
import { sqliteDialect } from './dialect.ts';
import { openSqliteStore, sqliteStore } from './store.ts';

let folder = '';
let file = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-hub-'));
  file = path.join(folder, 'hub.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

const now = () => 5_000;

describe('the file', () => {
  test('has the pragmas that money needs, read back', async () => {
    const { raw } = await openDatabase(file);
    const back = PRAGMAS.map(([name]) => [name, raw.pragma(name, { simple: true })]);
    expect(back).toEqual(PRAGMAS.map(([name, , expected]) => [name, expected]));
    expect(raw.pragma('synchronous', { simple: true })).toBe(2);
    raw.close();
  });

  test('that is no database is refused with a fault', async () => {
    writeFileSync(file, 'this is a letter, not a database; it is long enough to be read as a page');
    await expect(openSqliteStore({ file })).rejects.toMatchObject({ code: 'ledger-failed' });
    const nowhere = path.join(folder, 'no', 'such', 'folder.db');
    await expect(openSqliteStore({ file: nowhere })).rejects.toMatchObject({
      code: 'ledger-failed',
    });
  });

  test('is the same after it was closed and opened', async () => {
    const first = await openSqliteStore({ file });
    await first.saveSession(OPEN_SESSION);
    const batch = modelStream('money').batch(lifeOf(1));
    await first.applyBatch(SITE, batch, 1);
    await first.close();
    const second = await openSqliteStore({ file });
    expect(await second.order(orderNoOf(1))).toMatchObject({ order: { state: 'settled' } });
    expect(await second.applyBatch(SITE, batch, 2)).toMatchObject({ fresh: 0, watermark: 3 });
    await second.close();
    await expect(second.saveSession(OPEN_SESSION)).rejects.toMatchObject({ code: 'ledger-failed' });
  });
});

describe('migrations', () => {
  test('go up and down with data in every table they touch', async () => {
    const { raw, db } = await openDatabase(file);
    const tables = () =>
      raw
        .prepare(
          "select name from sqlite_master where type = 'table' and name not like '%\\_%' escape '\\'",
        )
        .all();
    const before = raw.prepare('select name, sql from sqlite_master order by name').all();
    const store = sqliteStore({ raw, db }, now);
    await store.saveSession(OPEN_SESSION);
    await store.applyBatch(SITE, modelStream('money').batch(lifeOf(1)), 1);
    await migrate(db, sqliteDialect, 'none');
    expect(tables()).toEqual([]);
    await migrate(db, sqliteDialect);
    expect(raw.prepare('select name, sql from sqlite_master order by name').all()).toEqual(before);
    expect(await migrate(db, sqliteDialect)).toEqual([]);
    await db.destroy();
  });
});

describe('a full disk', () => {
  test('[SYNC-13] is no answer: nothing of the group is kept, and the next try succeeds', async () => {
    const database = await openDatabase(file);
    const store = sqliteStore(database, now);
    await store.saveSession(OPEN_SESSION);
    const stream = modelStream('money');
    const lives = Array.from({ length: 60 }, (_, n) => lifeOf(n));
    const first = stream.batch(lives.slice(0, 30).flat());
    const second = stream.batch(lives.slice(30).flat());
    const pages = Number(database.raw.pragma('page_count', { simple: true }));
    database.raw.pragma(`max_page_count = ${pages + 5}`);
    const tries = await Promise.allSettled([
      store.applyBatch(SITE, first, 1),
      store.applyBatch(SITE, second, 1),
    ]);
    expect(tries[0]).toMatchObject({ status: 'rejected', reason: { code: 'ledger-full' } });
    // The second one either failed with it or saw the hole that the first one left.
    expect(tries[1]).not.toMatchObject({ value: { outcome: 'applied' } });
    expect(await store.allCursors()).toEqual([]);
    expect(await store.orders({ limit: 9 })).toEqual([]);

    database.raw.pragma(`max_page_count = ${pages + 100_000}`);
    expect(await store.applyBatch(SITE, first, 1)).toMatchObject({ outcome: 'applied', fresh: 90 });
    expect(await store.applyBatch(SITE, second, 1)).toMatchObject({ fresh: 90, parked: 0 });
    expect(await store.orderTotals(SITE)).toMatchObject({ orders: 60 });
    await store.close();
  });
});

describe('an event that the database itself refuses', () => {
  test('[SYNC-13] is parked with the cause, and its neighbours are applied', async () => {
    const database = await openDatabase(file);
    const store = sqliteStore(database, now);
    await store.saveSession(OPEN_SESSION);
    database.raw.exec(
      `create trigger no_second before insert on order_event when new.order_no = '${orderNoOf(2)}'
       begin select raise(abort, 'not this one'); end`,
    );
    const batch = modelStream('money').batch([...lifeOf(1), ...lifeOf(2), ...lifeOf(3)]);
    const applied = await store.applyBatch(SITE, batch, 1);
    expect(applied).toMatchObject({ watermark: 9, fresh: 9, parked: 3, check: batch.check });
    const parked = await store.parked(9);
    expect(parked.map(({ seq }) => seq)).toEqual([4, 5, 6]);
    expect(parked[0]?.cause).toContain('not this one');
    expect(await store.orderTotals(SITE)).toMatchObject({ orders: 2 });

    expect(await store.replayParked(parked[0]?.id ?? 0)).toBe('still-parked');
    database.raw.exec('drop trigger no_second');
    for (const { id } of parked) expect(await store.replayParked(id)).toBe('applied');
    expect(await store.orderTotals(SITE)).toMatchObject({ orders: 3 });
    await store.close();
  });
});
