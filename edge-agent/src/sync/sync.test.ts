import type { Command } from '@holdfast/shared/sync/commands';
import type { LaneName } from '@holdfast/shared/sync/lanes';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { memoryLedger } from '../adapters/ledger/memory.ts';
import { connector, measured, stream, uploadOf } from '../adapters/ledger/testing/fixtures.ts';
import type { Ledger } from '../ports/ledger.ts';
import { NO_FAULTS } from './testing/fake-broker.ts';
import { type Box, NOON_MS, type World, world } from './testing/world.ts';

const MINUTE = 60_000;

/** Numbers of the applied events of a lane, in the order in which they were applied. */
const seqsOf = ({ hub }: World, lane: LaneName) =>
  hub.applied.filter((event) => event.lane === lane).map(({ seq }) => seq);
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);
const ordersOf = ({ hub }: World) =>
  [...hub.orderEvents.keys()].map((key) => key.slice(-8, -2)).sort();

async function upload(ledger: Ledger, from: number, to: number): Promise<void> {
  for (let n = from; n <= to; n += 1) await ledger.commit(uploadOf(n));
}

/** A store as it was earlier, or a copy of it: the same name, other contents. */
async function storeNamed(storeId: string, orders: readonly number[]): Promise<Ledger> {
  const inner = memoryLedger('site-1');
  for (const n of orders) await inner.commit(uploadOf(n));
  let isMinted = false;
  return {
    ...inner,
    identity: () => (isMinted ? inner.identity() : { ...inner.identity(), storeId }),
    remint: async () => {
      isMinted = true;
      return await inner.remint();
    },
  };
}

const phaseOf = ({ sync }: Box) => sync.status().lines[0]?.phase;
const problemOf = ({ sync }: Box) => sync.status().lines[0]?.problem;

async function connectedBox(of: World, options: Parameters<World['box']>[0] = {}): Promise<Box> {
  const box = of.box(options);
  await of.time.pass(100);
  expect(phaseOf(box)).toBe('open');
  return box;
}

test('[SYNC-2] what is committed at the edge is committed at the hub, then leaves the outbox', async () => {
  const w = world();
  const box = await connectedBox(w);
  await upload(box.ledger, 1, 30);
  await box.ledger.commitBulk([measured(1, NOON_MS)]);
  await w.time.pass(5_000);
  expect(seqsOf(w, 'money')).toEqual(upTo(30));
  expect(seqsOf(w, 'telemetry')).toEqual([1]);
  expect(await box.pending('money')).toBe(0);
  expect(w.hub.nonsense).toEqual([]);
  expect(w.hub.parked).toEqual([]);
  await box.sync.stop();
});

test('[SYNC-2] a broker that takes everything and brings nothing makes the edge delete nothing', async () => {
  const w = world();
  const box = await connectedBox(w);
  w.broker.setFaults({ ...NO_FAULTS, lostPercent: 100 });
  await upload(box.ledger, 1, 30);
  await w.time.pass(2 * MINUTE);
  expect(await box.pending('money')).toBe(30);
  expect(box.log).not.toContain('sync-alarm');
  await w.time.pass(5 * MINUTE);
  expect(box.log).toContain('sync-alarm');
  w.broker.setFaults(NO_FAULTS);
  await w.time.pass(2 * MINUTE);
  expect(seqsOf(w, 'money')).toEqual(upTo(30));
  expect(await box.pending('money')).toBe(0);
});

