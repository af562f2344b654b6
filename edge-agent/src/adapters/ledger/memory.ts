import { randomUUID } from 'node:crypto';
import { FaultError } from '@holdfast/shared/errors/fault';
import type { Order } from '@holdfast/shared/order/order';
import { CORE_LANES, type LaneName, type StreamId } from '@holdfast/shared/sync/lanes';
import type { ClockReading } from '@holdfast/shared/sync/messages';
import type {
  Change,
  Commit,
  KeptRecord,
  KnownPile,
  LedgerIdentity,
  LoggedCommand,
  OrderFilter,
  OutgoingEvent,
} from '../../ports/ledger.ts';
import { assertLanes, assertWatermark } from './call-checks.ts';
import { LIVE_MAX_AGE_MS } from './lane-rules.ts';
import { type MemoryStream, memoryStream } from './memory-stream.ts';
import { byNewest, isOpen } from './order-listing.ts';
import { type OutboundEvent, outboundOf } from './outbound-event.ts';
import type { TendedLedger } from './tended-ledger.ts';

interface Stored {
  readonly orders: Map<string, Order>;
  /** The newest money event of each order: what a new store sends again. */
  readonly newest: Map<string, OutboundEvent>;
  readonly records: KeptRecord[];
  readonly commands: Map<string, LoggedCommand>;
  readonly piles: Map<string, KnownPile>;
  readonly counters: Map<string, number>;
}

function store(stored: Stored, change: Change): void {
  if (change.save === 'order') stored.orders.set(change.order.orderNo, change.order);
  if (change.save === 'record') stored.records.push(change.record);
  if (change.save === 'command') stored.commands.set(change.logged.command.id, change.logged);
  if (change.save === 'pile') stored.piles.set(change.pile.pileNo, change.pile);
  if (change.save === 'counter') stored.counters.set(change.name, change.value);
}

/** The streams of a store, made when they are first used. */
function outboxOf() {
  const streams = new Map<string, MemoryStream>();
  const of = ({ vendor, lane }: StreamId): MemoryStream => {
    const name = `${lane} ${vendor}`;
    const known = streams.get(name) ?? memoryStream({ vendor, lane });
    streams.set(name, known);
    return known;
  };
  return { of, all: () => [...streams.values()] };
}

function listed(orders: Iterable<Order>, filter: OrderFilter): readonly Order[] {
  const all = [...orders].sort(byNewest);
  const start =
    filter.after === undefined ? 0 : all.findIndex((o) => o.orderNo === filter.after) + 1;
  if (filter.after !== undefined && start === 0) return [];
  return all
    .slice(start)
    .filter((o) => filter.state === undefined || o.state === filter.state)
    .filter((o) => filter.pileNo === undefined || o.pileNo === filter.pileNo)
    .filter((o) => filter.exceptionsOnly !== true || o.exceptions.length > 0)
    .slice(0, filter.limit);
}

/** A new store: the newest event of every order that does not wait itself, then all that waits. */
function renumbered(old: ReturnType<typeof outboxOf>, stored: Stored): ReturnType<typeof outboxOf> {
  const fresh = outboxOf();
  const waiting = old.all().flatMap((stream) => stream.waiting());
  const bodies = new Set(waiting.map((event) => event.body));
  const orders = [...stored.orders.values()].sort(byNewest).reverse();
  for (const { orderNo } of orders) {
    const newest = stored.newest.get(orderNo);
    if (newest !== undefined && !bodies.has(newest.body)) fresh.of(newest).append(newest);
  }
  for (const event of waiting) fresh.of(event).append(event);
  return fresh;
}

/**
 * The port of the ledger in memory, for tests of other rooms: same rules, same contract suite, gone
 * with the process. Without `nowMs` the newest event tells how late it is.
 */
