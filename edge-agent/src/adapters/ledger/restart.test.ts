import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { migrateDown, migrateUp } from './migrations/migrate.ts';
import { CORE_PROFILE, openFile } from './sqlite/file.ts';
import {
  connector,
  measured,
  money,
  NOON_MS,
  numbersOf,
  settledOrder,
  stream,
  uploadOf,
  WHOLE,
} from './testing/fixtures.ts';
import { ledgerFolder } from './testing/folder.ts';

const folder = ledgerFolder();
const core = (): string => join(folder.path(), 'core.db');

describe('a ledger that is opened again', () => {
  test('[SYNC-10] is the same store with the next boot number', async () => {
    const first = await folder.open();
    await first.setEpoch(7);
    const before = first.identity();
    await first.close();
    const second = await folder.open();
    expect(second.identity()).toEqual({ ...before, bootNo: before.bootNo + 1 });
  });

  test('[SYNC-9] knows the last clock, and goes on with its numbers, gaps and chains', async () => {
    const first = await folder.open();
    const reading = { wallMs: NOON_MS, monoMs: 9, bootNo: 1, quality: 2 } as const;
    await first.saveClock(reading);
    await first.commit(uploadOf(1));
    for (const n of [1, 2, 1]) await first.commit({ changes: [], events: [connector(n, NOON_MS)] });
    await first.commitBulk([measured(1, NOON_MS)]);
    const lanes = ['money', 'state', 'telemetry'] as const;
    const read = async (ledger: typeof first) =>
      Promise.all(lanes.map((lane) => ledger.outbox(stream(lane), 0, WHOLE)));
    const before = await read(first);
    await first.close();

    const second = await folder.open();
    expect(await second.lastClock()).toEqual(reading);
    expect(await read(second)).toEqual(before);
    await second.commit(uploadOf(2));
    expect(numbersOf(await second.outbox(stream('money'), 0, WHOLE))).toEqual([1, 2]);
  });

  test('[LEDGER-6] does not touch what was handed out before, and the rest as ever', async () => {
    const first = await folder.open();
    const state = (n: number) => first.commit({ changes: [], events: [connector(n, NOON_MS)] });
    for (const n of [1, 2]) await state(n);
    await first.commitBulk([measured(1, NOON_MS)]);
    await first.outbox(stream('state'), 0, { events: 1, bytes: 1e6 });
    await first.outbox(stream('telemetry'), 0, WHOLE);
    await first.commitBulk([measured(2, NOON_MS)]);
    await first.close();

    const second = await folder.open({ nowMs: () => NOON_MS + 70_000 });
    for (const n of [1, 2]) await second.commit({ changes: [], events: [connector(n, NOON_MS)] });
    const states = numbersOf(await second.outbox(stream('state'), 0, WHOLE));
    expect(states).toEqual([1, 'coalesced', 3, 4]);
    const live = numbersOf(await second.outbox(stream('telemetry'), 0, WHOLE));
    expect(live).toEqual([1, 'dropped']);
  });

  test('[SYNC-14] keeps the chains of sixty days', async () => {
    const ledger = await folder.open();
    const dayMs = 86_400_000;
    for (let day = 0; day < 65; day += 1) {
      const atMs = NOON_MS + day * dayMs;
      const order = settledOrder(day, { settledAtMs: atMs });
      await ledger.commit({ changes: [], events: [money(order), money(order, 'OrderRevised')] });
    }
    const days = (await ledger.dayChecks()).map(({ day, count }) => `${day} ${count}`);
    expect(days).toHaveLength(60);
    expect([days[0], days.at(-1)]).toEqual(['2025-07-20 2', '2025-09-17 2']);
  });

  test('[LEDGER-4] is refused to a second agent, and free again when the first has gone', async () => {
    const first = await folder.open();
    const second = folder.open();
    await expect(second).rejects.toMatchObject({
      code: 'ledger-failed',
      message: expect.stringMatching(/used by another agent/),
    });
    await first.close();
    await folder.open();
  });

  test('[LEDGER-4] is refused to another site', async () => {
    await (await folder.open()).close();
    await expect(folder.open({ siteId: 'S2' })).rejects.toThrow(
      /holds the ledger of site S1, not of S2/,
    );
    await folder.open();
  });

  test('[LEDGER-5] is refused when a much newer agent wrote it', async () => {
    await (await folder.open()).close();
    const db = new Sqlite(core());
    db.pragma('user_version = 99');
    db.prepare("UPDATE meta SET value = '98' WHERE name = 'min_reader'").run();
    db.close();
    await expect(folder.open()).rejects.toThrow(/schema 99, written by a newer agent/);
  });

  test('[LEDGER-5] takes over what an agent of the schema before has queued', async () => {
    const first = await folder.open();
    for (const n of [1, 2]) await first.commit(uploadOf(n));
    const before = await first.outbox(stream('money'), 0, WHOLE);
    await first.close();
    const old = openFile(core(), CORE_PROFILE);
    migrateDown(old, 'core', 1);
    old.close();

    const second = await folder.open();
    expect(await second.outbox(stream('money'), 0, WHOLE)).toEqual(before);
    // Schema 1 did not keep the newest event of an order; its state tells which it was.
    await second.acknowledge(stream('money'), 2);
    await second.remint();
    const again = await second.outbox(stream('money'), 0, WHOLE);
    expect(again.rows.map(({ body }) => body)).toEqual(before.rows.map(({ body }) => body));
  });

  test('[LEDGER-11] goes on without a bulk file that was damaged', async () => {
    const first = await folder.open();
    await first.commit(uploadOf(1));
    await first.close();
    writeFileSync(join(folder.path(), 'bulk.db'), 'damaged beyond repair'.repeat(1_000));
    const second = await folder.open();
    expect(numbersOf(await second.outbox(stream('money'), 0, WHOLE))).toEqual([1]);
    await second.commitBulk([measured(1, NOON_MS)]);
  });

  test('[LEDGER-11] does not go on without a core file that was damaged', async () => {
    await (await folder.open()).close();
    writeFileSync(core(), 'damaged beyond repair'.repeat(1_000));
    await expect(folder.open()).rejects.toMatchObject({ code: 'ledger-failed' });
  });
});

