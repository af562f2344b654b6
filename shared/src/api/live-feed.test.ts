import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LiveEntity, LiveMessage } from './live.ts';
import { entityKey, liveFeed } from './live-feed.ts';
import type { ConnectorResource, OrderResource } from './resources.ts';

const connector = (connectorNo: number, soc: number): LiveEntity => {
  const value: ConnectorResource = {
    siteId: 's1',
    pileNo: '32010200000001',
    connectorNo,
    vendor: 'ykc',
    state: 'charging',
    plugged: true,
    orderNo: null,
    faults: [],
    voltageV: null,
    currentA: null,
    powerKw: null,
    soc,
    energyKwh: null,
    amountYuan: null,
    chargedMinutes: null,
    measuredAt: null,
  };
  return { entity: 'connector', value };
};

const order = (orderNo: string, state: OrderResource['state']): LiveEntity => ({
  entity: 'order',
  value: {
    orderNo,
    siteId: 's1',
    vendor: 'ykc',
    pileNo: '32010200000001',
    connectorNo: 1,
    state,
    startMethod: 'card',
    account: null,
    cardNo: null,
    vin: null,
    tariff: null,
    openedAt: '2025-07-15T09:40:00.000+08:00',
    chargingAt: null,
    endedAt: null,
    settledAt: null,
    energyKwh: null,
    electricityYuan: null,
    serviceYuan: null,
    totalYuan: null,
    pileTotalYuan: null,
    differenceYuan: null,
    exceptions: [],
    failReason: null,
    charge: null,
    stopCode: null,
    stopReason: null,
    rows: [],
  },
});

/** What a client knows after some messages: the rules of every client of the protocol. */
function clientOf(before: ReadonlyMap<string, LiveEntity>, messages: readonly LiveMessage[]) {
  const known = new Map(before);
  let after = -1;
  for (const message of messages) {
    if (message.type !== 'snapshot' && message.type !== 'delta') continue;
    if (message.type === 'snapshot') known.clear();
    for (const item of message.items) known.set(entityKey(item), item);
    after = message.type === 'snapshot' ? message.after : message.to;
  }
  return { known, after };
}

const limits = { remembered: 10, keptEach: 3, itemsAMessage: 4 };

describe('live feed', () => {
  test('of several changes of one entity only the newest is sent, under one number', () => {
    const feed = liveFeed('a', limits);
    feed.put(connector(1, 10));
    feed.put(connector(1, 11));
    feed.put(connector(2, 50));
    expect(feed.flush()).toEqual([
      { type: 'delta', from: 1, to: 2, items: [connector(1, 11), connector(2, 50)] },
    ]);
    expect(feed.flush()).toEqual([]);
  });

  test('a client that comes back within memory gets the newest of what it missed', () => {
    const feed = liveFeed('a', limits);
    for (const soc of [1, 2, 3]) {
      feed.put(connector(1, soc));
      feed.flush();
    }
    expect(feed.open({ stream: 'a', after: 1 })).toEqual([
      { type: 'delta', from: 2, to: 3, items: [connector(1, 3)] },
    ]);
    expect(feed.open({ stream: 'a', after: 3 })).toEqual([]);
  });

  test.each([
    ['another life of the server', { stream: 'b', after: 20 }],
    ['a number beyond memory', { stream: 'a', after: 2 }],
    ['a number that was never given', { stream: 'a', after: 99 }],
    ['a number that is none', { stream: 'a', after: Number.NaN }],
    ['nothing to resume', undefined],
  ])('%s is answered with a snapshot', (_what, resume) => {
    const feed = liveFeed('a', limits);
    for (let soc = 0; soc < 20; soc++) {
      feed.put(connector(1, soc));
      feed.flush();
    }
    expect(feed.open(resume)).toEqual([{ type: 'snapshot', after: 20, items: [connector(1, 19)] }]);
  });

  test('orders that are over leave the snapshot, open ones stay', () => {
    const feed = liveFeed('a', limits);
    feed.put(order('open', 'charging'));
    for (const no of ['1', '2', '3', '4', '5']) feed.put(order(no, 'settled'));
    const { known } = clientOf(new Map(), feed.open(undefined));
    expect([...known.keys()]).toEqual(['order:open', 'order:3', 'order:4', 'order:5']);
  });

  test('messages are bounded in size and their numbers have no hole', () => {
    const feed = liveFeed('a', limits);
    for (let n = 1; n <= 9; n++) feed.put(connector(n, n));
    const spans = feed
      .flush()
      .map((m) => (m.type === 'delta' ? [m.from, m.to, m.items.length] : m));
    expect(spans).toEqual([
      [1, 4, 4],
      [5, 8, 4],
      [9, 9, 1],
    ]);
    const parts = feed.open(undefined);
    expect(parts.map((m) => m.type)).toEqual(['snapshot', 'delta', 'delta']);
    expect(clientOf(new Map(), parts).known.size).toBe(9);
  });

  test('however a client comes and goes, it ends with what is true', () => {
    const step = fc.oneof(
      fc.record({
        do: fc.constant('put' as const),
        no: fc.integer({ min: 1, max: 6 }),
        soc: fc.nat(99),
      }),
      fc.record({ do: fc.constantFrom('flush' as const, 'leave' as const, 'return' as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const feed = liveFeed('a', limits);
        const truth = new Map<string, LiveEntity>();
        let client = clientOf(new Map(), feed.open(undefined));
        let here = true;
        const hear = (messages: readonly LiveMessage[]): void => {
          const next = clientOf(client.known, messages);
          client = next.after < 0 ? client : next;
        };
        for (const s of steps) {
          if (s.do === 'put') {
            feed.put(connector(s.no, s.soc));
            truth.set(`connector:s1/32010200000001/${s.no}`, connector(s.no, s.soc));
          } else if (s.do === 'flush') {
            const messages = feed.flush();
            if (here) hear(messages);
          } else if (s.do === 'leave') here = false;
          else if (!here) {
            here = true;
            hear(feed.open({ stream: 'a', after: client.after }));
          }
        }
        if (!here) hear(feed.open({ stream: 'a', after: client.after }));
        hear(feed.flush());
        expect(client.known).toEqual(truth);
      }),
    );
  });
});
