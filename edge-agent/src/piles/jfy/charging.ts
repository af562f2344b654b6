import { PROFILE_0 } from '@holdfast/protocols/jfy/profile-0';
import { bcdTimeOf } from '@holdfast/protocols/kernel/field-bcd-time';
import { vinOf } from '@holdfast/protocols/ykc/vin';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { Identity } from '@holdfast/shared/pile/pile-event';
import { REFUSALS, type Refusal } from '@holdfast/shared/pile/refusals';
import { fen } from '@holdfast/shared/units';
import type { DriverView } from '../driver.ts';
import { balanceOf, cardNoOf } from '../ykc/map.ts';
import { call, control } from './login.ts';
import { type Ask, connectorOf, gunOf, type JfyState, withGun } from './state.ts';
import {
  andThen,
  emit,
  type Heard,
  type JfyEffect,
  type JfyStep,
  reply,
  stay,
  step,
  tell,
} from './step.ts';
import { startedAt, tradeNoAt } from './trade.ts';

type Command<D extends PileCommand['do']> = Extract<PileCommand, { do: D }>;

const { results, controls } = PROFILE_0;
/** Digits of a card as readers read it. */
const CARD = /^(?:[0-9A-Fa-f]{2}){4,16}$/;

export const startAnswered = (
  connectorNo: number,
  tradeNo: string,
  refusal: Refusal | null,
): JfyEffect => emit({ type: 'StartAnswered', connectorNo, tradeNo, refusal });

/** Who asks. `undefined`: nobody that can be looked up. */
function identityOf({ way, identity, password }: Heard<'account'>['body']): Identity | undefined {
  if (way === 'vin') {
    const vin = vinOf(identity);
    return vin === null ? undefined : { by: 'vin', vin };
  }
  if (way !== 'card' || identity === '') return undefined;
  const cardNo = CARD.test(identity) ? cardNoOf(identity) : null;
  if (cardNo === null) return { by: 'token', token: identity, tokenType: 'card' };
  return { by: 'card', cardNo, passwordMd5: password === '' ? null : password.toLowerCase() };
}

/** [JFY-ASK-3] Refusals have a number each, from 1 on; 0 allows. */
const refused = (seq: string, gunNo: number, text: string, refusal: Refusal): JfyEffect =>
  reply(seq, 'accountAck', {
    gunNo,
    identity: text,
    refusal: REFUSALS.indexOf(refusal) + 1,
    balance: fen(0n),
    user: '',
  });

/** [JFY-ASK-1], [JFY-ASK-2]: 204. */
export function asked(state: JfyState, { seq, body }: Heard<'account'>, view: DriverView): JfyStep {
  const { gunNo, identity: text } = body;
  const connectorNo = connectorOf(gunNo);
  const identity = identityOf(body);
  if (identity === undefined || connectorNo === undefined) {
    const refusal = body.way === 'vin' ? 'vin-unknown' : 'account-missing';
    return step(state, refused(seq, gunNo, text, refusal));
  }
  const before = gunOf(state, connectorNo).ask;
  const undecided = before !== null && view.nowMs - before.atMs < state.settings.askMs;
  if (undecided && before.text === text) {
    return stay(withGun(state, connectorNo, { ask: { ...before, seq } }));
  }
  const request = `${state.asked}`;
  const ask: Ask = { request, seq, gunNo, text, identity, atMs: view.nowMs };
  return step(
    withGun({ ...state, asked: state.asked + 1 }, connectorNo, { ask }),
    emit({ type: 'StartAsked', connectorNo, request, identity }),
  );
}

/** The ask that a decision is about, if somebody still waits for it. */
function askOf(
  state: JfyState,
  { connectorNo, request }: Command<'allowStart'> | Command<'refuseStart'>,
  view: DriverView,
): Ask | null {
  const made = gunOf(state, connectorNo).ask;
  if (made === null || made.request !== request) return null;
  return view.nowMs - made.atMs < state.settings.askMs ? made : null;
}

