import type { BillException } from '@holdfast/shared/money/bill';
import { newSession } from './opening.ts';
import type { ChargeBegin, Moment, OrderEffect, OrderRules, Session, Step } from './session.ts';
import { move, sendStop, stay, stopAgain } from './transitions.ts';

/* Charges that their pile began: the order follows, and never the other way round ([ORD-18]). */

const REFUSED: BillException = 'not-authorised';

const answer = (session: Session, begin: ChargeBegin): OrderEffect => ({
  do: 'send',
  command: {
    do: 'chargeStored',
    connectorNo: session.order.connectorNo,
    request: begin.request,
    tradeNo: session.order.orderNo,
    charge: begin.charge,
    refusal: begin.refusal,
    group: begin.group,
    expiresAtMs: begin.expiresAtMs,
  },
});

/** What is the same of every begin: the charge is in the order, the message in the same commit. */
const noted = (begin: ChargeBegin) => ({ charge: begin.charge, chargingAtMs: begin.startedAtMs });

/** [ORD-18], [ORD-19]: an order for a charge that nobody here asked for, or that should not be. */
export function openBegun(begin: ChargeBegin, at: Moment): Step {
  const { opening, refusal, late } = begin;
  const session = { ...newSession(opening, at), accepted: true };
  const unwanted = refusal !== null && !late;
  const exceptions = refusal === null ? [] : [REFUSED];
  const seen = unwanted ? { ...session, stopSentMono: at.monoMs } : session;
  return move(
    seen,
    'OrderOpened',
    { state: 'charging', ...noted(begin), exceptions },
    at,
    { do: 'keep-record' },
    answer(session, begin),
    ...(unwanted ? [sendStop(session)] : []),
  );
}

/** The begin that a start of ours has waited for. */
export const beginStarted = (session: Session, begin: ChargeBegin, at: Moment): Step =>
  move(
    { ...session, accepted: true, waitsForPlug: false, reportMono: at.monoMs },
    'ChargingStarted',
    { state: 'charging', ...noted(begin) },
    at,
    { do: 'keep-record' },
    answer(session, begin),
    { do: 'tell', news: { news: 'started' } },
  );

/** The order runs already, by a report or under a stop: now it has its pile's name for it. */
export function nameCharge(session: Session, begin: ChargeBegin, at: Moment): Step {
  const { order } = session;
  const chargingAtMs = order.chargingAtMs ?? begin.startedAtMs;
  const change = { charge: begin.charge, chargingAtMs };
  const kind = order.chargingAtMs === null ? 'ChargingStarted' : 'OrderRevised';
  // A stop that came before the begin had no charge to name.
  const again = order.state === 'stopping' && !begin.late ? [sendStop(session)] : [];
  return move(session, kind, change, at, { do: 'keep-record' }, answer(session, begin), ...again);
}

/** The record of the charge came before its begin: what is settled stays, and gets its name. */
export const nameSettled = (session: Session, begin: ChargeBegin, at: Moment): Step =>
  move(
    session,
    'OrderRevised',
    { charge: begin.charge },
    at,
    { do: 'keep-record' },
    answer(session, begin),
  );

/** [ORD-4]: its start has failed meanwhile; the charge is written down, and told to stop. */
export function beginFailed(
  session: Session,
  begin: ChargeBegin,
  at: Moment,
  rules: OrderRules,
): Step {
  const late: ChargeBegin = { ...begin, refusal: begin.refusal ?? 'no-confirmation' };
  const named = move(
    session,
    'OrderRevised',
    { charge: begin.charge, chargingAtMs: begin.startedAtMs },
    at,
    { do: 'keep-record' },
    answer(session, late),
  );
  if (begin.late) return named;
  const stopped = stopAgain(named.session, at, rules.stopAgainMs, {
    do: 'raise',
    alarm: 'charges-without-order',
  });
  return { session: stopped.session, effects: [...named.effects, ...stopped.effects] };
}

/** [ORD-19]: a charge that should not be is told so again while it goes on. */
export const stopUnwanted = (session: Session, at: Moment, rules: OrderRules): Step =>
  session.order.exceptions.includes(REFUSED)
    ? stopAgain(session, at, rules.stopAgainMs)
    : stay(session);
