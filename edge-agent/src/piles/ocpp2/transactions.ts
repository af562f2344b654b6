import { hexOf } from '@holdfast/protocols/kernel/bytes';
import type { CardVerdict, PileCommand } from '@holdfast/shared/pile/pile-command';
import type { DriverView } from '../driver.ts';
import { isFields } from '../ocpp/fields.ts';
import { chargeEnergyOf } from '../ocpp/meter-register.ts';
import { remoteTokenOf } from '../ocpp/remote-token.ts';
import {
  andThen,
  answer,
  type Call,
  emit,
  forEach,
  type OcppEffect,
  observed,
  report,
  stay,
  step,
} from '../ocpp/steps.ts';
import { askCard, identityOf, idTokenInfoOf, isSameToken } from './cards.ts';
import { type Charge, type Happening, isOwed, meterStartOf, withEvent } from './charge.ts';
import { costOf, runningCostOf } from './cost.ts';
import { drainEnded } from './drains.ts';
import { happeningIn } from './happening.ts';
import { limitDue } from './limits.ts';
import { show } from './measure.ts';
import type { PendingNote, Token } from './memory.ts';
import { live, noteReset, oldReadings, readingsOf, signedIn } from './meter.ts';
import { askQueue } from './queues.ts';
import { flawsOf, recordOf } from './record.ts';
import { gapsIn } from './sequence.ts';
import { chargeAt, chargeNamed, connectorNosOf, type Ocpp2State, withCharge } from './state.ts';
import { answered, asking, type Ocpp2Step, remember } from './step.ts';

const ACTION = 'TransactionEvent';

interface Heard {
  readonly message: Call;
  readonly now: Happening;
  readonly charge: Charge;
  readonly rawHex: string;
}

/** TransactionEvent: everything that a station says of a charge (2.0.1 E). */
export function transactionEvent(
  state: Ocpp2State,
  message: Call,
  view: DriverView,
  raw: Uint8Array,
): Ocpp2Step {
  const { so, key, now } = happeningIn(state, message, view);
  const charge = withEvent(chargeNamed(so.state, key, view), now);
  const heard: Heard = { message, now, charge, rawHex: hexOf(raw) };
  const of = { connectorNo: null, charge: { by: 'key', key } } as const;
  // The first and the last event of a charge are kept whole with its order.
  const isBetween = message.payload['eventType'] === 'Updated';
  const signed = isBetween ? signedIn(now.values, message, of, raw) : [];
  const costs = costsIn(message, key);
  const kept = step(withCharge(so.state, charge), ...so.effects, ...signed, ...costs);
  const counted = andThen(kept, (s) => noteReset(s, charge));
  const done = andThen(counted, (s) => taken(s, heard, view));
  if (charge.connectorNo === null) return done;
  const { connectorNo } = charge;
  return andThen(done, (s) => live(s, connectorNo, now.values, view));
}

/** What a station of 2.1 has worked out by a tariff of its own: the order is ours, its sum is shown. */
const costsIn = ({ payload }: Call, transactionId: string): readonly OcppEffect[] =>
  isFields(payload['costDetails'])
    ? [observed('costDetails', { transactionId, costDetails: payload['costDetails'] })]
    : [];

function taken(state: Ocpp2State, heard: Heard, view: DriverView): Ocpp2Step {
  const { charge, now } = heard;
  if (!isOwed(charge)) return notOwed(state, heard);
  const owed = unnoted(state, charge.key);
  if (charge.ended !== null) return andThen(owed, (s) => ended(s, heard, view));
  // Nothing is said of a token before the site has said it.
  const isOpen = now.token !== null && charge.stored === null;
  const isNews = now.eventType === 'Started' || !charge.asked || isOpen;
  return andThen(owed, (s) => (isNews ? began(s, heard, view) : updated(s, heard, view)));
}

/**
 * A car is plugged in and nobody pays, or somebody would pay and no car is there (E02, E03): noted, so
 * that its order begins where and when the first of both came.
 */