test('[SYNC-3] over bad lines, cuts and outages each event takes effect once, in order, none is lost', async () => {
  const anyNight = fc.record({
    seed: fc.nat(1_000_000),
    lostPercent: fc.nat(30),
    doubledPercent: fc.nat(30),
    delayMs: fc.nat(8_000),
    events: fc.array(
      fc.record({
        afterMs: fc.nat(20_000),
        what: fc.constantFrom(
          ...(['order', 'order', 'state', 'measured', 'cut', 'down', 'up'] as const),
        ),
      }),
      { minLength: 5, maxLength: 40 },
    ),
  });
  await fc.assert(
    fc.asyncProperty(anyNight, async ({ seed, events, ...faults }) => {
      const w = world(seed);
      const box = w.box();
      w.broker.setFaults(faults);
      let orders = 0;
      for (const { afterMs, what } of events) {
        await w.time.pass(afterMs);
        const atMs = w.time.clock.nowMs();
        if (what === 'order') {
          orders += 1;
          await box.ledger.commit(uploadOf(orders));
        }
        if (what === 'state')
          await box.ledger.commit({ changes: [], events: [connector(1, atMs)] });
        if (what === 'measured') await box.ledger.commitBulk([measured(1, atMs)]);
        if (what === 'cut') w.broker.cut();
        if (what === 'down' || what === 'up') w.broker.setDown(what === 'down');
      }
      w.broker.setDown(false);
      w.broker.setFaults(NO_FAULTS);
      // A bad night may have looked like another box with our identity: that is five minutes' rest.
      await w.time.pass(12 * MINUTE);
      const states = await box.ledger.streams();
      expect(phaseOf(box)).toBe('open');
      expect(states.filter(({ pending }) => pending > 0)).toEqual([]);
      expect(seqsOf(w, 'money')).toEqual(upTo(orders));
      for (const { stream: of, next } of states) {
        const seqs = seqsOf(w, of.lane);
        const explained = w.hub.gaps
          .filter(({ lane }) => lane === of.lane)
          .flatMap(({ from, to }) => upTo(to - from + 1).map((n) => from - 1 + n));
        expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
        expect([...seqs, ...explained].sort((a, b) => a - b)).toEqual(upTo(next - 1));
      }
      expect(w.hub.unequal).toEqual([]);
      expect(w.hub.session('ykc')?.epoch).toBe(1);
      await box.sync.stop();
    }),
    { numRuns: 40 },
  );
}, 60_000);

test('[SYNC-2] an outage is no alarm: nothing is sent or waited for, everything is kept', async () => {
  const w = world();
  const box = await connectedBox(w);
  w.broker.setFaults({ ...NO_FAULTS, lostPercent: 100 });
  await upload(box.ledger, 1, 30);
  await w.time.pass(1_000);
  w.broker.setDown(true);
  await w.time.pass(60 * MINUTE);
  const [line] = box.sync.status().lines;
  expect(line).toMatchObject({ sessionNo: null, problem: null });
  expect(['waiting', 'connecting']).toContain(line?.phase);
  expect(line?.streams.filter(({ batchesInFlight }) => batchesInFlight > 0)).toEqual([]);
  expect(box.log).not.toContain('sync-alarm');
  expect(await box.pending('money')).toBe(30);
});

describe('[SYNC-5] who goes first', () => {
  async function backlogged(w: World): Promise<Box> {
    const box = await connectedBox(w);
    w.broker.setDown(true);
    for (let n = 1; n <= 400; n += 1) await box.ledger.commitBulk([measured(n % 9, NOON_MS)]);
    await w.time.pass(3 * MINUTE);
    await box.ledger.commitBulk([measured(1, w.time.clock.nowMs())]);
    for (let n = 1; n <= 50; n += 1) {
      await box.ledger.commit({ changes: [], events: [connector(n, NOON_MS)] });
    }
    await upload(box.ledger, 1, 1_200);
    w.broker.setDown(false);
    return box;
  }

  test('[SYNC-5a] after an outage money goes before everything else', async () => {
    const w = world();
    await backlogged(w);
    await w.time.pass(3 * MINUTE);
    const lanes = w.hub.batches.map(({ lane }) => lane).filter((lane) => lane !== 'control');
    expect(lanes[0]).toBe('money');
    expect(lanes.indexOf('state')).toBeGreaterThan(0);
    expect(new Set(lanes)).toEqual(new Set(['money', 'state', 'backlog', 'telemetry']));
    expect(seqsOf(w, 'money')).toEqual(upTo(1_200));
  });

  test('[SYNC-5b] a lane that the hub pauses keeps nobody else waiting', async () => {
    const w = world(1, {
      credit: (lane) => (lane === 'money' ? { credit: 0, notBeforeMs: 30_000 } : { credit: 4 }),
    });
    await backlogged(w);
    await w.time.pass(2 * MINUTE);
    expect(seqsOf(w, 'state').length).toBe(50);
    expect(seqsOf(w, 'money').length).toBeLessThan(1_200);
  });
});

