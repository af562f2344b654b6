import type { Insertable } from 'kysely';
import { type Origin, type PlannedOrder, parkedRow } from '../sql/plan.ts';
import type { ChargeOrderTable, ParkedTable } from '../sql/schema.ts';
import type { SqliteDatabase } from './database.ts';
import { selectOne } from './statements.ts';
import type { EventStatements } from './writes.ts';

/** An order as far as it decides what becomes of its next event. */
interface KnownOrder {
  readonly eventNo: number;
  readonly siteId: string;
  readonly vendor: string;
  /** Its pile's record has settled it. */
  readonly hasRecord: boolean;
  /** What is to be written when all events are through; a life of an order is one row in the end. */
  readonly row?: Insertable<ChargeOrderTable>;
}

type WriteOrders = (
  origin: Origin,
  orders: readonly PlannedOrder[],
) => readonly Insertable<ParkedTable>[];

/**
 * Money has natural keys besides the watermark: the second of two equal events changes nothing, and
 * an order that its record has settled is never changed by an event without one. A box that was set
 * back gives its numbers out again; what it says of an order that still waits for its record is taken
 * under the next number, anything else is parked ([SYNC-10]).
 */
export function orderWriter(database: SqliteDatabase, write: EventStatements): WriteOrders {
  const stored = storedOrders(database);

  const put = (known: Map<string, KnownOrder>, { event, order, rows }: PlannedOrder): undefined => {
    write.orderEvent(event);
    for (const row of rows) write.billRow(row);
    const before = known.get(order.order_no);
    if (before !== undefined && order.event_no <= before.eventNo) return undefined;
    known.set(order.order_no, {
      eventNo: order.event_no,
      siteId: order.site_id,
      vendor: order.vendor,
      hasRecord: order.pile_total_fen !== null,
      row: order,
    });
    return undefined;
  };

  /** Writes one event, or says why it is parked. */
  const place = (
    known: Map<string, KnownOrder>,
    { siteId, vendor }: Origin,
    planned: PlannedOrder,
  ): string | undefined => {
    const { event, order } = planned;
    const before = known.get(event.order_no) ?? stored.order(event.order_no);
    if (before === undefined) return put(known, planned);
    known.set(event.order_no, before);
    if (before.siteId !== siteId || before.vendor !== vendor) {
      return `belongs to ${before.siteId}, ${before.vendor}`;
    }
    const hasRecord = order.pile_total_fen !== null;
    if (event.event_no > before.eventNo) {
      // Beyond all numbers that are stored, so it cannot be one of them come again.
      return before.hasRecord && !hasRecord ? 'is settled by its record' : put(known, planned);
    }
    if (stored.hasEqual(event.order_no, event.body)) return undefined;
    if (!stored.hasEvent(event.order_no, event.event_no)) return put(known, planned);
    if (!before.hasRecord && hasRecord) return put(known, renumbered(planned, before.eventNo + 1));
    return `already has another event ${event.event_no}`;
  };

  return (origin, orders) => {
    const known = new Map<string, KnownOrder>();
    const parked: Insertable<ParkedTable>[] = [];
    for (const planned of orders) {
      const cause = place(known, origin, planned);
      if (cause === undefined) continue;
      parked.push(parkedRow(origin, planned.source, `order ${planned.order.order_no} ${cause}`));
    }
    for (const { row } of known.values()) if (row !== undefined) write.order(row);
    return parked;
  };
}

/** What the database knows of orders and their events. */
function storedOrders(database: SqliteDatabase) {
  const { db } = database;
  const event = selectOne(
    database,
    db
      .selectFrom('order_event')
      .select('event_no')
      .where('order_no', '=', '')
      .where('event_no', '=', 0),
  );
  const order = selectOne(
    database,
    db
      .selectFrom('charge_order')
      .select(['event_no', 'site_id', 'vendor', 'pile_total_fen'])
      .where('order_no', '=', ''),
  );
  const equal = selectOne(
    database,
    db
      .selectFrom('order_event')
      .select('event_no')
      .where('order_no', '=', '')
      .where('body', '=', ''),
  );
  return {
    hasEvent: (orderNo: string, eventNo: number) => event(orderNo, eventNo) !== undefined,
    hasEqual: (orderNo: string, body: string) => equal(orderNo, body) !== undefined,
    order: (orderNo: string): KnownOrder | undefined => {
      const row = order(orderNo);
      if (row === undefined) return undefined;
      const { event_no: eventNo, site_id: siteId, vendor } = row;
      return { eventNo, siteId, vendor, hasRecord: row.pile_total_fen !== null };
    },
  };
}

const renumbered = ({ event, order, rows, source }: PlannedOrder, no: number): PlannedOrder => ({
  source,
  event: { ...event, event_no: no },
  order: { ...order, event_no: no },
  rows: rows.map((row) => ({ ...row, event_no: no })),
});
