import { deflateRawSync } from 'node:zlib';
import { FaultError } from '@holdfast/shared/errors/fault';
import type { Batch } from '@holdfast/shared/sync/messages';
import { FORMATS, payloadOf } from '@holdfast/shared/sync/wire';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { memoryLiveState } from '../adapters/memory/live-state.ts';
import {
  connectorChanged,
  lifeOf,
  measured,
  NOON_MS,
  orderNoOf,
  PILE,
  pileChanged,
  SITE,
  VENDOR,
} from '../adapters/sql/testing/events.ts';
import { modelStream } from '../adapters/sql/testing/model-edge.ts';
import { temporaryStore } from '../adapters/sqlite/testing/temporary-store.ts';
import { recordingLog } from '../adapters/testing/silent-log.ts';
import type { Change } from '../ports/changes.ts';
import type { LiveState } from '../ports/live-state.ts';
import type { Store } from '../ports/store.ts';
import { type Datamanage, type DatamanageOptions, startDatamanage } from './datamanage.ts';
import { type FakeBroker, fakeBroker, jsonBytes } from './testing/fake-broker.ts';
import { helloOf } from './testing/hellos.ts';

const LINE = { vendor: VENDOR, siteId: SITE };

let nowMs = NOON_MS;
let store: Store;
let remove: () => Promise<void>;
let live: LiveState;
let broker: FakeBroker;
let changes: Change[] = [];
let answers: [string, unknown][] = [];
let log = recordingLog();
let datamanage: Datamanage;

function start(more: Partial<DatamanageOptions> = {}): void {
  datamanage = startDatamanage({
    broker,
    store,
    live,
    clock: { nowMs: () => nowMs },
    log,
    onChange: (changed) => changes.push(...changed),
    onAnswer: async (siteId, answer) => void answers.push([siteId, answer]),
    random: () => 0.5,
    ...more,
  });
}
beforeEach(async () => {
  nowMs = NOON_MS;
  changes = [];
  answers = [];
  log = recordingLog();
  broker = fakeBroker();
  live = memoryLiveState();
  ({ store, remove } = await temporaryStore());
  await store.saveSite({ siteId: SITE, name: 'One', vendors: [VENDOR], secretHash: '' });
  start();
});
afterEach(async () => {
  await datamanage.close();
  await remove();
});

/** Says something and waits until the hub has answered so often. */
async function answered(count: number): Promise<void> {
  while (broker.answers.length < count) await new Promise((resolve) => setImmediate(resolve));
}
async function hello(more: Parameters<typeof helloOf>[0] = {}): Promise<void> {
  const before = broker.answers.length;
  await broker.presence(LINE, helloOf(more));
  await answered(before + 1);
}
async function send(...batches: Batch[]): Promise<void> {
  const before = broker.answers.length;
  for (const batch of batches) await broker.batch(SITE, batch);
  await answered(before + batches.length);
}
/** What the site said is worked on: something unreadable behind it has been counted. */
async function queueIsEmpty(): Promise<void> {
  const { unreadable } = datamanage.counts();
  await broker.presence(LINE, 'end of queue');
  while (datamanage.counts().unreadable === unreadable) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}
const last = () => broker.answers.at(-1);

