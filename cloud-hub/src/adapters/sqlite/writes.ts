import type { Insertable } from 'kysely';
import type { Plan, PlannedOrder } from '../sql/plan.ts';
import { type Origin, parkedRow } from '../sql/plan.ts';
import type { ParkedTable } from '../sql/schema.ts';
import { answerWriter } from './commands.ts';
import type { SqliteDatabase } from './database.ts';
import { insertRow, selectOne } from './statements.ts';

const ORDER_COLUMNS = [
  'order_no',
  'event_no',
  'site_id',
  'vendor',
  'pile_no',
  'connector_no',
  'state',
  'start_method',
  'account',
  'card_no',
  'vin',
  'opened_at_ms',
  'charging_at_ms',
  'ended_at_ms',
  'settled_at_ms',
  'energy',
  'electricity_fen',
  'service_fen',
  'total_fen',
  'pile_total_fen',
  'difference_fen',
  'exception_count',
  'settled_fen',
  'received_at_ms',
] as const;
const ROW_COLUMNS = [
  'order_no',
  'event_no',
  'row_no',
  'kind',
  'from_ms',
  'to_ms',
  'energy',
  'electricity_price',
  'service_price',
  'electricity_fen',
  'service_fen',
  'interpolated',
  'adjustment',
] as const;
const MEASUREMENT_COLUMNS = [
  'site_id',
  'pile_no',
  'connector_no',
  'at_ms',
  'received_at_ms',
  'trade_no',
  'status',
  'plugged',
  'homed',
  'voltage_mv',
  'current_ma',
  'soc',
  'energy',
  'loss_energy',
  'amount',
  'charged_minutes',
  'remain_minutes',
  'cable_temp_c',
  'battery_temp_c',
  'faults',
] as const;

/** The statements that write events, each compiled once. */
export function eventStatements(database: SqliteDatabase) {
  const pileColumns = [
    'site_id',
    'pile_no',
    'vendor',
    'online',
    'adopted',
    'connector_count',
    'dc',
    'firmware',
    'protocol_version',
    'seen_at_ms',
  ] as const;
  const connectorColumns = [
    'site_id',
    'pile_no',
    'connector_no',
    'vendor',
    'state',
    'plugged',
    'order_no',
    'faults',
    'at_ms',
  ] as const;
  return {
    orderEvent: insertRow(
      database,
      'order_event',
      ['order_no', 'event_no', 'kind', 'kind_version', 'at_ms', 'received_at_ms', 'body'],
      { do: 'ignore' },
    ),
    order: insertRow(database, 'charge_order', ORDER_COLUMNS, {
      do: 'update',
      keys: ['order_no'],
      newerBy: 'event_no',
    }),
    billRow: insertRow(database, 'order_row', ROW_COLUMNS, { do: 'ignore' }),
    pile: insertRow(database, 'pile', pileColumns, { do: 'update', keys: ['site_id', 'pile_no'] }),
    connector: insertRow(database, 'connector', connectorColumns, {
      do: 'update',
      keys: ['site_id', 'pile_no', 'connector_no'],
    }),
    measurement: insertRow(database, 'measurement', MEASUREMENT_COLUMNS),
    log: insertRow(database, 'site_log', [
      'site_id',
      'vendor',
      'kind',
      'pile_no',
      'body',
      'at_ms',
      'received_at_ms',
    ]),
    capture: insertRow(database, 'capture', [
      'site_id',
      'vendor',
      'pile_no',
      'body',
      'at_ms',
      'received_at_ms',
    ]),
  };
}
export type EventStatements = ReturnType<typeof eventStatements>;

type WriteOrder = (origin: Origin, planned: PlannedOrder) => Insertable<ParkedTable> | undefined;

/**
 * Money has natural keys besides the watermark: the second of two equal events changes nothing, and
 * an order that its record has settled is never changed by an event without one. A box that was set
 * back gives its numbers out again; what it says of an order that still waits for its record is taken
 * under the next number, anything else is parked ([SYNC-10]).
 */
function orderWriter(database: SqliteDatabase, write: EventStatements): WriteOrder {
  const storedEvent = selectOne(
    database,
    database.db
      .selectFrom('order_event')
      .select('event_no')
      .where('order_no', '=', '')
      .where('event_no', '=', 0),
  );
  const storedOrder = selectOne(
    database,
    database.db
      .selectFrom('charge_order')
      .select(['event_no', 'site_id', 'vendor', 'pile_total_fen'])
      .where('order_no', '=', ''),
  );
  const sameEvent = selectOne(
    database,
    database.db
      .selectFrom('order_event')
      .select('event_no')
      .where('order_no', '=', '')
      .where('body', '=', ''),
  );
  const put = ({ event, order, rows }: PlannedOrder): undefined => {
    write.orderEvent(event);
    write.order(order);
    for (const row of rows) write.billRow(row);
    return undefined;
  };

  return (origin, planned) => {
    const { event, order, source } = planned;
    const parked = (cause: string) => parkedRow(origin, source, `order ${event.order_no} ${cause}`);
    const known = storedOrder(event.order_no);
    if (known === undefined) return put(planned);
    if (known.site_id !== origin.siteId || known.vendor !== origin.vendor) {
      return parked(`belongs to ${known.site_id}, ${known.vendor}`);
    }
    const wasSettled = known.pile_total_fen !== null;
    const hasRecord = order.pile_total_fen !== null;
    if (event.event_no > known.event_no) {
      // Beyond all numbers that are stored, so it cannot be one of them come again.
      return wasSettled && !hasRecord ? parked('is settled by its record') : put(planned);
    }
    if (sameEvent(event.order_no, event.body) !== undefined) return undefined;
    if (storedEvent(event.order_no, event.event_no) === undefined) return put(planned);
    if (!wasSettled && hasRecord) return put(renumbered(planned, known.event_no + 1));
    return parked(`already has another event ${event.event_no}`);
  };
}

const renumbered = ({ event, order, rows, source }: PlannedOrder, no: number): PlannedOrder => ({
  source,
  event: { ...event, event_no: no },
  order: { ...order, event_no: no },
  rows: rows.map((row) => ({ ...row, event_no: no })),
});

/** Writes a plan inside the running transaction; returns what has to be parked, nothing of it written. */
export type WritePlan = (origin: Origin, plan: Plan) => readonly Insertable<ParkedTable>[];

export function planWriter(database: SqliteDatabase): WritePlan {
  const write = eventStatements(database);
  const answer = answerWriter(database);
  const writeOrder = orderWriter(database, write);

  return (origin, plan) => {
    const parked = [...plan.parked];
    for (const planned of plan.orders) {
      const row = writeOrder(origin, planned);
      if (row !== undefined) parked.push(row);
    }
    for (const row of plan.piles.values()) write.pile(row);
    for (const row of plan.connectors.values()) write.connector(row);
    for (const row of plan.measurements) write.measurement(row);
    for (const given of plan.answers) answer(origin.siteId, given);
    for (const row of plan.log) write.log(row);
    for (const row of plan.captures) write.capture(row);
    return parked;
  };
}
