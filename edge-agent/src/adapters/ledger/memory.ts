import { randomUUID } from 'node:crypto';
import { FaultError } from '@holdfast/shared/errors/fault';
import type { Order } from '@holdfast/shared/order/order';
import { CORE_LANES, type StreamId } from '@holdfast/shared/sync/lanes';
import type { ClockReading } from '@holdfast/shared/sync/messages';
import type { Commit, LedgerIdentity, OutgoingEvent } from '../../ports/ledger.ts';
import { assertLanes, streamsOf } from './call-checks.ts';
import { memoryOutbox } from './memory-outbox.ts';
import { memoryStore } from './memory-store.ts';
import { type OutboundEvent, outboundOf } from './outbound-event.ts';
import type { TendedLedger } from './tended-ledger.ts';

/** The newest money events of orders of which nothing waits: what a new store sends again. */
function sentOnce(
  orders: readonly Order[],
  newest: ReadonlyMap<string, OutboundEvent>,
  waiting: readonly OutboundEvent[],
): readonly OutboundEvent[] {
  const keys = new Set(waiting.filter(({ lane }) => lane === 'money').map(({ key }) => key));
  return orders.flatMap(({ orderNo }) => (keys.has(orderNo) ? [] : (newest.get(orderNo) ?? [])));
}

/**
 * The port of the ledger in memory, for tests of other rooms: same rules, same contract suite, gone
 * with the process. Without `nowMs` the newest event tells how late it is.
 */
export function memoryLedger(siteId: string, nowMs?: () => number): TendedLedger {
  const store = memoryStore();
  const outbox = memoryOutbox(nowMs);
  const newest = new Map<string, OutboundEvent>();
  const listeners: ((streams: readonly StreamId[]) => void)[] = [];
  let identity: LedgerIdentity = { siteId, storeId: randomUUID(), epoch: 0, bootNo: 1 };
  let clock: ClockReading | undefined;
  let closed = false;

  const append = (events: readonly OutgoingEvent[], encoded: readonly OutboundEvent[]): void => {
    for (const event of encoded) {
      outbox.append(event);
      if (event.lane === 'money') newest.set(event.key, event);
    }
    if (events.length > 0) for (const listener of listeners) listener(streamsOf(events));
  };
  const assertCall = (events: readonly OutgoingEvent[], inCore: boolean): void => {
    if (closed) throw new FaultError('ledger-failed', 'the ledger is closed');
    assertLanes(events, (lane) => CORE_LANES.includes(lane) === inCore);
  };
  return {
    ...store.port,
    ...outbox.port,
    identity: () => identity,
    health: () => 'ok',
    commit: async ({ changes, events }: Commit) => {
      assertCall(events, true);
      // What has no text throws here, before anything is kept.
      const encoded = events.map(outboundOf);
      for (const change of changes) store.save(change);
      append(events, encoded);
    },
    commitBulk: async (events) => {
      assertCall(events, false);
      append(events, events.map(outboundOf));
    },
    onCommitted: (listener) => {
      listeners.push(listener);
    },
    setEpoch: async (epoch) => {
      identity = { ...identity, epoch };
    },
    remint: async () => {
      outbox.renumber((waiting) => sentOnce(store.allOrders(), newest, waiting));
      identity = { ...identity, storeId: randomUUID(), epoch: 0 };
      return identity;
    },
    saveClock: async (reading) => {
      clock = reading;
    },
    lastClock: async () => clock,
    sizes: async () => ({ core: 0, bulk: 0 }),
    tend: async () => outbox.moveLate(),
    close: async () => {
      closed = true;
    },
  };
}
