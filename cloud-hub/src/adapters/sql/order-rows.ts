import { FaultError } from '@holdfast/shared/errors/fault';
import type { Order, OrderEvent } from '@holdfast/shared/order/order';
import type { Insertable } from 'kysely';
import type { ChargeOrderTable, OrderRowTable } from './schema.ts';

/**
 * Counts are kept as integers that a double holds too: 90 million million yuan are enough. A count
 * that no meter can show throws `invalid-input`; its event is parked.
 */
export function columnOf(count: bigint): number {
  const n = Number(count);
  if (!Number.isSafeInteger(n)) throw new FaultError('invalid-input', `${count} is out of bounds`);
  return n;
}

const orNull = (count: bigint | null | undefined): number | null =>
  count === null || count === undefined ? null : columnOf(count);

/** What listings and sums ask of an order. */
export function chargeOrderRow(order: Order, receivedAtMs: number): Insertable<ChargeOrderTable> {
  const { bill, payer } = order;
  return {
    order_no: order.orderNo,
    event_no: order.eventNo,
    site_id: order.siteId,
    vendor: order.vendor,
    pile_no: order.pileNo,
    connector_no: order.connectorNo,
    state: order.state,
    start_method: order.startMethod,
    account: payer.account,
    card_no: payer.cardNo,
    vin: payer.vin,
    opened_at_ms: order.openedAtMs,
    charging_at_ms: order.chargingAtMs,
    ended_at_ms: order.endedAtMs,
    settled_at_ms: order.settledAtMs,
    energy: orNull(bill?.energy),
    electricity_fen: orNull(bill?.electricity),
    service_fen: orNull(bill?.service),
    total_fen: orNull(bill?.total),
    pile_total_fen: orNull(order.pileTotal),
    difference_fen: orNull(order.difference),
    exception_count: order.exceptions.length,
    settled_fen: order.state === 'settled' ? columnOf(bill?.total ?? 0n) : null,
    received_at_ms: receivedAtMs,
  };
}

/** The rows of the bill that an event brought; events before the settlement bring none. */
export function billRows(event: OrderEvent): readonly Insertable<OrderRowTable>[] {
  const { order, eventNo } = event;
  if (order.bill === null) return [];
  return order.bill.rows.map((row, rowNo) => ({
    order_no: order.orderNo,
    event_no: eventNo,
    row_no: rowNo,
    kind: row.kind,
    from_ms: row.fromMs ?? null,
    to_ms: row.toMs ?? null,
    energy: columnOf(row.energy),
    electricity_price: columnOf(row.electricityPrice),
    service_price: columnOf(row.servicePrice),
    electricity_fen: columnOf(row.electricity),
    service_fen: columnOf(row.service),
    interpolated: row.interpolated === true ? 1 : 0,
    adjustment: row.adjustment === true ? 1 : 0,
  }));
}
