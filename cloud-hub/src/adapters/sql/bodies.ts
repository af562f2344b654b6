import { FaultError } from '@holdfast/shared/errors/fault';
import type { OrderEvent } from '@holdfast/shared/order/order';
import { type DecodedEvent, decodeEvent } from '@holdfast/shared/sync/encode';
import type { AlarmRaised, ClockStepped, SecurityRaised } from '@holdfast/shared/sync/events';
import type { WireEvent } from '@holdfast/shared/sync/messages';

/** Reads an event as it came over the wire. Total. */
export const eventOf = ([, , kind, kindVersion, key, body]: WireEvent): DecodedEvent =>
  decodeEvent(kind, kindVersion, key, body);

/** An order event as it is stored. It was read before it was stored, so it reads again. */
export function orderEventOf(row: {
  readonly order_no: string;
  readonly kind: string;
  readonly kind_version: number;
  readonly body: string;
}): OrderEvent {
  const read = decodeEvent(row.kind, row.kind_version, row.order_no, JSON.parse(row.body));
  if (read.ok && 'order' in read.value) return read.value;
  const why = read.ok ? 'it is no order event' : read.reason;
  throw new FaultError('internal', `stored event of order ${row.order_no}: ${why}`);
}

/** What a site wanted read, as it is stored. */
export const logEventOf = (row: {
  readonly kind: LogEvent['kind'];
  readonly body: string;
}): LogEvent => ({ ...(JSON.parse(row.body) as LogEvent), kind: row.kind }) as LogEvent;
type LogEvent = AlarmRaised | ClockStepped | SecurityRaised;
