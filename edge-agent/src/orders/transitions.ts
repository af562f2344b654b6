import type { Order, OrderEventKind } from '@holdfast/shared/order/order';
import type { Refusal } from '@holdfast/shared/pile/refusals';
import { eventOf } from './opening.ts';
import type { Moment, OrderEffect, Session, Step } from './session.ts';

/* The moves that several states have in common. Each gives a whole step. */

/** No change that anybody must be told of. */
export const stay = (session: Session, ...effects: OrderEffect[]): Step => ({ session, effects });

/** Changes the order: the event is saved before any of the other effects. */
export function move(
  session: Session,
  kind: OrderEventKind,
  change: Partial<Order>,
  at: Moment,
  ...effects: OrderEffect[]
): Step {
  const event = eventOf(kind, { ...session.order, ...change }, at.wallMs);
  return {
    session: { ...session, order: event.order },
    effects: [{ do: 'save', event }, ...effects],
  };
}

/** Tells the pile to stop this connector. */
export const sendStop = ({ order }: Session): OrderEffect => ({
  do: 'send',
  command: { do: 'stop', connectorNo: order.connectorNo },
});

export const tellRefused = (refusal: Refusal): OrderEffect => ({
  do: 'tell',
  news: { news: 'not-started', refusal },
});

/** [ORD-2], [ORD-3]: the start came to nothing. */
export const fail = (
  session: Session,
  refusal: Refusal,
  at: Moment,
  ...more: OrderEffect[]
): Step =>
  move(
    { ...session, endedMono: at.monoMs },
    'OrderFailed',
    { state: 'failed', failReason: refusal, endedAtMs: at.wallMs },
    at,
    ...more,
    tellRefused(refusal),
  );

/** The charge is over; its record is due. `endedAtMs`: when it was last known to be idle. */
export const end = (session: Session, at: Moment, endedAtMs: number = at.wallMs): Step =>
  move(
    { ...session, endedMono: at.monoMs - Math.max(0, at.wallMs - endedAtMs) },
    'ChargingEnded',
    { state: 'awaiting-record', endedAtMs },
    at,
    { do: 'tell', news: { news: 'stopped' } },
  );

/** [ORD-6]: the pile is told to stop; the order stays open until it says what it delivered. */
export const stop = (session: Session, at: Moment): Step =>
  move(
    { ...session, stopSentMono: at.monoMs },
    'StopRequested',
    { state: 'stopping' },
    at,
    sendStop(session),
  );

/** [ORD-4]: a pile that charges although it should not is told again, but not at every report. */
export function stopAgain(session: Session, at: Moment, againMs: number, ...more: OrderEffect[]) {
  const { stopSentMono } = session;
  if (stopSentMono !== null && at.monoMs - stopSentMono < againMs) return stay(session);
  return stay({ ...session, stopSentMono: at.monoMs }, sendStop(session), ...more);
}
