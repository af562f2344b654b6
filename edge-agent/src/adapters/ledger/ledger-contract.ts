import { hash } from 'node:crypto';
import { chainLink } from '@holdfast/shared/sync/chain';
import type { Command } from '@holdfast/shared/sync/commands';
import type { LaneName } from '@holdfast/shared/sync/lanes';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KnownPile, OutboxRow } from '../../ports/ledger.ts';
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
import { anyHappening, liveThrough } from './testing/model-hub.ts';

/** Makes an empty ledger of site S1 that reads the time from `nowMs`. */
export type MakeLedger = (nowMs: () => number) => Promise<TendedLedger>;

const events = (...of: ReturnType<typeof money>[]) => ({ changes: [], events: of });

/** The chain of rows of one day, computed anew. */
const chainOf = (lane: LaneName, rows: readonly OutboxRow[]): string =>
  rows.reduce((before, row) => hash('sha256', chainLink(lane, before, row), 'hex'), '');

/** The contract of the ledger: every implementation of the port passes it. */
export function ledgerContract(name: string, make: MakeLedger): void {
  describe(`${name} keeps the contract of the ledger`, () => {
    let nowMs = NOON_MS;
    let ledger: TendedLedger;
    const slice = (lane: LaneName, after = 0, limit: { events: number; bytes: number } = WHOLE) =>
      ledger.outbox(stream(lane), after, limit);

    beforeEach(async () => {
      nowMs = NOON_MS;
      ledger = await make(() => nowMs);
    });
    afterEach(() => ledger.close());

    describe('what was saved is found', () => {
      test('an order, as it was saved last', async () => {
        const order = settledOrder(1, { state: 'charging', eventNo: 2, exceptions: ['orphan'] });
        await ledger.commit({ changes: [{ save: 'order', order }], events: [] });
        expect(await ledger.order(order.orderNo)).toEqual(order);
        expect(await ledger.openOrders()).toEqual([order]);
        const settled = settledOrder(1);
        await ledger.commit({ changes: [{ save: 'order', order: settled }], events: [] });
        expect(await ledger.order(order.orderNo)).toEqual(settled);
        expect(await ledger.openOrders()).toEqual([]);
        expect(await ledger.order('nobody')).toBeUndefined();
      });

      test('orders by page, newest first, by state, pile and exceptions', async () => {
        const orders = Array.from({ length: 9 }, (_, n) =>
          settledOrder(n, {
            // Two a millisecond: the number decides then.
            openedAtMs: NOON_MS + Math.floor(n / 2),
            state: n % 3 === 0 ? 'failed' : 'settled',
            pileNo: n % 2 === 0 ? 'even' : 'odd',
            exceptions: n > 6 ? ['meter-fell'] : [],
          }),
        );
        const changes = orders.map((order) => ({ save: 'order', order }) as const);
        await ledger.commit({ changes, events: [] });
        const numbers = async (filter: Parameters<TendedLedger['orders']>[0]) =>
          (await ledger.orders(filter)).map(({ orderNo }) => Number(orderNo.slice(-6)));
        const page = await ledger.orders({ limit: 4 });
        expect(page.map(({ orderNo }) => Number(orderNo.slice(-6)))).toEqual([8, 7, 6, 5]);
        const after = page[3]?.orderNo ?? '';
        expect(await numbers({ limit: 4, after })).toEqual([4, 3, 2, 1]);
        expect(await numbers({ limit: 9, state: 'failed' })).toEqual([6, 3, 0]);
        expect(await numbers({ limit: 9, pileNo: 'odd', after })).toEqual([3, 1]);
        expect(await numbers({ limit: 9, exceptionsOnly: true })).toEqual([8, 7]);
        expect(await numbers({ limit: 9, after: 'nobody' })).toEqual([]);
      });

      test('raw records of a trade number in the order in which they came', async () => {
        const record = { tradeNo: 't', pileNo: 'p', frameType: '0x3B', receivedAtMs: 1 };
        for (const rawHex of ['68aa', '68bb']) {
          const change = { save: 'record', record: { ...record, rawHex } } as const;
          await ledger.commit({ changes: [change], events: [] });
        }
        expect((await ledger.records('t')).map(({ rawHex }) => rawHex)).toEqual(['68aa', '68bb']);
        expect(await ledger.records('u')).toEqual([]);
      });

      test('[SYNC-7] a command with its state and answer', async () => {
        const command: Command = {
          id: '01J00000000000000000000000',
          vendor: 'ykc',
          pileNo: 'p',
          connectorNo: 1,
          op: 'start',
          deadlineMs: NOON_MS,
          start: { account: 'A1', balance: '50.00' },
        };
        const save = async (state: 'executing' | 'answered', outcome: 'done' | null) => {
          const answer = outcome === null ? null : { id: command.id, outcome, atMs: 5 };
          const logged = { command, state, answer };
          await ledger.commit({ changes: [{ save: 'command', logged }], events: [] });
          return logged;
        };
        const running = await save('executing', null);
        expect(await ledger.command(command.id)).toEqual(running);
        expect(await ledger.unfinishedCommands()).toEqual([running]);
        const answered = await save('answered', 'done');
        expect(await ledger.command(command.id)).toEqual(answered);
        expect(await ledger.unfinishedCommands()).toEqual([]);
        expect(await ledger.command('other')).toBeUndefined();
      });

      test('piles, counters and the clock', async () => {
        const pile: KnownPile = {
          pileNo: 'p1',
          vendor: 'ykc',
          adopted: false,
          connectorCount: 2,
          dc: true,
          firmware: 'f',
          protocolVersion: '1.6',
          firstSeenMs: 1,
          lastSeenMs: 2,
        };
        expect(await ledger.counter('orders')).toBe(0);
        expect(await ledger.lastClock()).toBeUndefined();
        await ledger.commit({
          changes: [
            { save: 'pile', pile: { ...pile, pileNo: 'p2' } },
            { save: 'pile', pile },
            { save: 'pile', pile: { ...pile, adopted: true } },
            { save: 'counter', name: 'orders', value: 7 },
            { save: 'counter', name: 'orders', value: 8 },
          ],
          events: [],
        });
        const reading = { wallMs: NOON_MS, monoMs: 5, bootNo: 1, quality: 2 } as const;
        await ledger.saveClock(reading);
        expect(await ledger.piles()).toEqual([
          { ...pile, adopted: true },
          { ...pile, pileNo: 'p2' },
        ]);
        expect(await ledger.counter('orders')).toBe(8);
        expect(await ledger.lastClock()).toEqual(reading);
      });
    });

    describe('streams', () => {
      test('[SYNC-1] numbers count from 1 in each stream, in the order of the commits', async () => {
        await Promise.all([1, 2, 3].map((n) => ledger.commit(uploadOf(n))));
        const other = settledOrder(9, { vendor: 'jfy' });
        await ledger.commit(events(money(other), connector(1, NOON_MS)));
        await ledger.commitBulk([measured(1, NOON_MS), measured(2, NOON_MS)]);
        const { rows } = await slice('money');
        expect(rows.map(({ seq }) => seq)).toEqual([1, 2, 3]);
        expect(rows.map(({ body }) => JSON.parse(body).order.orderNo.slice(-1))).toEqual([
          '1',
          '2',
          '3',
        ]);
        const states = (await ledger.streams()).map(
          (s) => `${s.stream.vendor} ${s.stream.lane} ${s.next} ${s.acked} ${s.pending}`,
        );
        expect(states.sort()).toEqual([
          'jfy money 2 0 1',
          'ykc money 4 0 3',
          'ykc state 2 0 1',
          'ykc telemetry 3 0 2',
        ]);
      });

      test('a stream knows how much waits and since when', async () => {
        await ledger.commit(events(money(settledOrder(1)), money(settledOrder(2))));
        const { rows } = await slice('money');
        const bytes = rows.map(({ body }) => Buffer.byteLength(body));
        const state = async () => (await ledger.streams())[0];
        expect(await state()).toEqual({
          stream: stream('money'),
          next: 3,
          acked: 0,
          pending: 2,
          pendingBytes: (bytes[0] ?? 0) + (bytes[1] ?? 0),
          oldestMs: rows[0]?.atMs,
        });
        await ledger.acknowledge(stream('money'), 1);
        expect(await state()).toMatchObject({ pending: 1, pendingBytes: bytes[1] });
        await ledger.acknowledge(stream('money'), 2);
        expect(await state()).toMatchObject({ acked: 2, next: 3, pending: 0, pendingBytes: 0 });
        expect((await state())?.oldestMs).toBeNull();
      });

      test('[SYNC-2] an event leaves only when the watermark covers it', async () => {
        await Promise.all([1, 2, 3].map((n) => ledger.commit(uploadOf(n))));
        await slice('money');
        expect(numbersOf(await slice('money'))).toEqual([1, 2, 3]);
        await ledger.acknowledge(stream('money'), 2);
        expect(numbersOf(await slice('money', 2))).toEqual([3]);
        await ledger.acknowledge(stream('money'), 1);
        expect(numbersOf(await slice('money', 2))).toEqual([3]);
        expect((await ledger.streams())[0]).toMatchObject({ acked: 2 });
      });

      test('[SYNC-10] a watermark beyond the newest number is refused', async () => {
        await ledger.commit(uploadOf(1));
        const beyond = ledger.acknowledge(stream('money'), 2);
        await expect(beyond).rejects.toMatchObject({ code: 'internal' });
        expect(numbersOf(await slice('money'))).toEqual([1]);
      });

      test('[SYNC-4] a hub that asks for what is gone is told so', async () => {
        await Promise.all([1, 2, 3].map((n) => ledger.commit(uploadOf(n))));
        await ledger.acknowledge(stream('money'), 2);
        expect(numbersOf(await slice('money'))).toEqual(['store-lost', 'store-lost', 3]);
        expect(numbersOf(await slice('money', 1))).toEqual(['store-lost', 3]);
      });

      test('[SYNC-6] a slice is bounded in events and bytes, but never empty while events wait', async () => {
        await Promise.all([1, 2, 3].map((n) => ledger.commit(uploadOf(n))));
        expect(numbersOf(await slice('money', 0, { events: 2, bytes: 1e6 }))).toEqual([1, 2]);
        expect(numbersOf(await slice('money', 1, { events: 9, bytes: 1 }))).toEqual([2]);
        expect(numbersOf(await slice('money', 3))).toEqual([]);
      });

      test('an event of the other file is refused, and nothing of its commit is kept', async () => {
        const commit = { ...uploadOf(1), events: [measured(1, NOON_MS)] };
        await expect(ledger.commit(commit)).rejects.toMatchObject({ code: 'internal' });
        const bulk = ledger.commitBulk([money(settledOrder(1))]);
        await expect(bulk).rejects.toMatchObject({ code: 'internal' });
        expect(await ledger.orders({ limit: 9 })).toEqual([]);
        expect(await ledger.streams()).toEqual([]);
      });

      test('listeners hear which streams have new events', async () => {
        const heard: string[] = [];
        ledger.onCommitted((streams) => heard.push(...streams.map(({ lane }) => lane)));
        await ledger.commit(events(money(settledOrder(1)), connector(1, NOON_MS)));
        await ledger.commitBulk([measured(1, NOON_MS)]);
        await ledger.commit({ changes: [{ save: 'counter', name: 'c', value: 1 }], events: [] });
        expect(heard.toSorted()).toEqual(['money', 'state', 'telemetry']);
      });
    });

    describe('[SYNC-14] the chain of a day', () => {
      test.each(['money', 'state', 'telemetry'] as const)(
        '%s: count and hash at the last row',
        async (lane) => {
          const of = (n: number) =>
            ({
              money: money(settledOrder(n)),
              state: connector(n, NOON_MS),
              telemetry: measured(n, NOON_MS),
            })[lane];
          const save = async (n: number) => {
            if (lane === 'telemetry') await ledger.commitBulk([of(n)]);
            else await ledger.commit(events(of(n)));
          };
          for (let n = 1; n <= 5; n += 1) await save(n);
          const { rows } = await slice(lane);
          const at = (count: number) => ({
            day: '2025-07-15',
            count,
            hash: chainOf(lane, rows.slice(0, count)),
          });
          expect((await slice(lane, 0, { events: 2, bytes: 1e6 })).check).toEqual(at(2));
          expect((await slice(lane, 2, { events: 2, bytes: 1e6 })).check).toEqual(at(4));
          await ledger.acknowledge(stream(lane), 3);
          expect((await slice(lane, 3)).check).toEqual(at(5));
          expect((await slice(lane, 5)).check).toBeUndefined();
          await ledger.acknowledge(stream(lane), 5);
          expect(await ledger.dayChecks()).toEqual([{ stream: stream(lane), ...at(5) }]);
          await save(6);
          const more = await slice(lane, 5);
          expect(more.check).toEqual({
            day: '2025-07-15',
            count: 6,
            hash: chainOf(lane, [...rows, ...more.rows]),
          });
        },
      );

      test('each day has its own', async () => {
        const dayMs = 86_400_000;
        for (const n of [0, 1, 2, 3]) {
          await ledger.commit(events(connector(n, NOON_MS + Math.floor(n / 2) * dayMs)));
        }
        const { check, rows } = await slice('state');
        const second = { day: '2025-07-16', count: 2, hash: chainOf('state', rows.slice(2)) };
        expect(check).toEqual(second);
        await ledger.acknowledge(stream('state'), 4);
        const first = { day: '2025-07-15', count: 2, hash: chainOf('state', rows.slice(0, 2)) };
        expect(await ledger.dayChecks()).toEqual([
          { stream: stream('state'), ...first },
          { stream: stream('state'), ...second },
        ]);
      });
    });

    describe('[SYNC-5] state: the latest of each key', () => {
      const states = async (...of: ReturnType<typeof connector>[]) => {
        for (const one of of) await ledger.commit(events(one));
      };

      test('a newer state takes the place of one that waits, and a gap explains it', async () => {
        await states(...[1, 2, 1, 1, 2, 3].map((n, i) => connector(n, NOON_MS + i)));
        expect(numbersOf(await slice('state'))).toEqual([
          'coalesced',
          'coalesced',
          'coalesced',
          4,
          5,
          6,
        ]);
        const { gaps } = await slice('state');
        expect(gaps).toEqual([{ from: 1, to: 3, reason: 'coalesced', count: 3 }]);
        expect((await slice('state', 1)).gaps).toEqual([
          { from: 2, to: 3, reason: 'coalesced', count: 2 },
        ]);
        expect((await ledger.streams())[0]).toMatchObject({ pending: 3, next: 7 });
        await ledger.acknowledge(stream('state'), 5);
        expect((await slice('state', 5)).gaps).toEqual([]);
      });

      test('a slice tells of no more ranges than a batch may have, and the next goes on behind', async () => {
        // A fault between any two states keeps their gaps apart.
        const one = (n: number) => connector(1, NOON_MS + n);
        const faulty = (n: number) => connector(2, NOON_MS + n, ['emergency-stop']);
        const history = Array.from({ length: 1_300 }, (_, n) => (n % 2 === 0 ? one(n) : faulty(n)));
        await ledger.commit(events(...history));
        const first = await slice('state');
        expect(first.gaps).toHaveLength(500);
        const told = numbersOf(first);
        expect(told).toHaveLength(1_000);
        const second = numbersOf(await slice('state', 1_000));
        expect([...told, ...second].filter((what) => what === 'coalesced')).toHaveLength(649);
        expect([...told, ...second]).toHaveLength(1_300);
      });

      test('a fault is never coalesced away', async () => {
        await states(
          connector(1, NOON_MS),
          connector(1, NOON_MS + 1, ['emergency-stop']),
          connector(1, NOON_MS + 2),
          connector(1, NOON_MS + 3),
        );
        expect(numbersOf(await slice('state'))).toEqual(['coalesced', 2, 'coalesced', 4]);
      });

      test('[LEDGER-6] what was handed out stays until it is acknowledged, so both sides chain the same', async () => {
        await states(connector(1, NOON_MS));
        const before = await slice('state');
        await states(connector(1, NOON_MS + 1), connector(1, NOON_MS + 2));
        expect(numbersOf(await slice('state', 0, { events: 1, bytes: 1e6 }))).toEqual([1]);
        expect((await slice('state', 0, { events: 1, bytes: 1e6 })).check).toEqual(before.check);
        expect(numbersOf(await slice('state', 1))).toEqual(['coalesced', 3]);
      });
    });

    describe('[SYNC-5] live measurements and their backlog', () => {
      test('what is not sent within 60 s goes on in the backlog lane, explained', async () => {
        await ledger.commitBulk([measured(1, NOON_MS), measured(2, NOON_MS)]);
        await ledger.commitBulk([measured(1, NOON_MS + 50_000)]);
        nowMs = NOON_MS + 70_000;
        await ledger.tend();
        expect(numbersOf(await slice('telemetry'))).toEqual(['dropped', 'dropped', 3]);
        const { rows } = await slice('backlog');
        expect(rows.map(({ seq, atMs }) => [seq, atMs])).toEqual([
          [1, NOON_MS],
          [2, NOON_MS],
        ]);
        const states = (await ledger.streams()).map(
          (s) => `${s.stream.lane} ${s.next} ${s.pending}`,
        );
        expect(states.sort()).toEqual(['backlog 3 2', 'telemetry 4 1']);
      });

      test('when all of them are late, the gap stands alone and can be acknowledged', async () => {
        await ledger.commitBulk([measured(1, NOON_MS), measured(2, NOON_MS)]);
        nowMs = NOON_MS + 70_000;
        const live = await slice('telemetry');
        expect(live).toEqual({
          rows: [],
          gaps: [{ from: 1, to: 2, reason: 'dropped', count: 2 }],
          check: undefined,
        });
        await ledger.acknowledge(stream('telemetry'), 2);
        expect(numbersOf(await slice('telemetry', 2))).toEqual([]);
      });

      test('[LEDGER-6] what was handed out stays where it is', async () => {
        await ledger.commitBulk([measured(1, NOON_MS)]);
        await slice('telemetry');
        await ledger.commitBulk([measured(2, NOON_MS)]);
        nowMs = NOON_MS + 70_000;
        await ledger.tend();
        expect(numbersOf(await slice('telemetry'))).toEqual([1, 'dropped']);
        expect((await slice('backlog')).rows).toHaveLength(1);
      });
    });

    describe('[SYNC-10] who this store is', () => {
      test('an epoch is kept', async () => {
        expect(ledger.identity()).toMatchObject({ siteId: 'S1', epoch: 0, bootNo: 1 });
        await ledger.setEpoch(4);
        expect(ledger.identity()).toMatchObject({ siteId: 'S1', epoch: 4, bootNo: 1 });
      });

      test('a new store sends the newest event of every order and all that waited', async () => {
        const before = ledger.identity();
        await ledger.setEpoch(4);
        const opened = settledOrder(1, { state: 'starting', eventNo: 1, settledAtMs: null });
        const changes = [{ save: 'order', order: opened }] as const;
        await ledger.commit({ changes, events: [money(opened, 'OrderOpened')] });
        for (const n of [1, 2, 3]) await ledger.commit(uploadOf(n));
        await ledger.commit(events(connector(1, NOON_MS), connector(1, NOON_MS + 1)));
        await ledger.commitBulk([measured(1, NOON_MS)]);
        const all = await slice('money');
        await ledger.acknowledge(stream('money'), 3);

        const minted = await ledger.remint();
        expect(minted).toMatchObject({ siteId: 'S1', epoch: 0, bootNo: before.bootNo });
        expect(minted.storeId).not.toBe(before.storeId);
        expect(ledger.identity()).toEqual(minted);
        const again = await slice('money');
        expect(again.rows.map(({ seq }) => seq)).toEqual([1, 2, 3]);
        expect(again.rows.map(({ body }) => body)).toEqual(
          all.rows.slice(1).map(({ body }) => body),
        );
        expect(again.check).toEqual({
          day: '2025-07-15',
          count: 3,
          hash: chainOf('money', again.rows),
        });
        expect(numbersOf(await slice('state'))).toEqual([1]);
        expect(numbersOf(await slice('telemetry'))).toEqual([1]);
        const states = (await ledger.streams()).map((s) => `${s.stream.lane} ${s.next} ${s.acked}`);
        expect(states.sort()).toEqual(['money 4 0', 'state 2 0', 'telemetry 2 0']);
        await ledger.commit(uploadOf(4));
        expect(numbersOf(await slice('money', 3))).toEqual([4]);
      });
    });

    test('[SYNC-3] over any bad line every number or its reason arrives, and both chains are equal', async () => {
      const clock = {
        get nowMs() {
          return nowMs;
        },
        set nowMs(ms: number) {
          nowMs = ms;
        },
      };
      let run = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(anyHappening, { maxLength: 40 }), async (history) => {
          run += 1;
          await liveThrough(ledger, `vendor-${run}`, clock, history);
        }),
        { numRuns: 40 },
      );
    });

    test('nothing is taken after the ledger was closed', async () => {
      await ledger.close();
      await expect(ledger.commit(uploadOf(1))).rejects.toMatchObject({ code: 'ledger-failed' });
    });
  });
}