/** [JFY-ASK-3]: 203 with the order number; [JFY-ASK-4]: too late, so the start has failed. */
export function allowStart(
  state: JfyState,
  command: Command<'allowStart'>,
  view: DriverView,
): JfyStep {
  const { connectorNo, tradeNo } = command;
  const made = askOf(state, command, view);
  if (made === null) return step(state, startAnswered(connectorNo, tradeNo, 'no-confirmation'));
  return step(
    withGun(state, connectorNo, { ask: null, tradeNo }),
    reply(made.seq, 'accountAck', {
      gunNo: made.gunNo,
      identity: made.text,
      refusal: 0,
      balance: balanceOf(command.balance),
      user: tradeNo,
    }),
  );
}

/** [JFY-ASK-3]: 203 with the reason. */
export function refuseStart(
  state: JfyState,
  command: Command<'refuseStart'>,
  view: DriverView,
): JfyStep {
  const made = askOf(state, command, view);
  if (made === null) return stay(state);
  return step(
    withGun(state, command.connectorNo, { ask: null }),
    refused(made.seq, made.gunNo, made.text, command.refusal),
  );
}

/** The site could not take an ask: whoever waits may ask again. */
export function askRefused(state: JfyState, connectorNo: number, request: string): JfyStep {
  if (gunOf(state, connectorNo).ask?.request !== request) return stay(state);
  return stay(withGun(state, connectorNo, { ask: null }));
}

/** [JFY-START-1]: 7, with the order number as its user. The edge stops a charge whose balance is spent. */
export const start = (
  state: JfyState,
  { connectorNo, tradeNo }: Pick<Command<'start'>, 'connectorNo' | 'tradeNo'>,
): JfyStep =>
  tell(withGun(state, connectorNo, { tradeNo }), 'start', {
    gunNo: connectorNo,
    effect: 0,
    stopPassword: 0,
    strategy: 0,
    value: 0,
    reserveTime: bcdTimeOf(null),
    reserveMinutes: 0,
    user: tradeNo,
    offline: 1,
  });

/** One charge over several guns is nothing that this profile knows: none of them starts. */
export const startTogether = (state: JfyState, { connectors }: Command<'startTogether'>): JfyStep =>
  step(
    state,
    ...connectors.map(({ connectorNo, tradeNo }) =>
      startAnswered(connectorNo, tradeNo, 'pile-refused'),
    ),
  );

/** [JFY-START-3] What the result of a start says; `null`: it accepts. */
function refusalOf(result: number): Refusal | null {
  if (result === results.ok) return null;
  return result === results.timedOut ? 'no-confirmation' : 'pile-refused';
}

/** 8: accepted, and a charge only when 110 or a status says so ([JFY-START-4]). */
export function startAck(state: JfyState, { body }: Heard<'startAck'>, view: DriverView): JfyStep {
  const connectorNo = connectorOf(body.gunNo);
  const tradeNo = connectorNo === undefined ? null : startedAt(state, connectorNo, view);
  if (connectorNo === undefined || tradeNo === null) return stay(state);
  const refusal = refusalOf(body.result);
  const told = step(state, startAnswered(connectorNo, tradeNo, refusal));
  return refusal === null ? andThen(told, (s) => call(s, body.gunNo)) : told;
}

/** 110 → 109: the charge has begun, or has not. */
export function started(
  state: JfyState,
  { seq, body }: Heard<'started'>,
  view: DriverView,
): JfyStep {
  const { gunNo, user, result } = body;
  const connectorNo = connectorOf(gunNo);
  const answer = reply(seq, 'startedAck', { gunNo });
  if (connectorNo === undefined) return step(state, answer);
  const tradeNo = tradeNoAt(state, connectorNo, user, view) ?? startedAt(state, connectorNo, view);
  if (tradeNo === null) return step(state, answer);
  return step(state, answer, startAnswered(connectorNo, tradeNo, refusalOf(result)));
}

/** [JFY-STOP-1]: 5, address 2. */
export const stop = (state: JfyState, { connectorNo }: Command<'stop'>): JfyStep =>
  control(state, connectorNo, controls.stop, PROFILE_0.stopParameter);