describe('[SYNC-10] HELLO', () => {
  test('opens a session, and its epoch and number are kept', async () => {
    await hello();
    expect(last()).toMatchObject({
      type: 'welcome',
      storeId: 'store-a',
      link: 'link-1',
      epoch: 1,
      sessionNo: 1,
      hubMs: NOON_MS,
      streams: [{ lane: 'money', watermark: 0, credit: 4 }],
    });
    expect(await store.session(SITE, VENDOR)).toMatchObject({ storeId: 'store-a', sessionNo: 1 });
    await hello({ link: 'link-2', epoch: 1 });
    expect(last()).toMatchObject({ type: 'welcome', epoch: 1, sessionNo: 2 });
  });

  test('tells where each stream stands', async () => {
    await hello();
    await send(modelStream('money').batch(lifeOf(1)));
    const streams = [{ lane: 'money', next: 4, acked: 0, pending: 3, oldestMs: NOON_MS }] as const;
    await hello({ epoch: 1, streams });
    expect(last()).toMatchObject({ type: 'welcome', streams: [{ lane: 'money', watermark: 3 }] });
  });

  test('of a rewound store is refused: it must become a new one', async () => {
    await hello();
    await send(modelStream('money').batch(lifeOf(1)));
    await hello({
      epoch: 1,
      streams: [{ lane: 'money', next: 2, acked: 0, pending: 1, oldestMs: 1 }],
    });
    expect(last()).toMatchObject({ type: 'refused', reason: 'regressed' });
    await hello({ storeId: 'store-b', replaces: 'store-a', epoch: 1 });
    expect(last()).toMatchObject({ type: 'welcome', storeId: 'store-b', epoch: 2 });
  });

  test('of a second box leaves the mark for an operator, who decides', async () => {
    await hello();
    await hello({ storeId: 'store-b' });
    expect(last()).toMatchObject({ type: 'refused', reason: 'conflict' });
    expect(await store.session(SITE, VENDOR)).toMatchObject({ storeId: 'store-a', conflict: true });
    expect(await datamanage.acceptStore(LINE, 'store-b')).toBe(true);
    await hello({ storeId: 'store-b' });
    expect(last()).toMatchObject({ type: 'welcome', storeId: 'store-b', epoch: 2 });
    expect(await store.session(SITE, VENDOR)).toMatchObject({ conflict: false });
    expect(await datamanage.acceptStore({ vendor: 'jfy', siteId: SITE }, 'x')).toBe(false);
  });

  test('of a replacement is welcome when the old box has been silent for long', async () => {
    await hello();
    await send(modelStream('money').batch(lifeOf(1)));
    nowMs += 11 * 60_000;
    await hello({ storeId: 'store-b' });
    expect(last()).toMatchObject({ type: 'welcome', storeId: 'store-b', epoch: 2 });
  });

  test('after a restart of the hub nobody is taken for silent', async () => {
    await hello();
    await datamanage.close();
    broker = fakeBroker();
    live = memoryLiveState();
    start();
    nowMs += 86_400_000;
    await hello({ storeId: 'store-b' });
    expect(last()).toMatchObject({ type: 'refused', reason: 'conflict' });
  });

  test('[SYNC-11] of a version that is too new or too old is refused with both ranges', async () => {
    await hello({ proto: [90, 99] });
    expect(last()).toMatchObject({ type: 'refused', reason: 'version' });
  });

  test('of a site or vendor that the hub has not got is refused', async () => {
    await broker.presence({ vendor: 'jfy', siteId: SITE }, helloOf({ vendor: 'jfy' }));
    await answered(1);
    expect(last()).toMatchObject({ type: 'refused', reason: 'unknown-site' });
    expect(await store.session(SITE, 'jfy')).toBeUndefined();
  });
});

