import type { WireEvent } from '@holdfast/shared/sync/messages';
import { beforeEach, describe, expect, test } from 'vitest';
import type { SiteSession, Store } from '../../../ports/store.ts';
import {
  connectorChanged,
  lifeOf,
  measured,
  NOON_MS,
  openedOrder,
  orderEvent,
  orderNoOf,
  PILE,
  pileChanged,
  SITE,
  settledOrder,
  VENDOR,
} from './events.ts';
import { modelStream } from './model-edge.ts';

/** Makes an empty store; it is closed by the maker after each test. */
export type MakeStore = () => Promise<Store>;

export const OPEN_SESSION: SiteSession = {
  siteId: SITE,
  vendor: VENDOR,
  storeId: 'store-a',
  epoch: 1,
  sessionNo: 1,
  conflict: false,
};
const RECEIVED_MS = NOON_MS + 60_000;

/** The contract of the hub's store: every adapter of the port passes it. */
export function storeContract(name: string, make: MakeStore): void {
  describe(`${name} keeps the contract of the store`, () => {
    let store: Store;
    beforeEach(async () => {
      store = await make();
      await store.saveSession(OPEN_SESSION);
    });
    const apply = (batch: Parameters<Store['applyBatch']>[1]) =>
      store.applyBatch(SITE, batch, RECEIVED_MS);
    const eventNos = async (n: number) =>
      (await store.orderEvents(orderNoOf(n))).map(({ eventNo }) => eventNo);

    describe('what was saved is found', () => {
      test('sites, the newest save of each', async () => {
        const site = { siteId: SITE, name: 'One', vendors: ['ykc', 'jfy'], secretHash: 'h' };
        await store.saveSite({ ...site, name: 'Old' });
        await store.saveSite(site);
        expect(await store.sites()).toEqual([site]);
        expect(await store.site(SITE)).toEqual(site);
        expect(await store.site('nobody')).toBeUndefined();
      });

      test('[SYNC-10] the session that speaks for a site and vendor', async () => {
        expect(await store.session(SITE, VENDOR)).toEqual(OPEN_SESSION);
        const next = {
          ...OPEN_SESSION,
          storeId: 'store-b',
          epoch: 2,
          sessionNo: 2,
          conflict: true,
        };
        await store.saveSession(next);
        expect(await store.session(SITE, VENDOR)).toEqual(next);
        expect(await store.session(SITE, 'jfy')).toBeUndefined();
      });

      test('users', async () => {
        expect(await store.userCount()).toBe(0);
        await store.saveUser({ user: 'admin', passwordHash: 'x', role: 'viewer' });
        await store.saveUser({ user: 'admin', passwordHash: 'y', role: 'admin' });
        expect(await store.user('admin')).toEqual({
          user: 'admin',
          passwordHash: 'y',
          role: 'admin',
        });
        expect(await store.userCount()).toBe(1);
        expect(await store.user('nobody')).toBeUndefined();
      });
    });

    describe('batches', () => {
      test('[SYNC-3] a batch has its effect once, however often it comes', async () => {
        const batch = modelStream('money').batch([...lifeOf(1), ...lifeOf(2)]);
        expect(await apply(batch)).toMatchObject({ outcome: 'applied', watermark: 6, fresh: 6 });
        expect(await apply(batch)).toMatchObject({ outcome: 'applied', watermark: 6, fresh: 0 });
        expect(await store.orderTotals(SITE)).toEqual({ orders: 2, totalFen: 11_200n });
        expect(await eventNos(1)).toEqual([1, 2, 3]);
        expect((await store.order(orderNoOf(1)))?.order).toEqual(settledOrder(1));
        expect(await store.cursors(SITE, VENDOR)).toMatchObject([
          { lane: 'money', epoch: 1, watermark: 6, parked: 0, gapCount: 0 },
        ]);
      });

      test('[SYNC-3] of a batch that overlaps only the new part is applied', async () => {
        const whole = modelStream('money').batch([...lifeOf(1), ...lifeOf(2)]);
        const firstPart = modelStream('money').batch(lifeOf(1));
        await apply(firstPart);
        expect(await apply(whole)).toMatchObject({ watermark: 6, fresh: 3, parked: 0 });
        expect(await eventNos(2)).toEqual([1, 2, 3]);
      });

      test('[SYNC-4] a hole is answered with the watermark and nothing is applied', async () => {
        const stream = modelStream('money');
        await apply(stream.batch(lifeOf(1)));
        stream.lose(2);
        expect(await apply(stream.batch(lifeOf(2)))).toEqual({ outcome: 'gap', watermark: 3 });
        expect(await store.order(orderNoOf(2))).toBeUndefined();
      });

      test('[SYNC-4] a range that will never come is kept with its reason and count', async () => {
        const stream = modelStream('state');
        stream.skip(4, 'coalesced');
        expect(await apply(stream.batch([connectorChanged()]))).toMatchObject({ watermark: 5 });
        expect(await store.gaps(SITE)).toMatchObject([
          { vendor: VENDOR, lane: 'state', from: 1, to: 4, reason: 'coalesced', count: 4 },
        ]);
        expect(await store.cursors(SITE, VENDOR)).toMatchObject([{ watermark: 5, gapCount: 1 }]);
      });

      test('[SYNC-10] only the session in force may write', async () => {
        const batch = modelStream('money').batch(lifeOf(1));
        for (const other of [{ sessionNo: 2 }, { sessionNo: 0 }, { epoch: 2 }, { vendor: 'jfy' }]) {
          expect(await apply({ ...batch, ...other })).toEqual({ outcome: 'fenced' });
        }
        expect(await store.applyBatch('other', batch, RECEIVED_MS)).toEqual({ outcome: 'fenced' });
        expect(await store.order(orderNoOf(1))).toBeUndefined();
        expect(await store.allCursors()).toEqual([]);
      });

      test('[SYNC-10] a new epoch counts from 1 again, and the old one is history', async () => {
        await apply(modelStream('money').batch(lifeOf(1)));
        await store.saveSession({ ...OPEN_SESSION, storeId: 'store-b', epoch: 2, sessionNo: 2 });
        const session = { siteId: SITE, vendor: VENDOR, epoch: 2, sessionNo: 2 };
        await apply(modelStream('money', session).batch(lifeOf(2)));
        expect(await store.cursors(SITE, VENDOR)).toMatchObject([{ epoch: 2, watermark: 3 }]);
        expect(await store.orderTotals(SITE)).toMatchObject({ orders: 2 });
      });

      test('vendors and lanes are streams of their own', async () => {
        await store.saveSession({ ...OPEN_SESSION, vendor: 'jfy' });
        const jfy = { siteId: SITE, vendor: 'jfy', epoch: 1, sessionNo: 1 };
        await apply(modelStream('money').batch(lifeOf(1)));
        await apply(modelStream('telemetry').batch([measured()]));
        const other = settledOrder(2, 5_600n, { vendor: 'jfy' });
        await apply(modelStream('money', jfy).batch([orderEvent(other)]));
        const seen = (await store.allCursors()).map((c) => `${c.vendor} ${c.lane} ${c.watermark}`);
        expect(seen.sort()).toEqual(['jfy money 1', 'ykc money 3', 'ykc telemetry 1']);
      });
    });

    describe('money has natural keys besides', () => {
      const again = async (events: ReturnType<typeof lifeOf>) => {
        await store.saveSession({ ...OPEN_SESSION, storeId: 'store-b', epoch: 2, sessionNo: 2 });
        const session = { siteId: SITE, vendor: VENDOR, epoch: 2, sessionNo: 2 };
        return apply(modelStream('money', session).batch(events));
      };

      test('[SYNC-3] the same events under new numbers change nothing', async () => {
        await apply(modelStream('money').batch(lifeOf(1)));
        expect(await again(lifeOf(1))).toMatchObject({ fresh: 3, parked: 0 });
        expect(await eventNos(1)).toEqual([1, 2, 3]);
        expect(await store.orderTotals(SITE)).toEqual({ orders: 1, totalFen: 5_600n });
      });

      test('[SYNC-10] another event under a known key is parked, the first one stays', async () => {
        await apply(modelStream('money').batch(lifeOf(1)));
        const forged = orderEvent(settledOrder(1, 9_900n));
        expect(await again([forged, ...lifeOf(2)])).toMatchObject({ fresh: 4, parked: 1 });
        const [parked] = await store.parked(10);
        expect(parked).toMatchObject({ siteId: SITE, epoch: 2, seq: 1, kind: 'OrderSettled' });
        expect(parked?.cause).toContain('already has another event 3');
        expect((await store.order(orderNoOf(1)))?.order.bill?.total).toBe(5_600n);
        expect(await eventNos(2)).toEqual([1, 2, 3]);
      });

      test('[SYNC-10] a box that was set back brings the record of an order that still waits', async () => {
        await apply(modelStream('money').batch(lifeOf(1).slice(0, 2)));
        const orphan = orderEvent(settledOrder(1, 5_600n, { state: 'orphan', eventNo: 1 }));
        expect(await again([orphan, orphan])).toMatchObject({ fresh: 2, parked: 0 });
        expect(await eventNos(1)).toEqual([1, 2, 1]);
        expect((await store.order(orderNoOf(1)))?.order.state).toBe('orphan');
      });

      test('[SYNC-10] an order that its record has settled is not changed without a record', async () => {
        await apply(modelStream('money').batch(lifeOf(1)));
        const estimate = settledOrder(1, 1n, { pileTotal: null, difference: null, eventNo: 4 });
        expect(await again([orderEvent(estimate)])).toMatchObject({ fresh: 1, parked: 1 });
        expect((await store.order(orderNoOf(1)))?.order.bill?.total).toBe(5_600n);
      });

      test('an older event that comes later is kept and does not turn the order back', async () => {
        const [first, second, third] = lifeOf(1);
        if (first === undefined || second === undefined || third === undefined) return;
        await apply(modelStream('money').batch([third]));
        await again([first, second]);
        expect((await store.order(orderNoOf(1)))?.order.state).toBe('settled');
        expect(await eventNos(1)).toEqual([1, 2, 3]);
      });

      test('an order of another site or vendor is parked', async () => {
        const foreign = orderEvent(settledOrder(1, 5_600n, { siteId: 'S9999' }));
        const lane = orderEvent(settledOrder(2, 5_600n, { vendor: 'jfy' }));
        const applied = await apply(modelStream('money').batch([foreign, lane]));
        expect(applied).toMatchObject({ fresh: 2, parked: 2, watermark: 2 });
        expect(await store.orders({ limit: 9 })).toEqual([]);
      });

      test('an order number that another site has used already is parked', async () => {
        await apply(modelStream('money').batch(lifeOf(1).slice(0, 2)));
        const other = { siteId: 'S0002', vendor: VENDOR, epoch: 1, sessionNo: 1 };
        await store.saveSession({ ...OPEN_SESSION, siteId: 'S0002' });
        const events = [1, 9].map((eventNo) =>
          orderEvent(settledOrder(1, 1n, { siteId: 'S0002', eventNo })),
        );
        const batch = modelStream('money', other).batch(events);
        const applied = await store.applyBatch('S0002', batch, RECEIVED_MS);
        expect(applied).toMatchObject({ fresh: 2, parked: 2 });
        expect((await store.order(orderNoOf(1)))?.order).toMatchObject({
          siteId: SITE,
          eventNo: 2,
        });
      });

      test('a sum of orders is exact beyond what a double holds', async () => {
        const most = BigInt(Number.MAX_SAFE_INTEGER);
        const orders = [1, 2, 3].map((n) => orderEvent(settledOrder(n, most)));
        await apply(modelStream('money').batch(orders));
        expect(await store.orderTotals(SITE)).toEqual({ orders: 3, totalFen: most * 3n });
        const over = orderEvent(settledOrder(4, most + 1n));
        const stream = modelStream('money');
        stream.batch(orders);
        expect(await apply(stream.batch([over]))).toMatchObject({ parked: 1 });
      });
    });

    describe('events that cannot be applied', () => {
      const poison = { kind: 'OrderSettled', key: orderNoOf(1), body: { eventNo: 1, order: 'no' } };
      const good = (n: number) => {
        const batch = modelStream('money').batch([orderEvent(settledOrder(n))]);
        const [event] = batch.ev;
        return { kind: 'OrderSettled', key: orderNoOf(n), body: event?.[5] };
      };

      test('[SYNC-13] are parked with their cause while the stream goes on', async () => {
        const applied = await apply(modelStream('money').rawBatch([good(1), poison, good(2)]));
        expect(applied).toMatchObject({ watermark: 3, fresh: 3, parked: 1 });
        expect(await store.parked(10)).toMatchObject([
          {
            siteId: SITE,
            vendor: VENDOR,
            lane: 'money',
            epoch: 1,
            seq: 2,
            kind: 'OrderSettled',
            body: JSON.stringify(poison.body),
            atMs: RECEIVED_MS,
          },
        ]);
        expect(await store.orderTotals(SITE)).toMatchObject({ orders: 2 });
        expect(await store.cursors(SITE, VENDOR)).toMatchObject([{ parked: 1 }]);
      });

      test('[SYNC-13] can be repaired and replayed, once', async () => {
        await apply(modelStream('money').rawBatch([poison]));
        const id = (await store.parked(1))[0]?.id ?? 0;
        expect(await store.replayParked(id)).toBe('still-parked');
        expect(await store.replayParked(id, 'not even JSON')).toBe('still-parked');
        expect(await store.replayParked(id, JSON.stringify(good(1).body))).toBe('applied');
        expect((await store.order(orderNoOf(1)))?.order).toEqual(settledOrder(1));
        expect(await store.parked(10)).toEqual([]);
        expect(await store.replayParked(id)).toBe('unknown');
        expect(await store.replayParked(4711)).toBe('unknown');
      });

      test('[SYNC-13] a time that no calendar has holds up nothing', async () => {
        const [alarm] = modelStream('control').batch([
          { kind: 'AlarmRaised', code: 'c', pileNo: null, text: 't' },
        ]).ev;
        const { check: _, ...batch } = modelStream('control').rawBatch(
          [NOON_MS, NOON_MS].map(() => ({ kind: 'AlarmRaised', key: 'c', body: alarm?.[5] })),
        );
        const times = [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER];
        const ev = batch.ev.map(([seq, , ...rest], i): WireEvent => [seq, times[i] ?? 0, ...rest]);
        expect(await apply({ ...batch, ev })).toMatchObject({ watermark: 2, fresh: 2, parked: 0 });
        expect((await store.siteLog(SITE, 9)).map(({ atMs }) => atMs)).toEqual(times.toReversed());
      });

      test('[SYNC-11] unknown kinds and newer versions are parked whole', async () => {
        const body = { of: 'the future', n: [1, { deep: true }] };
        const applied = await apply(
          modelStream('control').rawBatch([
            { kind: 'SomethingNew', key: 'k', body },
            { kind: 'AlarmRaised', kindVersion: 99, key: 'x', body: { code: 'x' } },
          ]),
        );
        expect(applied).toMatchObject({ fresh: 2, parked: 2 });
        const [first] = await store.parked(10);
        expect(first).toMatchObject({ kind: 'SomethingNew', body: JSON.stringify(body) });
      });

      test('[SYNC-11] unknown fields of a known kind are kept', async () => {
        const { kind, key, body } = good(1);
        await apply(
          modelStream('money').rawBatch([{ kind, key, body: { ...(body as object), later: 7 } }]),
        );
        expect((await store.order(orderNoOf(1)))?.order).toEqual(settledOrder(1));
        expect(await store.parked(1)).toEqual([]);
      });
    });

    describe('[SYNC-14] both sides count', () => {
      test('equal chains are seen to be equal, batch after batch', async () => {
        const stream = modelStream('money');
        for (const n of [1, 2, 3]) {
          const batch = stream.batch(lifeOf(n));
          expect(await apply(batch)).toMatchObject({ check: batch.check });
        }
        expect(await store.dayCounts(SITE)).toMatchObject([
          { lane: 'money', day: '2026-03-01', count: 9, edgeCount: 9, equal: true },
        ]);
      });

      test('an event that differs is seen in all that follows', async () => {
        const stream = modelStream('money');
        const batch = stream.batch(lifeOf(1));
        const changed = batch.ev.map(
          ([seq, atMs, kind, version, key, body]): WireEvent => [
            seq,
            seq === 1 ? atMs + 1 : atMs,
            kind,
            version,
            key,
            body,
          ],
        );
        await apply({ ...batch, ev: changed });
        await apply(stream.batch(lifeOf(2)));
        expect(await store.dayCounts(SITE)).toMatchObject([
          { count: 6, edgeCount: 6, equal: false },
        ]);
      });

      test('each day has a chain of its own, parked events included', async () => {
        const day = 86_400_000;
        const event = (atMs: number) => ({ kind: 'Unheard', key: '', atMs, body: {} });
        const stream = modelStream('control');
        const days = [NOON_MS, NOON_MS + day, NOON_MS, NOON_MS + day];
        const batch = stream.rawBatch(days.map(event));
        expect(await apply(batch)).toMatchObject({ check: batch.check, parked: 4 });
        const counts = await store.dayCounts(SITE);
        expect(counts.map((c) => [c.day, c.count, c.equal])).toEqual([
          ['2026-03-01', 2, null],
          ['2026-03-02', 2, true],
        ]);
      });
    });

    describe('state', () => {
      test('piles and connectors as the last word has them', async () => {
        const stream = modelStream('state');
        await apply(
          stream.batch([
            pileChanged({ online: false }),
            connectorChanged({ state: 'plugged' }),
            connectorChanged({ connectorNo: 2, faults: ['emergency-stop'], plugged: null }),
            pileChanged(),
            connectorChanged({ state: 'charging', orderNo: orderNoOf(1) }),
          ]),
        );
        expect(await store.piles()).toEqual([
          { ...pileChanged(), siteId: SITE, seenAtMs: NOON_MS },
        ]);
        const connectors = await store.connectors(SITE);
        expect(connectors).toMatchObject([
          { connectorNo: 1, state: 'charging', orderNo: orderNoOf(1), vendor: VENDOR },
          { connectorNo: 2, faults: ['emergency-stop'], plugged: null },
        ]);
        expect(await store.piles('other')).toEqual([]);
        expect(await store.connectors('other')).toEqual([]);
      });

      test('measurements are found by connector and time, and forgotten by age', async () => {
        const stream = modelStream('telemetry');
        const half = measured({ voltageMv: 399_999.5, soc: null, faults: ['cable-hot'] });
        await store.applyBatch(SITE, stream.batch([measured()]), 1_000);
        await store.applyBatch(SITE, stream.batch([half, measured({ connectorNo: 2 })]), 2_000);
        const query = { siteId: SITE, pileNo: PILE, connectorNo: 1, limit: 10 };
        const day = { ...query, fromMs: NOON_MS, toMs: NOON_MS + 1 };
        expect(await store.measurements(day)).toEqual([
          { measurement: measured().measurement, atMs: NOON_MS },
          { measurement: half.measurement, atMs: NOON_MS },
        ]);
        expect(await store.measurements({ ...day, toMs: NOON_MS })).toEqual([]);
        expect(await store.prune(2_000, 10)).toBe(1);
        expect(await store.measurements(day)).toHaveLength(1);
        expect(await store.prune(9_000, 1)).toBe(1);
        expect(await store.prune(9_000, 10)).toBe(1);
        expect(await store.prune(9_000, 10)).toBe(0);
      });

      test('alarms and clock steps, newest first', async () => {
        const alarm = { kind: 'AlarmRaised', code: 'c', pileNo: PILE, text: 't' } as const;
        const step = { kind: 'ClockStepped', fromMs: 1, toMs: 9 } as const;
        await apply(modelStream('control').batch([alarm, step]));
        expect((await store.siteLog(SITE, 9)).map(({ event }) => event)).toEqual([step, alarm]);
        expect(await store.siteLog(undefined, 1)).toHaveLength(1);
        expect(await store.siteLog('other', 9)).toEqual([]);
      });

      test('security events by page, site and pile, newest first', async () => {
        const raised = (detail: string, pileNo: string | null) =>
          ({
            kind: 'SecurityRaised',
            code: 'flood',
            pileNo,
            address: '10.0.0.1',
            detail,
            count: 2,
          }) as const;
        const events = [raised('a', PILE), raised('b', null), raised('c', PILE)];
        await apply(modelStream('state').batch(events));
        const details = async (query: Partial<Parameters<Store['securityEvents']>[0]>) =>
          (await store.securityEvents({ limit: 9, ...query })).map(({ event }) => event.detail);
        const [newest] = await store.securityEvents({ limit: 1 });
        expect(newest?.event).toEqual(raised('c', PILE));
        expect(await details({ siteId: SITE })).toEqual(['c', 'b', 'a']);
        expect(await details({ before: newest?.id ?? 0 })).toEqual(['b', 'a']);
        expect(await details({ pileNo: PILE })).toEqual(['c', 'a']);
        expect(await details({ siteId: 'other' })).toEqual([]);
      });
    });

    describe('listings of orders', () => {
      const numbers = async (query: Omit<Parameters<Store['orders']>[0], 'limit'>, limit = 99) =>
        (await store.orders({ ...query, limit })).map(({ order }) =>
          Number(order.orderNo.slice(-8)),
        );

      beforeEach(async () => {
        const orders = Array.from({ length: 7 }, (_, n) =>
          openedOrder(n, {
            // Two a second: the number decides then.
            openedAtMs: NOON_MS + Math.floor(n / 2) * 1_000,
            pileNo: n === 3 ? 'other' : PILE,
            state: n === 4 ? 'failed' : 'starting',
            exceptions: n === 5 ? ['meter-fell'] : [],
          }),
        );
        await apply(modelStream('money').batch(orders.map(orderEvent)));
      });

      test('page by page, newest first', async () => {
        expect(await numbers({}, 3)).toEqual([6, 5, 4]);
        expect(await numbers({ after: orderNoOf(4) }, 3)).toEqual([3, 2, 1]);
        expect(await numbers({ after: orderNoOf(0) })).toEqual([]);
        expect(await numbers({ after: 'nobody' })).toEqual([]);
      });

      test('by site, pile, state and exceptions', async () => {
        expect(await numbers({ siteId: SITE }, 2)).toEqual([6, 5]);
        expect(await numbers({ siteId: 'other' })).toEqual([]);
        expect(await numbers({ pileNo: 'other' })).toEqual([3]);
        expect(await numbers({ state: 'failed' })).toEqual([4]);
        expect(await numbers({ exceptionsOnly: true })).toEqual([5]);
        expect(await numbers({ siteId: SITE, state: 'starting', after: orderNoOf(5) }, 2)).toEqual([
          3, 2,
        ]);
      });

      test('an order remembers when the hub got its newest event', async () => {
        expect(await store.order(orderNoOf(1))).toMatchObject({ receivedAtMs: RECEIVED_MS });
        expect(await store.orderTotals(SITE)).toEqual({ orders: 0, totalFen: 0n });
      });
    });
  });
}
