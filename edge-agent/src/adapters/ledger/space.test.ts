import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Order } from '@holdfast/shared/order/order';
import { describe, expect, test } from 'vitest';
import { healthOf } from './budget.ts';
import type { TendedLedger } from './tended-ledger.ts';
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
const MB = 1024 * 1024;
const KB = 1024;

const starting = (n: number): Order => settledOrder(n, { state: 'starting', eventNo: 1 });
const openingOf = (n: number) => {
  const order = starting(n);
  return { changes: [{ save: 'order', order } as const], events: [money(order, 'OrderOpened')] };
};

/** Commits uploads until the ledger says that it takes no new charges; returns how many it took. */
async function fillCore(ledger: TendedLedger): Promise<number> {
  let n = 0;
  while (ledger.health() !== 'money-refused') {
    await ledger.commit(uploadOf(n));
    n += 1;
  }
  return n;
}

/** Commits until one is refused for want of room; returns how many were taken. */
async function fillToTheEnd(ledger: TendedLedger, first: number): Promise<number> {
  for (let n = first; ; n += 1) {
    const refused = await ledger.commit(uploadOf(n)).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (refused === undefined) continue;
    expect(refused).toMatchObject({ code: 'ledger-full' });
    return n;
  }
}

describe('[LEDGER-8] core.db is full', () => {
  const budgets = { coreBytes: 2 * MB, reserveBytes: 512 * KB };

  test('new charges are refused, running ones finish on the reserve, and nothing promised is lost', async () => {
    const ledger = await folder.open({ budgets });
    await ledger.commit(openingOf(900_000));
    await ledger.tend();
    expect(statSync(join(folder.path(), 'reserve.bin')).size).toBe(budgets.reserveBytes);

    const taken = await fillCore(ledger);
    await expect(ledger.commit(openingOf(900_001))).rejects.toMatchObject({ code: 'ledger-full' });
    const done = settledOrder(900_000);
    await ledger.commit({ changes: [{ save: 'order', order: done }], events: [money(done)] });

    const all = await fillToTheEnd(ledger, taken);
    expect(all, 'the reserve held more').toBeGreaterThan(taken + 50);
    expect(existsSync(join(folder.path(), 'reserve.bin'))).toBe(false);
    expect(ledger.health()).toBe('money-refused');
    const { rows, gaps } = await ledger.outbox(stream('money'), 0, WHOLE);
    expect(gaps).toEqual([]);
    expect(rows.map(({ seq }) => seq)).toEqual(Array.from({ length: all + 2 }, (_, i) => i + 1));
    expect(await ledger.order(done.orderNo)).toEqual(done);
    expect(await ledger.order(starting(900_001).orderNo)).toBeUndefined();
  });

  test('once the hub has the events and old orders may go, charging begins again', async () => {
    let nowMs = NOON_MS;
    const ledger = await folder.open({ budgets, nowMs: () => nowMs });
    const all = await fillToTheEnd(ledger, 0);
    await ledger.acknowledge(stream('money'), all);
    nowMs += 30 * 86_400_000;
    for (let round = 0; round < 20 && ledger.health() !== 'ok'; round += 1) await ledger.tend();
    await ledger.tend();
    expect(ledger.health()).toBe('ok');
    await ledger.commit(openingOf(900_000));
    expect(statSync(join(folder.path(), 'reserve.bin')).size).toBe(budgets.reserveBytes);
    expect(numbersOf(await ledger.outbox(stream('money'), all, WHOLE))).toEqual([all + 1]);
  });

  test('[LEDGER-10] orders of the last days, and all orders while old events wait, are not forgotten', async () => {
    let nowMs = NOON_MS;
    const ledger = await folder.open({ nowMs: () => nowMs });
    for (const n of [1, 2]) await ledger.commit(uploadOf(n));
    nowMs += 91 * 86_400_000;
    await ledger.acknowledge(stream('money'), 1);
    await ledger.tend();
    expect(await ledger.orders({ limit: 9 })).toHaveLength(2);
    await ledger.acknowledge(stream('money'), 2);
    await ledger.commit({ changes: [{ save: 'order', order: starting(3) }], events: [] });
    await ledger.tend();
    const left = await ledger.orders({ limit: 9 });
    expect(left.map(({ state }) => state)).toEqual(['starting']);
    expect(await ledger.records(settledOrder(1).orderNo)).toEqual([]);
  });
});