describe('[SYNC-6] pauses', () => {
  test('[SYNC-6e] a paused lane sends one batch each time the pause is over', async () => {
    const w = world(1, { credit: () => ({ credit: 0, notBeforeMs: 20_000 }) });
    const box = await connectedBox(w);
    await upload(box.ledger, 1, 1);
    await w.time.pass(100);
    await upload(box.ledger, 2, 1_000);
    await w.time.pass(10_000);
    expect(seqsOf(w, 'money')).toEqual([1]);
    expect(box.sync.status().lines[0]?.streams.find(({ lane }) => lane === 'money')).toMatchObject({
      paused: true,
      acked: 1,
    });
    await w.time.pass(20_000);
    expect(w.hub.batches.filter(({ lane }) => lane === 'money')).toHaveLength(2);
  });
});

describe('[SYNC-10] who speaks for the site', () => {
  test('[SYNC-10a] HELLO names the store and where its streams stand', async () => {
    const w = world();
    const ledger = memoryLedger('site-1');
    await upload(ledger, 1, 3);
    await connectedBox(w, { ledger });
    expect(w.hub.hellos[0]).toMatchObject({
      siteId: 'site-1',
      vendor: 'ykc',
      storeId: ledger.identity().storeId,
      streams: [{ lane: 'money', next: 4, acked: 0, pending: 3 }],
    });
    expect(ledger.identity().epoch).toBe(1);
  });

  test('[SYNC-10e] a store that was set back is minted anew: nothing lost, nothing overwritten', async () => {
    const w = world();
    const before = await connectedBox(w);
    await upload(before.ledger, 1, 20);
    await w.time.pass(5_000);
    await before.sync.stop();
    const truth = new Map(w.hub.orderEvents);

    // The disk of an hour ago: orders 1 to 8, and since then others under numbers 9 to 12.
    const { storeId } = before.ledger.identity();
    const ledger = await storeNamed(storeId, [...upTo(8), 101, 102, 103, 104]);
    const box = await connectedBox(w, { ledger });
    await w.time.pass(10_000);
    expect(problemOf(box)).toBeNull();
    expect(w.hub.hellos.at(-1)).toMatchObject({ replaces: storeId });
    expect(w.hub.session('ykc')).toMatchObject({ epoch: 2, storeId: ledger.identity().storeId });
    expect(ordersOf(w)).toHaveLength(24);
    for (const [key, body] of truth) expect(w.hub.orderEvents.get(key)).toBe(body);
    expect(await box.pending('money')).toBe(0);
    expect(w.hub.applied.some(({ key }) => key === 'sync-store-regressed')).toBe(true);
    expect(w.hub.unequal).toEqual([]);
  });

  test('[SYNC-10k] a store that was set back and went on beyond the hub’s numbers is found out by its chain', async () => {
    const w = world();
    const before = await connectedBox(w);
    await upload(before.ledger, 1, 20);
    await w.time.pass(5_000);
    await before.sync.stop();
    const { storeId } = before.ledger.identity();
    const others = upTo(30).map((n) => 100 + n);
    const box = await connectedBox(w, {
      ledger: await storeNamed(storeId, [...upTo(8), ...others]),
    });
    await w.time.pass(MINUTE);
    expect(ordersOf(w)).toHaveLength(50);
    expect(w.hub.session('ykc')).toMatchObject({ epoch: 2 });
    expect(await box.pending('money')).toBe(0);
    expect(w.hub.unequal).toEqual([]);
  });

  test('[SYNC-10k] a session that was cut off in mid-flight is no other history', async () => {
    const w = world();
    const box = await connectedBox(w);
    const { storeId } = box.ledger.identity();
    await upload(box.ledger, 1, 20);
    await w.time.pass(1_000);
    await upload(box.ledger, 21, 25);
    // The hub has them, its answers are lost.
    await w.time.pass(6);
    w.broker.cut();
    await upload(box.ledger, 26, 30);
    await w.time.pass(2 * MINUTE);
    expect(w.hub.hellos.at(-1)?.streams).toContainEqual(
      expect.objectContaining({ lane: 'money', acked: 20, next: 31 }),
    );
    expect(seqsOf(w, 'money')).toEqual(upTo(30));
    expect(box.ledger.identity().storeId).toBe(storeId);
  });

  test('[SYNC-10g] another box while the first is alive waits, keeps everything, and is told of', async () => {
    const w = world();
    const first = await connectedBox(w);
    await upload(first.ledger, 1, 5);
    await w.time.pass(1_000);
    const second = w.box();
    await upload(second.ledger, 201, 205);
    await w.time.pass(1_000);
    expect(second.sync.status().lines[0]).toMatchObject({
      phase: 'waiting',
      problem: 'sync-store-conflict',
      lastError: expect.stringMatching(/^conflict: /),
    });
    expect(await second.pending('money')).toBe(5);
    expect(w.hub.session('ykc')).toMatchObject({
      storeId: first.ledger.identity().storeId,
      conflict: true,
    });
    // The first has lost its place for a moment and takes it back.
    await upload(first.ledger, 6, 9);
    await w.time.pass(MINUTE);
    expect(phaseOf(first)).toBe('open');
    expect(ordersOf(w)).toHaveLength(9);
  });

  test('[SYNC-10g] a new box takes over when the old one has been silent long enough', async () => {
    const w = world();
    const old = await connectedBox(w);
    await upload(old.ledger, 1, 5);
    await w.time.pass(1_000);
    await old.sync.stop();
    const box = w.box();
    await upload(box.ledger, 201, 205);
    await w.time.pass(20 * MINUTE);
    expect(phaseOf(box)).toBe('open');
    expect(w.hub.session('ykc')).toMatchObject({ epoch: 2 });
    expect(ordersOf(w)).toHaveLength(10);
  });

  test('[SYNC-10h] two boxes from one disk: neither loses an order, and people are told', async () => {
    const anyCharges = fc.array(fc.tuple(fc.boolean(), fc.nat(120_000)), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(fc.nat(1_000_000), anyCharges, async (seed, charges) => {
        const w = world(seed);
        const first = await connectedBox(w);
        await upload(first.ledger, 1, 5);
        await w.time.pass(1_000);
        const { storeId } = first.ledger.identity();
        const second = w.box({ ledger: await storeNamed(storeId, [...upTo(5), 301, 302]) });
        const all = [...upTo(5), 301, 302];
        for (const [isFirst, afterMs] of charges) {
          const n = (isFirst ? 400 : 600) + all.length;
          all.push(n);
          await (isFirst ? first : second).ledger.commit(uploadOf(n));
          await w.time.pass(afterMs);
        }
        await w.time.pass(30 * MINUTE);
        // Whoever is not the hub's store keeps what it has; together nothing is missing.
        const safe = new Set(ordersOf(w));
        for (const { ledger } of [first, second]) {
          const { rows } = await ledger.outbox(stream('money'), 0, { events: 999, bytes: 1e9 });
          for (const { key } of rows) safe.add(key.slice(-6));
        }
        expect([...safe].sort()).toEqual(all.map((n) => String(n).padStart(6, '0')).sort());
        expect([...first.log, ...second.log]).toContain('sync-alarm');
        expect(w.hub.session('ykc')?.epoch).toBeLessThanOrEqual(3);
        await first.sync.stop();
        await second.sync.stop();
      }),
      { numRuns: 30 },
    );
  }, 60_000);

  test('[SYNC-10d] a session that another HELLO has ended is opened again', async () => {
    const w = world();
    const box = await connectedBox(w);
    const [hello] = w.hub.hellos;
    // The broker brings an old HELLO a second time.
    w.hub.take(
      { vendor: 'ykc', siteId: 'site-1' },
      'p/site-1',
      Buffer.from(JSON.stringify({ ...hello, link: 'old' })),
    );
    await w.time.pass(50);
    await upload(box.ledger, 1, 3);
    await w.time.pass(MINUTE);
    expect(box.log).toContain('sync-fenced');
    expect(seqsOf(w, 'money')).toEqual([1, 2, 3]);
  });

  test('[SYNC-10d] [SYNC-12c] answers of another session, link or vendor, or of nobody, change nothing', async () => {
    const w = world();
    const box = await connectedBox(w);
    w.broker.setFaults({ ...NO_FAULTS, lostPercent: 100 });
    await upload(box.ledger, 1, 3);
    await w.time.pass(500);
    w.broker.setFaults(NO_FAULTS);
    const ack = {
      type: 'ack',
      lane: 'money',
      epoch: 1,
      sessionNo: 1,
      watermark: 3,
      credit: 4,
      hubMs: 0,
    };
    const { storeId } = box.ledger.identity();
    const welcome = {
      ...{ type: 'welcome', storeId, link: 'other', epoch: 9, sessionNo: 9, proto: 3, hubMs: 0 },
      streams: [],
      spreadMs: 0,
    };
    const refused = {
      type: 'refused',
      storeId,
      link: 'other',
      reason: 'regressed',
      text: '',
      retryAfterMs: 0,
    };
    for (const message of [
      { ...ack, sessionNo: 7 },
      { ...ack, epoch: 2 },
      { ...ack, watermark: 99 },
      { ...ack, vendor: 'ocpp' },
      { ...ack, fenced: true, sessionNo: 7 },
      welcome,
      refused,
      { type: 'song' },
      [],
    ]) {
      w.broker.toSite(
        { vendor: 'ykc', siteId: 'site-1' },
        'answer',
        Buffer.from(JSON.stringify(message)),
      );
    }
    w.broker.toSite({ vendor: 'ykc', siteId: 'site-1' }, 'answer', Buffer.from('{'));
    await w.time.pass(100);
    expect(await box.pending('money')).toBe(3);
    expect(box.ledger.identity()).toMatchObject({ storeId, epoch: 1 });
    expect(phaseOf(box)).toBe('open');
  });

  test('[SYNC-10j] a hub that lost its books is told what is gone, and goes on', async () => {
    const w = world();
    const box = await connectedBox(w);
    await upload(box.ledger, 1, 10);
    await w.time.pass(1_000);
    w.hub.forget();
    w.broker.cut();
    await upload(box.ledger, 11, 14);
    await w.time.pass(2 * MINUTE);
    expect(w.hub.gaps).toEqual([
      { lane: 'money', from: 1, to: 10, reason: 'store-lost', count: 10 },
    ]);
    expect(seqsOf(w, 'money')).toEqual([...upTo(10), 11, 12, 13, 14]);
    expect(await box.pending('money')).toBe(0);
  });
});

