import type { Insertable } from 'kysely';
import type { Origin, Plan } from '../sql/plan.ts';
import type { ParkedTable } from '../sql/schema.ts';
import { answerWriter } from './commands.ts';
import type { SqliteDatabase } from './database.ts';
import { orderWriter } from './order-writes.ts';
import { insertRow } from './statements.ts';

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

/** Writes a plan inside the running transaction; returns what has to be parked, nothing of it written. */
export type WritePlan = (origin: Origin, plan: Plan) => readonly Insertable<ParkedTable>[];

export function planWriter(database: SqliteDatabase): WritePlan {
  const write = eventStatements(database);
  const answer = answerWriter(database);
  const writeOrders = orderWriter(database, write);

  return (origin, plan) => {
    const parked = [...plan.parked, ...writeOrders(origin, plan.orders)];
    for (const row of plan.piles.values()) write.pile(row);
    for (const row of plan.connectors.values()) write.connector(row);
    for (const row of plan.measurements) write.measurement(row);
    for (const given of plan.answers) answer(origin.siteId, given);
    for (const row of plan.log) write.log(row);
    for (const row of plan.captures) write.capture(row);
    return parked;
  };
}
