import { randomUUID } from 'node:crypto';
import type { Order, OrderEventKind, OrderState } from '@holdfast/shared/order/order';
import { ORDER_EVENT_KINDS } from '@holdfast/shared/order/order';
import { orderOf } from '@holdfast/shared/order/order-text';
import type { SiteEvent } from '@holdfast/shared/sync/events';
import type { LaneName } from '@holdfast/shared/sync/lanes';
import type { Database } from 'better-sqlite3';
import type { LedgerIdentity } from '../../../ports/ledger.ts';
import { type OutboundEvent, outboundOf } from '../outbound-event.ts';
import { readIdentity } from './identity.ts';
import type { Meta } from './meta.ts';
import { renumbering } from './renumber.ts';
import type { StreamTables } from './stream-tables.ts';

interface KeptOrder {
  readonly orderNo: string;
  readonly pileNo: string;
  readonly openedAtMs: number;
  readonly body: string;
  readonly eventKind: string | null;
  readonly eventAtMs: number | null;
}

/** The event that brings an order into a state: for orders saved by an agent of schema 1. */
const KIND_OF_STATE: Readonly<Record<OrderState, OrderEventKind>> = {
  starting: 'OrderOpened',
  charging: 'ChargingStarted',
  stopping: 'StopRequested',
  'awaiting-record': 'ChargingEnded',
  settled: 'OrderSettled',
  failed: 'OrderFailed',
  orphan: 'OrphanKept',
};

const newestTimeOf = (order: Order): number =>
  order.settledAtMs ?? order.endedAtMs ?? order.chargingAtMs ?? order.openedAtMs;

/** The newest event of a kept order; an alarm where the order cannot be read any more. */
function eventOf(kept: KeptOrder): OutboundEvent {
  const read = orderOf(JSON.parse(kept.body));
  const of = (vendor: string, lane: LaneName, event: SiteEvent, atMs: number): OutboundEvent =>
    outboundOf({ stream: { vendor, lane }, event, atMs });
  if (!read.ok) {
    const text = `order ${kept.orderNo} cannot be read: ${read.reason}`;
    const alarm = {
      kind: 'AlarmRaised',
      code: 'order-unreadable',
      pileNo: kept.pileNo,
      text,
    } as const;
    return of('', 'control', alarm, kept.openedAtMs);
  }
  const order = read.value;
  const kind = ORDER_EVENT_KINDS.find((k) => k === kept.eventKind) ?? KIND_OF_STATE[order.state];
  const atMs = kept.eventAtMs ?? newestTimeOf(order);
  return of(order.vendor, 'money', { kind, eventNo: order.eventNo, atMs, order }, atMs);
}

const ORDERS_A_STEP = 500;

/** Kept orders in the order in which they were opened, a step at a time. */
function* keptOrders(db: Database): Generator<KeptOrder> {
  const select = db.prepare<[number, string, number], KeptOrder>(
    `SELECT order_no AS orderNo, pile_no AS pileNo, opened_at_ms AS openedAtMs, body,
       event_kind AS eventKind, event_at_ms AS eventAtMs FROM orders
     WHERE (opened_at_ms, order_no) > (?, ?) ORDER BY opened_at_ms, order_no LIMIT ?`,
  );
  let page = select.all(-1, '', ORDERS_A_STEP);
  while (page.length > 0) {
    yield* page;
    const last = page.at(-1);
    page = last === undefined ? [] : select.all(last.openedAtMs, last.orderNo, ORDERS_A_STEP);
  }
}

/**
 * Makes this a new store ([SYNC-10]): another id, no epoch, every stream from 1. The hub gets the newest
 * event of each kept order again, then all that waits; natural keys absorb what it had.
 */
export function reminter(
  db: Database,
  tables: StreamTables,
  append: (event: OutboundEvent) => void,
  meta: Meta,
): () => LedgerIdentity {
  const keys = db.prepare<[number], { readonly key: string }>(
    'SELECT DISTINCT key FROM outbox WHERE stream = ?',
  );
  const numbers = renumbering(db, tables);
  return () => {
    meta.set('store_id', randomUUID());
    meta.set('epoch', '0');
    const cursors = tables.cursors.all();
    const waiting = new Set<string>();
    for (const cursor of cursors) {
      if (cursor.stream.lane === 'money')
        for (const { key } of keys.all(cursor.no)) waiting.add(key);
      numbers.lift(cursor);
    }
    for (const kept of keptOrders(db)) if (!waiting.has(kept.orderNo)) append(eventOf(kept));
    for (const cursor of cursors) numbers.settle(cursor);
    return readIdentity(meta);
  };
}