describe('[SYNC-11] other versions', () => {
  test('[SYNC-11b] an edge speaks the version that the hub has chosen', async () => {
    const w = world();
    const box = w.box();
    await w.time.pass(3);
    await w.time.pass(7);
    const [hello] = w.hub.hellos;
    expect(hello?.proto).toEqual([1, 3]);
    w.broker.toSite(
      { vendor: 'ykc', siteId: 'site-1' },
      'answer',
      Buffer.from(
        JSON.stringify({
          type: 'welcome',
          storeId: hello?.storeId,
          link: hello?.link,
          epoch: 1,
          sessionNo: 1_000,
          proto: 1,
          hubMs: NOON_MS,
          streams: [{ lane: 'holograms', watermark: 4 }],
          spreadMs: 0,
          fromTheFuture: true,
        }),
      ),
    );
    await w.time.pass(100);
    await upload(box.ledger, 1, 1);
    await w.time.pass(100);
    expect(w.hub.batches[0]).toMatchObject({ v: 1, sessionNo: 1_000 });
  });

  test('[SYNC-11a] an edge too old or too new for the hub waits, keeps everything, and is told of', async () => {
    const w = world();
    const from = { vendor: 'ykc', siteId: 'site-1' };
    const box = await connectedBox(w);
    const [hello] = w.hub.hellos;
    await box.sync.stop();
    for (const proto of [
      [4, 6],
      [-2, 0],
    ]) {
      const before = w.hub.session('ykc')?.sessionNo;
      w.hub.take(from, 'p/site-1', Buffer.from(JSON.stringify({ ...hello, proto })));
      expect(w.hub.session('ykc')?.sessionNo).toBe(before);
    }
    w.hub.take(from, 'p/site-1', Buffer.from(JSON.stringify({ ...hello, proto: [1, 1] })));
    expect(w.hub.session('ykc')?.sessionNo).toBe(2);
  });

  test('[SYNC-11d] events of kinds that the hub does not know are parked and the stream goes on', async () => {
    const w = world();
    const inner = memoryLedger('site-1');
    await upload(inner, 1, 3);
    // The rows that a newer version has left in the outbox before it was rolled back.
    const ledger: Ledger = {
      ...inner,
      outbox: async (of, after, limit) => {
        const slice = await inner.outbox(of, after, limit);
        const rows = slice.rows.map((row) =>
          row.seq === 2 ? { ...row, kind: 'OrderBlessed', body: '{"by":"a newer edge"}' } : row,
        );
        return { rows, gaps: slice.gaps, check: undefined };
      },
    };
    const box = await connectedBox(w, { ledger });
    await w.time.pass(1_000);
    expect(w.hub.parked).toEqual([
      expect.objectContaining({ seq: 2, kind: 'OrderBlessed', body: { by: 'a newer edge' } }),
    ]);
    expect(seqsOf(w, 'money')).toEqual([1, 2, 3]);
    expect(await box.pending('money')).toBe(0);
  });
});