describe('[LEDGER-9] bulk.db is full', () => {
  const MINUTE_MS = 60_000;
  const frames = (n: number) =>
    ({
      stream: stream('frames'),
      event: {
        kind: 'FramesCaptured',
        pileNo: 'p',
        frames: [{ atMs: n, up: true, hex: '68'.repeat(400) }],
      },
      atMs: NOON_MS + n,
    }) as const;

  /** Reports of three connectors, every 15 s unless told otherwise. */
  async function report(
    ledger: TendedLedger,
    from: number,
    count: number,
    everyMs = 15_000,
  ): Promise<void> {
    for (let i = from; i < from + count; i += 1) {
      const atMs = NOON_MS + i * everyMs;
      await ledger.commitBulk([1, 2, 3].map((n) => measured(n, atMs, 'backlog')));
    }
  }

  test('frames go first, then measurements grow thinner from the oldest on; every hole is explained', async () => {
    const ledger = await folder.open({ budgets: { bulkBytes: 768 * KB } });
    await ledger.commitBulk(Array.from({ length: 40 }, (_, n) => frames(n)));
    await report(ledger, 0, 400);
    expect(ledger.health()).toBe('thinning');
    for (let round = 0; round < 40 && ledger.health() === 'thinning'; round += 1)
      await ledger.tend();
    expect(ledger.health()).toBe('ok');

    const [raw, backlog] = [
      await ledger.outbox(stream('frames'), 0, WHOLE),
      await ledger.outbox(stream('backlog'), 0, WHOLE),
    ];
    expect(raw).toMatchObject({
      rows: [],
      gaps: [{ from: 1, to: 40, reason: 'dropped', count: 40 }],
    });
    const told = numbersOf(backlog);
    expect(told).toHaveLength(1_200);
    expect(told.filter((n) => n === 'thinned').length).toBeGreaterThan(300);
    expect(told).not.toContain('dropped');
    // Thinned rows keep one report a minute and connector.
    const minutes = backlog.rows
      .slice(0, 30)
      .map(({ atMs, key }) => `${key} ${Math.floor(atMs / MINUTE_MS)}`);
    expect(new Set(minutes).size).toBe(30);
    expect(ledger.health()).toBe('ok');
    await ledger.commit(uploadOf(1));
  });

  test('when nothing can be thinned any more the oldest are dropped, and writing never stops', async () => {
    const ledger = await folder.open({ budgets: { bulkBytes: 512 * KB } });
    for (let i = 0; i < 8; i += 1) {
      // Nothing can be thinned in this.
      await report(ledger, i * 300, 300, 5 * MINUTE_MS);
      for (let round = 0; round < 5; round += 1) await ledger.tend();
    }
    expect(ledger.health()).not.toBe('telemetry-refused');
    const told = numbersOf(await ledger.outbox(stream('backlog'), 0, WHOLE));
    expect(told).toHaveLength(8 * 300 * 3);
    const firstKept = told.findIndex((what) => typeof what === 'number');
    expect(firstKept).toBeGreaterThan(1_000);
    expect(new Set(told.slice(0, firstKept))).toEqual(new Set(['dropped']));
    expect(told.slice(firstKept).every((what) => typeof what === 'number')).toBe(true);
    expect(told.at(-1)).toBe(8 * 300 * 3);
  });

  test('a flood in one go sacrifices by itself, without an upkeep in between', async () => {
    const ledger = await folder.open({ budgets: { bulkBytes: 512 * KB } });
    await report(ledger, 0, 2_000);
    const told = numbersOf(await ledger.outbox(stream('backlog'), 0, WHOLE));
    expect(told).toHaveLength(6_000);
    expect(told.at(-1)).toBe(6_000);
  });

  test('money and states are not touched by it', async () => {
    const ledger = await folder.open({ budgets: { bulkBytes: 512 * KB } });
    await ledger.commit(uploadOf(1));
    await ledger.commit({ changes: [], events: [connector(1, NOON_MS)] });
    await report(ledger, 0, 1_000);
    await ledger.tend();
    expect(numbersOf(await ledger.outbox(stream('money'), 0, WHOLE))).toEqual([1]);
    expect(numbersOf(await ledger.outbox(stream('state'), 0, WHOLE))).toEqual([1]);
  });
});

describe('health is that of the file that is worse off', () => {
  test.each([
    [0.1, false, 0.1, false, 'ok'],
    [0.94, false, 0.69, false, 'ok'],
    [0.1, false, 0.7, false, 'thinning'],
    [0.1, false, 0.99, true, 'telemetry-refused'],
    [0.95, false, 0.99, true, 'money-refused'],
    [0.5, true, 0, false, 'money-refused'],
  ] as const)('core %f %s, bulk %f %s: %s', (core, coreFull, bulk, bulkFull, health) => {
    expect(healthOf({ used: core, full: coreFull }, { used: bulk, full: bulkFull })).toBe(health);
  });
});