function notOwed(state: Ocpp2State, { message, charge, now }: Heard): Ocpp2Step {
  const said = (s: Ocpp2State): Ocpp2Step =>
    now.token === null ? step(s, answer(message.call, {})) : askCard(s, message.call, now.token);
  if (charge.ended !== null) return andThen(unnoted(state, charge.key), said);
  const { connectorNo, startedAtMs, ownStartMs } = charge;
  const token = charge.token && { idToken: charge.token.idToken, type: charge.token.type };
  const meterStart = meterStartOf(charge);
  const note: PendingNote = { connectorNo, token, startedAtMs, ownStartMs, meterStart };
  const pending = { ...state.memory.pending, [charge.key]: note };
  return andThen(remember(state, 'pending', { pending }), said);
}

function unnoted(state: Ocpp2State, key: string): Ocpp2Step {
  if (state.memory.pending[key] === undefined) return stay(state);
  const { [key]: _over, ...pending } = state.memory.pending;
  return remember(state, 'pending', { pending });
}

/** Tells the site that a charge began, and who is answered when the order is on disk. */
function beginning(
  state: Ocpp2State,
  heard: Heard,
  view: DriverView,
  call: number | null,
): Ocpp2Step | undefined {
  const { charge, now, rawHex } = heard;
  const { key, token, tradeNo, startedAtMs } = charge;
  const asked = asking(state, { call, about: 'begin', late: now.late, key, token: now.token });
  if (asked === undefined) return undefined;
  const told = withCharge(asked.state, { ...charge, asked: true, payer: token });
  return step(
    told,
    emit({
      type: 'ChargeBegan',
      connectorNo: charge.connectorNo ?? freeConnector(state, view),
      request: asked.request,
      charge: { key, meterStart: meterStartOf(charge) },
      tradeNo,
      identity: token === null ? null : identityOf(token),
      startedAtMs,
      late: now.late,
      rawHex,
      frameType: ACTION,
    }),
  );
}

/** Where a charge is that never said it: not where another one runs. */
const freeConnector = (state: Ocpp2State, view: DriverView): number =>
  connectorNosOf(state).find((no) => chargeAt(state, no, view) === undefined) ?? 1;

const began = (state: Ocpp2State, heard: Heard, view: DriverView): Ocpp2Step =>
  beginning(state, heard, view, heard.message.call) ?? stay(state);

/** What is said of a token in an event of a charge that is stored; of a refused payer always. */
function infoOf({ stored, payer }: Charge, token: Token | null) {
  const { refusal = null, group = null, expiresAtMs = null } = stored ?? {};
  if (token === null && (refusal === null || payer === null)) return {};
  return { idTokenInfo: idTokenInfoOf(refusal, group, expiresAtMs) };
}

const NOT_KNOWN: CardVerdict = { refusal: 'account-missing', group: null, expiresAtMs: null };

/** Whether a token is the one that the site has decided about: its own, or that of its order. */
const isPayer = ({ payer, stored }: Charge, token: Token): boolean =>
  isSameToken(token, payer) ||
  (stored !== null && isSameToken(token, { ...token, idToken: remoteTokenOf(stored.orderNo) })) ||
  // A button is nobody, whoever pressed it.
  (token.idToken === '' && payer === null);

/** An event in the middle: old readings go to the bill, another token is asked about. */
function updated(state: Ocpp2State, heard: Heard, view: DriverView): Ocpp2Step {
  const { message, now, charge } = heard;
  const old = oldReadings(charge, now.values, now.by);
  const { token } = now;
  if (token !== null && !isPayer(charge, token)) {
    return askCard(state, message.call, token, ...old);
  }
  const payload = { ...infoOf(charge, token), ...runningCostOf(state, charge, view) };
  return step(state, answer(message.call, payload), ...old);
}

/**
 * [OCPP-C1], [OCPP-C13] A charge that has ended: its record goes to the site, again with whatever
 * comes later; one whose beginning never came begins first.
 */