describe('[SYNC-9] clocks', () => {
  const YEAR = 365 * 86_400_000;

  test.each([YEAR, -YEAR])(
    '[SYNC-9a] a clock %d ms off changes no order of events',
    async (offMs) => {
      const w = world();
      let aheadMs = offMs;
      const box = await connectedBox(w, { wallAheadMs: () => aheadMs });
      await upload(box.ledger, 1, 5);
      await w.time.pass(5_000);
      expect(box.sync.status().clockOffsetMs).toBeGreaterThan(offMs - 1_000);
      expect(box.sync.status().clockOffsetMs).toBeLessThan(offMs + 1_000);
      aheadMs = 0;
      await upload(box.ledger, 6, 9);
      await w.time.pass(5_000);
      expect(seqsOf(w, 'money')).toEqual(upTo(9));
      expect(w.hub.batches[0]?.clock.bootNo).toBe(1);
      expect(w.hub.unequal).toEqual([]);
    },
  );

  test('[SYNC-9b] deadlines of commands are judged by the hub’s time', async () => {
    const w = world();
    const heard: number[] = [];
    await connectedBox(w, {
      wallAheadMs: () => YEAR,
      handle: async ({ id }, hubNowMs) => {
        heard.push(hubNowMs);
        return { id, outcome: 'done', atMs: 0 };
      },
    });
    await w.time.pass(1_000);
    w.command(commandOf('01JZ8Q0000000000000000000A'));
    await w.time.pass(100);
    expect(heard).toHaveLength(1);
    expect(Math.abs((heard[0] ?? 0) - w.time.clock.nowMs())).toBeLessThan(500);
  });
});