describe('batches', () => {
  beforeEach(() => hello());

  test('[SYNC-2] are answered after the commit, with watermark, credit and chain', async () => {
    const batch = modelStream('money').batch(lifeOf(1));
    await send(batch);
    expect(last()).toEqual({
      type: 'ack',
      vendor: 'ykc',
      lane: 'money',
      epoch: 1,
      sessionNo: 1,
      watermark: 3,
      credit: 4,
      hubMs: NOON_MS,
      check: batch.check,
    });
    expect(await store.orderTotals(SITE)).toMatchObject({ orders: 1 });
  });

  test('[SYNC-6] deflated ones are read, and several at once are applied in their order', async () => {
    const stream = modelStream('money');
    const batches = [1, 2, 3, 4].map((n) => stream.batch(lifeOf(n)));
    for (const batch of batches) {
      const body = deflateRawSync(jsonBytes(batch));
      const payload = payloadOf(FORMATS.deflated, body);
      await broker.uplink({ ...LINE, topic: 'uplink', laneNo: 1, payload });
    }
    await answered(5);
    expect(broker.answers.slice(1)).toMatchObject(
      [3, 6, 9, 12].map((watermark) => ({ watermark })),
    );
    expect(datamanage.counts()).toMatchObject({ batches: 4, events: 12, parked: 0 });
  });

  test('[SYNC-3] the same batch twice is answered twice and applied once', async () => {
    const batch = modelStream('money').batch(lifeOf(1));
    await send(batch, batch);
    expect(broker.answers.slice(1)).toMatchObject([{ watermark: 3 }, { watermark: 3 }]);
    expect(datamanage.counts()).toMatchObject({ batches: 2, events: 3 });
  });

  test('[SYNC-4] a hole is answered with the watermark', async () => {
    const stream = modelStream('money');
    stream.lose(5);
    await send(stream.batch(lifeOf(1)));
    expect(last()).toMatchObject({ type: 'ack', watermark: 0, gap: true });
  });

  test('[SYNC-10] of an older session are fenced', async () => {
    await hello({ link: 'link-2', epoch: 1 });
    await send(modelStream('money').batch(lifeOf(1)));
    expect(last()).toMatchObject({ type: 'ack', fenced: true, credit: 0, sessionNo: 1 });
    expect(datamanage.counts()).toMatchObject({ fenced: 1, events: 0 });
  });

  test('[SYNC-13] get no answer while the database fails, and all is well with the next try', async () => {
    await datamanage.close();
    broker = fakeBroker();
    let failures = 2;
    const failing: Store = {
      ...store,
      applyBatch: async (...args) => {
        failures -= 1;
        if (failures >= 0) throw new FaultError('ledger-full', 'disk full');
        return store.applyBatch(...args);
      },
    };
    start({ store: failing });
    const batch = modelStream('money').batch(lifeOf(1));
    await broker.batch(SITE, batch);
    await broker.batch(SITE, batch);
    await send(batch);
    expect(broker.answers).toMatchObject([{ type: 'ack', watermark: 3 }]);
    expect(datamanage.counts()).toMatchObject({ failed: 2, events: 3 });
    expect(log.events.filter((event) => event === 'batch-not-written')).toHaveLength(2);
  });

  test('[SYNC-14] a chain that differs is an alarm in the log', async () => {
    const batch = modelStream('money').batch(lifeOf(1));
    await send({ ...batch, check: { day: '2026-03-01', count: 3, hash: 'f'.repeat(64) } });
    expect(log.events).toContain('chain-differs');
    expect(await store.dayCounts(SITE)).toMatchObject([{ equal: false }]);
  });

  test('beyond the room of a queue they are dropped, not kept', async () => {
    await datamanage.close();
    broker = fakeBroker();
    start({ limits: { perSite: 2, inFlight: 1 } });
    const stream = modelStream('money');
    const batches = Array.from({ length: 8 }, (_, n) => stream.batch(lifeOf(n)));
    for (const batch of batches) await broker.batch(SITE, batch);
    await answered(3);
    expect(datamanage.counts()).toMatchObject({ dropped: 5 });
    expect(last()).toMatchObject({ watermark: 9 });
    await send(...batches.slice(3, 5));
    expect(last()).toMatchObject({ watermark: 15 });
  });

  test('tell live pages what they changed, each thing once', async () => {
    changes = [];
    const answer = { id: 'c1', outcome: 'done', atMs: 1 } as const;
    await send(
      modelStream('state').batch([pileChanged(), connectorChanged(), connectorChanged()]),
      modelStream('money').batch(lifeOf(1)),
      modelStream('control').batch([{ kind: 'CommandAnswered', answer }]),
      modelStream('telemetry').batch([measured({ connectorNo: 2 })]),
    );
    const keys = changes.map(({ entity, ...key }) => `${entity} ${Object.values(key).join(' ')}`);
    expect(keys).toEqual([
      `pile ${SITE} ${PILE}`,
      `connector ${SITE} ${PILE} 1`,
      `sync ${SITE}`,
      `site ${SITE}`,
      `order ${SITE} ${orderNoOf(1)}`,
      `sync ${SITE}`,
      `command ${SITE} c1`,
      `sync ${SITE}`,
      `connector ${SITE} ${PILE} 2`,
      `sync ${SITE}`,
    ]);
  });

  test('live measurements become what is true now; history does not', async () => {
    await send(
      modelStream('telemetry').batch([measured({ soc: 1 }), measured({ soc: 2 })]),
      modelStream('backlog').batch([measured({ soc: 3 })]),
    );
    const now = await live.measurements(SITE);
    expect(now.map(({ measurement }) => measurement.soc)).toEqual([2]);
    const query = { siteId: SITE, pileNo: PILE, connectorNo: 1, limit: 9 };
    expect(await store.measurements({ ...query, fromMs: 0, toMs: nowMs + 1 })).toHaveLength(3);
  });
});