function ended(state: Ocpp2State, heard: Heard, view: DriverView): Ocpp2Step {
  const { charge, message, now, rawHex } = heard;
  const opened = charge.asked ? stay(state) : (beginning(state, heard, view, null) ?? stay(state));
  return andThen(opened, (s) => {
    const { key } = charge;
    const waiting = { call: message.call, about: 'record', late: now.late, key } as const;
    const asked = asking(s, { ...waiting, token: now.token });
    if (asked === undefined) return stay(s);
    const { token } = now;
    const other = token === null || isPayer(charge, token) ? null : identityOf(token);
    const endedBy = other === null ? {} : { endedBy: other };
    const uploaded = emit({
      type: 'RecordUploaded',
      record: recordOf(s.pileNo, charge, now.by),
      rawHex,
      frameType: ACTION,
      charge: { by: 'key', key },
      request: asked.request,
      ...endedBy,
    });
    const reported = report(asked.state, flawsOf(charge));
    const isEnd = now.eventType === 'Ended' && s.settings.isTended;
    const isGapped = isEnd && gapsIn(charge.sequence).length > 0;
    const asks: readonly OcppEffect[] = isGapped ? [askQueue(key)] : [];
    return andThen(reported, (r) => step(r, uploaded, ...asks));
  });
}

/** The order is on disk: the event is answered, and who pays with it ([OCPP-C7], [OCPP-C10]). */
export function chargeStored(
  state: Ocpp2State,
  command: Extract<PileCommand, { do: 'chargeStored' }>,
  view: DriverView,
): Ocpp2Step {
  const { found, rest } = answered(state, command.request, 'begin');
  if (found === undefined) return stay(state);
  const { tradeNo: orderNo, refusal, group, expiresAtMs = null, connectorNo } = command;
  const before = chargeNamed(rest, found.key, view);
  const stored = { orderNo, no: command.charge.no, refusal, group, expiresAtMs };
  const charge: Charge = {
    ...before,
    stored,
    asked: true,
    connectorNo: before.connectorNo ?? connectorNo,
    warned: refusal !== null && found.call !== null && !found.late && !rest.settings.isTended,
  };
  const by = { clock: rest.clock, nowMs: view.nowMs };
  const late = found.late ? readingsOf(orderNo, chargeEnergyOf(charge.register).readings, by) : [];
  const said: readonly OcppEffect[] =
    found.call === null ? [] : [answer(found.call, infoOf(charge, found.token))];
  const told = step(withCharge(rest, charge), ...said, ...late);
  const isOld = found.late || charge.ended !== null;
  if (isOld) return told;
  // The profile of a charge has ended with the charge before.
  const limited = andThen(told, (s) => limitDue(s, charge.connectorNo ?? connectorNo, view));
  return andThen(limited, (s) => show(s, connectorNo, view));
}

/** The record is on disk: the event is answered, and what waited for the end of the charge goes on. */
export function recordStored(
  state: Ocpp2State,
  { request, card }: Extract<PileCommand, { do: 'recordStored' }>,
  view: DriverView,
): Ocpp2Step {
  const { found, rest } = answered(state, request, 'record');
  if (found === undefined) return stay(state);
  const { key, call, token } = found;
  const charge = chargeNamed(rest, key, view);
  const payload = { ...endingInfoOf(charge, token, card), ...costOf(state, charge, view) };
  const said: readonly OcppEffect[] = call === null ? [] : [answer(call, payload)];
  return andThen(step(rest, ...said), (s) => drainEnded(s, key));
}

/** What is said of the token that ended a charge: of another than the payer's what the site thinks. */
function endingInfoOf(charge: Charge, token: Token | null, card: CardVerdict | undefined) {
  if (token === null || isPayer(charge, token)) return infoOf(charge, token);
  const { refusal, group, expiresAtMs } = card ?? NOT_KNOWN;
  return { idTokenInfo: idTokenInfoOf(refusal, group, expiresAtMs) };
}

/** [OCPP-C18] What the site could not take is not on disk: nobody answers, and it is told again. */
export function unheard(state: Ocpp2State, request: string): Ocpp2Step {
  const lost = state.waiting.filter((one) => one.request === request);
  const waiting = state.waiting.filter((one) => one.request !== request);
  const rest: Ocpp2State = { ...state, waiting };
  return forEach(rest, lost, (s, { about, key }) => {
    const charge = s.charges.find((one) => one.key === key);
    if (about !== 'begin' || charge === undefined || charge.stored !== null) return stay(s);
    return stay(withCharge(s, { ...charge, asked: false }));
  });
}