export function memoryLedger(siteId: string, nowMs?: () => number): TendedLedger {
  const stored: Stored = {
    orders: new Map(),
    newest: new Map(),
    records: [],
    commands: new Map(),
    piles: new Map(),
    counters: new Map(),
  };
  const listeners: ((streams: readonly StreamId[]) => void)[] = [];
  let identity: LedgerIdentity = { siteId, storeId: randomUUID(), epoch: 0, bootNo: 1 };
  let outbox = outboxOf();
  let clock: ClockReading | undefined;
  let newestMs = 0;
  let closed = false;

  const openOrFail = (): void => {
    if (closed) throw new FaultError('ledger-failed', 'the ledger is closed');
  };

  const append = (events: readonly OutgoingEvent[], encoded: readonly OutboundEvent[]): void => {
    for (const event of encoded) {
      newestMs = Math.max(newestMs, event.atMs);
      outbox.of(event).append(event);
    }
    if (events.length === 0) return;
    const streams = outbox.all().map((stream) => stream.state().stream);
    const touched = streams.filter((s) =>
      events.some(({ stream }) => stream.vendor === s.vendor && stream.lane === s.lane),
    );
    for (const listener of listeners) listener(touched);
  };

  const commit = async ({ changes, events }: Commit): Promise<void> => {
    openOrFail();
    assertLanes(events, (lane) => CORE_LANES.includes(lane));
    const encoded = events.map(outboundOf);
    for (const change of changes) store(stored, change);
    for (const [i, { event }] of events.entries()) {
      const text = encoded[i];
      if ('order' in event && text !== undefined) stored.newest.set(event.order.orderNo, text);
    }
    append(events, encoded);
  };

  const commitBulk = async (events: readonly OutgoingEvent[]): Promise<void> => {
    openOrFail();
    assertLanes(events, (lane) => !CORE_LANES.includes(lane));
    append(events, events.map(outboundOf));
  };

  const moveLate = (): void => {
    for (const live of outbox.all()) {
      const { stream } = live.state();
      if (stream.lane !== 'telemetry') continue;
      const backlog = { vendor: stream.vendor, lane: 'backlog' as const satisfies LaneName };
      const late = live.takeOlder((nowMs?.() ?? newestMs) - LIVE_MAX_AGE_MS);
      for (const event of late) outbox.of(backlog).append({ ...event, ...backlog });
    }
  };

  return {
    identity: () => identity,
    health: () => 'ok',
    commit,
    commitBulk,
    onCommitted: (listener) => listeners.push(listener),
    order: async (orderNo) => stored.orders.get(orderNo),
    openOrders: async () => [...stored.orders.values()].filter(isOpen).sort(byNewest).reverse(),
    orders: async (filter) => listed(stored.orders.values(), filter),
    records: async (tradeNo) => stored.records.filter((record) => record.tradeNo === tradeNo),
    piles: async () => [...stored.piles.values()].sort((a, b) => (a.pileNo < b.pileNo ? -1 : 1)),
    command: async (id) => stored.commands.get(id),
    unfinishedCommands: async () =>
      [...stored.commands.values()].filter(({ state }) => state !== 'answered'),
    counter: async (name) => stored.counters.get(name) ?? 0,
    streams: async () => outbox.all().map((stream) => stream.state()),
    outbox: async (stream, after, limit) => {
      openOrFail();
      moveLate();
      return outbox.of(stream).slice(after, limit);
    },
    acknowledge: async (stream, watermark) => {
      openOrFail();
      const { next } = outbox.of(stream).state();
      assertWatermark(watermark, next);
      outbox.of(stream).acknowledge(watermark);
    },
    dayChecks: async () => outbox.all().flatMap((stream) => stream.dayChecks()),
    setEpoch: async (epoch) => {
      identity = { ...identity, epoch };
    },
    remint: async () => {
      outbox = renumbered(outbox, stored);
      identity = { ...identity, storeId: randomUUID(), epoch: 0 };
      return identity;
    },
    saveClock: async (reading) => {
      clock = reading;
    },
    lastClock: async () => clock,
    sizes: async () => ({ core: 0, bulk: 0 }),
    tend: async () => moveLate(),
    close: async () => {
      closed = true;
    },
  };
}