describe('[SYNC-6] history goes by turns', () => {
  const site = async (siteId: string) => {
    await store.saveSite({ siteId, name: siteId, vendors: [VENDOR], secretHash: '' });
    const backlog = { lane: 'backlog', next: 9, acked: 0, pending: 8, oldestMs: 1 } as const;
    const before = broker.answers.length;
    await broker.presence({ vendor: VENDOR, siteId }, helloOf({ siteId, streams: [backlog] }));
    await answered(before + 1);
    return last();
  };

  test('so many sites at once, the others come back later; a turn ends when its site leaves', async () => {
    await datamanage.close();
    broker = fakeBroker();
    start({
      limits: {
        admission: {
          replaying: 1,
          idleMs: 10_000,
          turnMs: 60_000,
          spreadMs: 30_000,
          busyBatches: 128,
          fullBatches: 512,
        },
      },
    });
    expect(await site('A')).toMatchObject({ streams: [{ lane: 'backlog', credit: 4 }] });
    const wait = { streams: [{ lane: 'backlog', credit: 0, notBeforeMs: 22_500 }] };
    expect(await site('B')).toMatchObject(wait);
    broker.connection({ vendor: VENDOR, siteId: 'A' }, false);
    expect(await site('B')).toMatchObject({ streams: [{ credit: 4 }] });
  });
});

describe('presence', () => {
  const seen = async () => (await live.presence(SITE))[0];

  test('follows the broker, and the session its HELLO', async () => {
    broker.connection(LINE, true);
    expect(await seen()).toMatchObject({ connected: true, sessionNo: 0, hello: null });
    await hello();
    expect(await seen()).toMatchObject({
      connected: true,
      sessionNo: 1,
      lastHeardMs: NOON_MS,
      clockOffsetMs: 250,
    });
    nowMs += 5_000;
    await send(modelStream('money').batch(lifeOf(1)));
    expect(await seen()).toMatchObject({ lastHeardMs: NOON_MS + 5_000 });
    broker.connection(LINE, false);
    expect(await seen()).toMatchObject({ connected: false, sessionNo: 0 });
    expect((await seen())?.hello?.link).toBe('link-1');
    expect(changes.filter(({ entity }) => entity === 'site').length).toBeGreaterThan(2);
  });

  test('a farewell of an older connection says nothing about the newest', async () => {
    await hello({ link: 'link-1' });
    await hello({ link: 'link-2', epoch: 1 });
    const gone = { type: 'gone', siteId: SITE, storeId: 'store-a' };
    await broker.presence(LINE, { ...gone, link: 'link-1' });
    await queueIsEmpty();
    expect(await seen()).toMatchObject({ connected: true, sessionNo: 2 });
    await broker.presence(LINE, { ...gone, link: 'link-2' });
    await queueIsEmpty();
    expect(await seen()).toMatchObject({ connected: false, sessionNo: 0 });
    expect(await store.session(SITE, VENDOR)).toMatchObject({ sessionNo: 2 });
  });

  test('with a broker outside, an edge that goes on after a restart of the hub is seen', async () => {
    await hello();
    await datamanage.close();
    broker = fakeBroker();
    live = memoryLiveState();
    start();
    await send(modelStream('money').batch(lifeOf(1)));
    expect(await seen()).toMatchObject({ connected: true, sessionNo: 1 });
  });
});