const commandOf = (id: string, more: object = {}) => ({
  type: 'command',
  hubMs: NOON_MS,
  command: {
    ...{ id, vendor: 'ykc', pileNo: '55031412782305', connectorNo: 1, op: 'stop' },
    deadlineMs: NOON_MS + MINUTE,
    ...more,
  },
});

describe('[SYNC-7] commands', () => {
  test('[SYNC-7a] a command reaches whoever carries it out, and a copy of the answer goes back at once', async () => {
    const w = world();
    const taken: Command[] = [];
    await connectedBox(w, {
      handle: async (command) => {
        taken.push(command);
        return { id: command.id, outcome: 'done', atMs: NOON_MS };
      },
    });
    w.command(commandOf('01JZ8Q0000000000000000000A'));
    await w.time.pass(100);
    expect(taken).toHaveLength(1);
    expect(w.hub.results).toEqual([
      { id: '01JZ8Q0000000000000000000A', outcome: 'done', atMs: NOON_MS },
    ]);
  });

  test.each([
    ['of another vendor', { vendor: 'jfy' }, 'wrong-vendor'],
    ['that is unknown here', { op: 'dance' }, 'unreadable'],
  ])('[SYNC-7b] a command %s is refused by both ways', async (_what, more, reason) => {
    const w = world();
    await connectedBox(w);
    w.command(commandOf('01JZ8Q0000000000000000000B', more));
    await w.time.pass(5_000);
    const answer = { id: '01JZ8Q0000000000000000000B', outcome: 'refused', reason };
    expect(w.hub.results).toEqual([expect.objectContaining(answer)]);
    expect(w.hub.applied.find(({ lane }) => lane === 'control')).toMatchObject({
      kind: 'CommandAnswered',
      body: { answer },
    });
  });
});

describe('[SYNC-14] conservation', () => {
  test('[SYNC-14b] both sides agree, and it is shown', async () => {
    const w = world();
    const box = await connectedBox(w);
    await upload(box.ledger, 1, 12);
    await w.time.pass(2_000);
    const money = box.sync.status().lines[0]?.streams.find(({ lane }) => lane === 'money');
    expect(money?.check).toEqual({ day: '2025-07-15', ownCount: 12, hubCount: 12, equal: true });
  });

  test('[SYNC-14c] books that differ are an alarm', async () => {
    const w = world();
    const inner = memoryLedger('site-1');
    // A row that was changed on the disk after it was chained.
    const ledger: Ledger = {
      ...inner,
      outbox: async (of, after, limit) => {
        const slice = await inner.outbox(of, after, limit);
        return {
          ...slice,
          rows: slice.rows.map((row) => (row.seq === 2 ? { ...row, atMs: row.atMs + 1 } : row)),
        };
      },
    };
    const box = await connectedBox(w, { ledger });
    await upload(ledger, 1, 4);
    await w.time.pass(10_000);
    const money = box.sync.status().lines[0]?.streams.find(({ lane }) => lane === 'money');
    expect(money?.check).toMatchObject({ equal: false });
    expect(w.hub.applied.some(({ key }) => key === 'sync-books-differ')).toBe(true);
    expect(await box.pending('money')).toBe(0);
  });
});