describe('[SYNC-10] a new store', () => {
  test('is the same after a restart, and bulk.db follows it when the agent died in between', async () => {
    const first = await folder.open();
    await first.commitBulk([measured(1, NOON_MS), measured(2, NOON_MS), measured(3, NOON_MS)]);
    await first.acknowledge(stream('telemetry'), 1);
    await first.close();
    const db = openFile(core(), CORE_PROFILE);
    migrateUp(db, 'core');
    db.prepare("UPDATE meta SET value = 'another' WHERE name = 'store_id'").run();
    db.close();

    const second = await folder.open();
    expect(second.identity().storeId).toBe('another');
    expect(numbersOf(await second.outbox(stream('telemetry'), 0, WHOLE))).toEqual([1, 2]);
  });

  test('tells of an order that it cannot read any more instead of leaving it out', async () => {
    const first = await folder.open();
    for (const n of [1, 2]) await first.commit(uploadOf(n));
    await first.acknowledge(stream('money'), 2);
    await first.close();
    const db = openFile(core(), CORE_PROFILE);
    const { orderNo } = settledOrder(1);
    db.prepare("UPDATE orders SET body = '{}' WHERE order_no = ?").run(orderNo);
    db.close();
    const second = await folder.open();
    await second.remint();
    expect((await second.outbox(stream('money'), 0, WHOLE)).rows).toHaveLength(1);
    const { rows } = await second.outbox(stream('control', ''), 0, WHOLE);
    expect(rows).toMatchObject([{ kind: 'AlarmRaised', key: 'order-unreadable' }]);
  });
});