describe('what cannot be read', () => {
  const raw = (payload: Uint8Array, topic: 'uplink' | 'presence' | 'result' = 'uplink') =>
    broker.uplink({ ...LINE, topic, laneNo: topic === 'uplink' ? 1 : undefined, payload });
  const bomb = () => payloadOf(FORMATS.deflated, deflateRawSync(Buffer.alloc(64 * 1024 * 1024)));
  const good = () => modelStream('money').batch(lifeOf(1));
  const counted = async (count: number) => {
    while (datamanage.counts().unreadable < count) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  test.each<[string, () => Promise<void>]>([
    ['nothing', () => raw(new Uint8Array())],
    ['an unknown format', () => raw(new Uint8Array([9, 1, 2]))],
    ['broken deflate', () => raw(new Uint8Array([1, 0xff, 0xff, 0xff]))],
    ['a bomb', () => raw(bomb())],
    ['more bytes than a payload has', () => raw(new Uint8Array(2_000_000))],
    ['no JSON', () => raw(payloadOf(FORMATS.json, new TextEncoder().encode('{"v":')))],
    ['no UTF-8', () => raw(new Uint8Array([0, 0xc3, 0x28]))],
    ['JSON that is no batch', () => raw(payloadOf(FORMATS.json, jsonBytes([1, 2])))],
    [
      'a batch of another lane',
      () =>
        broker.uplink({
          ...LINE,
          topic: 'uplink',
          laneNo: 2,
          payload: payloadOf(FORMATS.json, jsonBytes(good())),
        }),
    ],
    ['a HELLO for another site', () => broker.presence(LINE, helloOf({ siteId: 'S9' }))],
    ['a HELLO for another vendor', () => broker.presence(LINE, helloOf({ vendor: 'jfy' }))],
    ['a HELLO without fields', () => broker.presence(LINE, { type: 'hello' })],
    ['an answer that is none', () => raw(jsonBytes({ outcome: 'well' }), 'result')],
  ])('is counted and logged: %s', async (_what, say) => {
    await say();
    await counted(1);
    expect(log.events).toEqual(['sync-unreadable']);
    await hello();
    await send(good());
    expect(last()).toMatchObject({ type: 'ack', watermark: 3 });
  });

  test('again and again, with nothing good between, cuts the sender off', async () => {
    for (let i = 0; i < 19; i += 1) await raw(new Uint8Array([9]));
    await counted(19);
    expect(broker.cut).toEqual([]);
    await hello();
    for (let i = 0; i < 20; i += 1) await raw(new Uint8Array([9]));
    await counted(39);
    expect(broker.cut).toEqual(['ykc:S0001']);
  });
});

describe('answers to commands', () => {
  test('[SYNC-7] by the quick way go on to the command desk', async () => {
    const answer = { id: 'c1', outcome: 'done', orderNo: '7', atMs: 5 };
    await broker.uplink({
      ...LINE,
      topic: 'result',
      laneNo: undefined,
      payload: jsonBytes(answer),
    });
    await datamanage.close();
    expect(answers).toEqual([[SITE, answer]]);
  });
});

test('a closed role takes nothing new and finishes what it has', async () => {
  await hello();
  const stream = modelStream('money');
  for (const n of [1, 2, 3]) await broker.batch(SITE, stream.batch(lifeOf(n)));
  await datamanage.close();
  expect(broker.answers).toHaveLength(4);
  await broker.batch(SITE, stream.batch(lifeOf(4)));
  expect(datamanage.counts()).toMatchObject({ batches: 3 });
});