describe('[SYNC-12] vendors', () => {
  test('[SYNC-12a] each vendor has its own connection, session and streams', async () => {
    const w = world();
    const box = w.box({ vendors: ['ykc', 'jfy'] });
    await w.time.pass(100);
    expect(w.broker.connections()).toBe(2);
    await upload(box.ledger, 1, 2);
    const event = connector(1, NOON_MS);
    await box.ledger.commit({
      changes: [],
      events: [{ ...event, stream: stream('state', 'jfy') }],
    });
    await w.time.pass(2_000);
    expect(w.hub.applied.map(({ vendor, lane, seq }) => `${vendor} ${lane} ${seq}`).sort()).toEqual(
      ['jfy state 1', 'ykc money 1', 'ykc money 2'],
    );
  });

  test('[SYNC-10f] a store minted for one vendor is told to the others before anything else is sent', async () => {
    const w = world();
    const before = await connectedBox(w, { vendors: ['ykc', 'jfy'] });
    await upload(before.ledger, 1, 9);
    await w.time.pass(2_000);
    await before.sync.stop();
    const { storeId } = before.ledger.identity();
    const ledger = await storeNamed(storeId, [1, 2, 51]);
    const box = w.box({ vendors: ['jfy', 'ykc'], ledger });
    await w.time.pass(MINUTE);
    expect(w.hub.session('jfy')).toMatchObject({ storeId: ledger.identity().storeId, epoch: 2 });
    expect(w.hub.session('ykc')).toMatchObject({ storeId: ledger.identity().storeId, epoch: 2 });
    expect(ordersOf(w)).toHaveLength(10);
    expect(await box.pending('money')).toBe(0);
  });
});

describe('leaving and failing', () => {
  test('[SYNC-10i] an edge that leaves says so; one that is cut off has it said by the broker', async () => {
    const w = world();
    const box = await connectedBox(w);
    const link = w.hub.hellos[0]?.link;
    w.broker.cut();
    await w.time.pass(MINUTE);
    expect(w.hub.goodbyes.map((gone) => gone.link)).toEqual([link]);
    await box.sync.stop();
    await w.time.pass(100);
    expect(w.hub.goodbyes.at(-1)?.link).toBe(w.hub.hellos.at(-1)?.link);
    expect(w.broker.connections()).toBe(0);
    await upload(box.ledger, 1, 1);
    await w.time.pass(20 * MINUTE);
    expect(w.hub.applied).toEqual([]);
    expect(w.time.armed()).toBe(0);
  });

  test('[SYNC-6g] a refused login is tried rarely and shown', async () => {
    const w = world();
    w.broker.refuseLogins(true);
    const box = w.box();
    await w.time.pass(60 * MINUTE);
    expect(w.broker.attempts()).toBeLessThan(30);
    expect(box.sync.status().lines[0]).toMatchObject({
      phase: 'waiting',
      problem: 'sync-login-refused',
      lastError: 'bad password',
    });
    w.broker.refuseLogins(false);
    await w.time.pass(16 * MINUTE);
    expect(phaseOf(box)).toBe('open');
  });

  test('[SYNC-13b] a ledger that cannot be read for a while holds nothing up for good', async () => {
    const w = world();
    const inner = memoryLedger('site-1');
    let isBroken = true;
    const broken = async (): Promise<never> => {
      throw new RangeError('disk away');
    };
    const ledger: Ledger = {
      ...inner,
      outbox: (...args) => (isBroken ? broken() : inner.outbox(...args)),
      streams: () => (isBroken ? broken() : inner.streams()),
      acknowledge: (...args) => (isBroken ? broken() : inner.acknowledge(...args)),
    };
    await upload(ledger, 1, 5);
    const box = w.box({ ledger });
    await w.time.pass(MINUTE);
    isBroken = false;
    await w.time.pass(MINUTE);
    expect(seqsOf(w, 'money')).toEqual(upTo(5));
    expect(await box.pending('money')).toBe(0);
  });
});
