import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Bench } from './testing/contract-bench.ts';
import {
  chainOf,
  connector,
  eventsOnly,
  measured,
  money,
  NOON_MS,
  numbersOf,
  settledOrder,
  stream,
  uploadOf,
} from './testing/fixtures.ts';
import { anyHappening, liveThrough } from './testing/model-hub.ts';

function numbersContract(of: Bench): void {
  const { slice } = of;
  describe('streams', () => {
    test('[SYNC-1] numbers count from 1 in each stream, in the order of the commits', async () => {
      await Promise.all([1, 2, 3].map((n) => of.ledger.commit(uploadOf(n))));
      const other = settledOrder(9, { vendor: 'jfy' });
      await of.ledger.commit(eventsOnly(money(other), connector(1, NOON_MS)));
      await of.ledger.commitBulk([measured(1, NOON_MS), measured(2, NOON_MS)]);
      const { rows } = await slice('money');
      expect(rows.map(({ seq }) => seq)).toEqual([1, 2, 3]);
      expect(rows.map(({ body }) => JSON.parse(body).order.orderNo.slice(-1))).toEqual([
        '1',
        '2',
        '3',
      ]);
      const states = (await of.ledger.streams()).map(
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
      await of.ledger.commit(eventsOnly(money(settledOrder(1)), money(settledOrder(2))));
      const { rows } = await slice('money');
      const bytes = rows.map(({ body }) => Buffer.byteLength(body));
      const state = async () => (await of.ledger.streams())[0];
      expect(await state()).toEqual({
        stream: stream('money'),
        next: 3,
        acked: 0,
        pending: 2,
        pendingBytes: (bytes[0] ?? 0) + (bytes[1] ?? 0),
        oldestMs: rows[0]?.atMs,
      });
      await of.ledger.acknowledge(stream('money'), 1);
      expect(await state()).toMatchObject({ pending: 1, pendingBytes: bytes[1] });
      await of.ledger.acknowledge(stream('money'), 2);
      expect(await state()).toMatchObject({ acked: 2, next: 3, pending: 0, pendingBytes: 0 });
      expect((await state())?.oldestMs).toBeNull();
    });

    test('[SYNC-2] an event leaves only when the watermark covers it', async () => {
      await Promise.all([1, 2, 3].map((n) => of.ledger.commit(uploadOf(n))));
      await slice('money');
      expect(numbersOf(await slice('money'))).toEqual([1, 2, 3]);
      await of.ledger.acknowledge(stream('money'), 2);
      expect(numbersOf(await slice('money', 2))).toEqual([3]);
      await of.ledger.acknowledge(stream('money'), 1);
      expect(numbersOf(await slice('money', 2))).toEqual([3]);
      expect((await of.ledger.streams())[0]).toMatchObject({ acked: 2 });
    });

    test('[SYNC-10] a watermark beyond the newest number is refused', async () => {
      await of.ledger.commit(uploadOf(1));
      const beyond = of.ledger.acknowledge(stream('money'), 2);
      await expect(beyond).rejects.toMatchObject({ code: 'internal' });
      expect(numbersOf(await slice('money'))).toEqual([1]);
    });

    test('[SYNC-4] a hub that asks for what is gone is told so', async () => {
      await Promise.all([1, 2, 3].map((n) => of.ledger.commit(uploadOf(n))));
      await of.ledger.acknowledge(stream('money'), 2);
      expect(numbersOf(await slice('money'))).toEqual(['store-lost', 'store-lost', 3]);
      expect(numbersOf(await slice('money', 1))).toEqual(['store-lost', 3]);
    });

    test('[SYNC-6] a slice is bounded in events and bytes, but never empty while events wait', async () => {
      await Promise.all([1, 2, 3].map((n) => of.ledger.commit(uploadOf(n))));
      expect(numbersOf(await slice('money', 0, { events: 2, bytes: 1e6 }))).toEqual([1, 2]);
      expect(numbersOf(await slice('money', 1, { events: 9, bytes: 1 }))).toEqual([2]);
      expect(numbersOf(await slice('money', 3))).toEqual([]);
    });

    test('an event of the other file is refused, and nothing of its commit is kept', async () => {
      const commit = { ...uploadOf(1), events: [measured(1, NOON_MS)] };
      await expect(of.ledger.commit(commit)).rejects.toMatchObject({ code: 'internal' });
      const bulk = of.ledger.commitBulk([money(settledOrder(1))]);
      await expect(bulk).rejects.toMatchObject({ code: 'internal' });
      expect(await of.ledger.orders({ limit: 9 })).toEqual([]);
      expect(await of.ledger.streams()).toEqual([]);
    });

    test('listeners hear which streams have new events', async () => {
      const heard: string[] = [];
      of.ledger.onCommitted((streams) => heard.push(...streams.map(({ lane }) => lane)));
      await of.ledger.commit(eventsOnly(money(settledOrder(1)), connector(1, NOON_MS)));
      await of.ledger.commitBulk([measured(1, NOON_MS)]);
      await of.ledger.commit({ changes: [{ save: 'counter', name: 'c', value: 1 }], events: [] });
      expect(heard.toSorted()).toEqual(['money', 'state', 'telemetry']);
    });
  });
}

function chainContract(of: Bench): void {
  const { slice } = of;
  describe('[SYNC-14] the chain of a day', () => {
    test.each(['money', 'state', 'telemetry'] as const)(
      '%s: count and hash at the last row',
      async (lane) => {
        const eventOf = (n: number) =>
          ({
            money: money(settledOrder(n)),
            state: connector(n, NOON_MS),
            telemetry: measured(n, NOON_MS),
          })[lane];
        const save = async (n: number) => {
          if (lane === 'telemetry') await of.ledger.commitBulk([eventOf(n)]);
          else await of.ledger.commit(eventsOnly(eventOf(n)));
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
        await of.ledger.acknowledge(stream(lane), 3);
        expect((await slice(lane, 3)).check).toEqual(at(5));
        expect((await slice(lane, 5)).check).toBeUndefined();
        await of.ledger.acknowledge(stream(lane), 5);
        expect(await of.ledger.dayChecks()).toEqual([{ stream: stream(lane), ...at(5) }]);
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
        await of.ledger.commit(eventsOnly(connector(n, NOON_MS + Math.floor(n / 2) * dayMs)));
      }
      const { check, rows } = await slice('state');
      const second = { day: '2025-07-16', count: 2, hash: chainOf('state', rows.slice(2)) };
      expect(check).toEqual(second);
      await of.ledger.acknowledge(stream('state'), 4);
      const first = { day: '2025-07-15', count: 2, hash: chainOf('state', rows.slice(0, 2)) };
      expect(await of.ledger.dayChecks()).toEqual([
        { stream: stream('state'), ...first },
        { stream: stream('state'), ...second },
      ]);
    });
  });
}

function stateContract(of: Bench): void {
  const { slice } = of;
  describe('[SYNC-5] state: the latest of each key', () => {
    const states = async (...changes: ReturnType<typeof connector>[]) => {
      for (const one of changes) await of.ledger.commit(eventsOnly(one));
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
      expect((await of.ledger.streams())[0]).toMatchObject({ pending: 3, next: 7 });
      await of.ledger.acknowledge(stream('state'), 5);
      expect((await slice('state', 5)).gaps).toEqual([]);
    });

    test('a slice tells of no more ranges than a batch may have, and the next goes on behind', async () => {
      // A fault between any two states keeps their gaps apart.
      const one = (n: number) => connector(1, NOON_MS + n);
      const faulty = (n: number) => connector(2, NOON_MS + n, ['emergency-stop']);
      const history = Array.from({ length: 1_300 }, (_, n) => (n % 2 === 0 ? one(n) : faulty(n)));
      await of.ledger.commit(eventsOnly(...history));
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
}

function liveContract(of: Bench): void {
  const { slice } = of;
  describe('[SYNC-5] live measurements and their backlog', () => {
    test('what is not sent within 60 s goes on in the backlog lane, explained', async () => {
      await of.ledger.commitBulk([measured(1, NOON_MS), measured(2, NOON_MS)]);
      await of.ledger.commitBulk([measured(1, NOON_MS + 50_000)]);
      of.nowMs = NOON_MS + 70_000;
      await of.ledger.tend();
      expect(numbersOf(await slice('telemetry'))).toEqual(['dropped', 'dropped', 3]);
      const { rows } = await slice('backlog');
      expect(rows.map(({ seq, atMs }) => [seq, atMs])).toEqual([
        [1, NOON_MS],
        [2, NOON_MS],
      ]);
      const states = (await of.ledger.streams()).map(
        (s) => `${s.stream.lane} ${s.next} ${s.pending}`,
      );
      expect(states.sort()).toEqual(['backlog 3 2', 'telemetry 4 1']);
    });

    test('when all of them are late, the gap stands alone and can be acknowledged', async () => {
      await of.ledger.commitBulk([measured(1, NOON_MS), measured(2, NOON_MS)]);
      of.nowMs = NOON_MS + 70_000;
      const live = await slice('telemetry');
      expect(live).toEqual({
        rows: [],
        gaps: [{ from: 1, to: 2, reason: 'dropped', count: 2 }],
        check: undefined,
      });
      await of.ledger.acknowledge(stream('telemetry'), 2);
      expect(numbersOf(await slice('telemetry', 2))).toEqual([]);
    });

    test('[LEDGER-6] what was handed out stays where it is', async () => {
      await of.ledger.commitBulk([measured(1, NOON_MS)]);
      await slice('telemetry');
      await of.ledger.commitBulk([measured(2, NOON_MS)]);
      of.nowMs = NOON_MS + 70_000;
      await of.ledger.tend();
      expect(numbersOf(await slice('telemetry'))).toEqual([1, 'dropped']);
      expect((await slice('backlog')).rows).toHaveLength(1);
    });
  });
}

/** The part of the contract that is about streams and what leaves the outbox. */
export function outboxContract(of: Bench): void {
  numbersContract(of);
  chainContract(of);
  stateContract(of);
  liveContract(of);

  test('[SYNC-3] over any bad line every number or its reason arrives, and both chains are equal', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(anyHappening, { maxLength: 40 }), async (history) => {
        run += 1;
        await liveThrough(of.ledger, `vendor-${run}`, of, history);
      }),
      { numRuns: 40 },
    );
  });
}
