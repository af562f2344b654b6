import { PROFILE_0 } from '@holdfast/protocols/gqaa/profile-0';
import { bytesOf } from '@holdfast/protocols/kernel/bytes';
import { vinOf } from '@holdfast/protocols/ykc/vin';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { Identity } from '@holdfast/shared/pile/pile-event';
import type { Refusal } from '@holdfast/shared/pile/refusals';
import { fen } from '@holdfast/shared/units';
import type { DriverView } from '../driver.ts';
import { sameIdentity } from '../ykc/identity.ts';
import { balanceOf, cardBytesOf, cardNoOf, noTradeNo } from '../ykc/map.ts';
import { type Ask, type GqaaState, gunOf, type Question, withGun } from './state.ts';
import {
  ask,
  emit,
  type GqaaEffect,
  type GqaaStep,
  type Heard,
  reply,
  stay,
  step,
} from './step.ts';
import { modelNoFor, NO_MODEL } from './tariff.ts';

type Command<D extends PileCommand['do']> = Extract<PileCommand, { do: D }>;

const NO_PASSWORD = '0'.repeat(32);

export const startAnswered = (
  connectorNo: number,
  tradeNo: string,
  refusal: Refusal | null,
): GqaaEffect => emit({ type: 'StartAnswered', connectorNo, tradeNo, refusal });

/** Who asks. `undefined`: nobody that can be looked up. */
function identityOf(body: Heard<'ask'>['body']): Identity | undefined {
  if (body.method === 'vin') {
    const vin = vinOf(body.vin);
    return vin === null ? undefined : { by: 'vin', vin };
  }
  const cardNo = body.method === 'card' ? cardNoOf(body.cardNo) : null;
  if (cardNo === null) return undefined;
  const { passwordMd5: hex } = body;
  const passwordMd5 =
    hex === NO_PASSWORD ? null : String.fromCharCode(...bytesOf(hex)).toLowerCase();
  return { by: 'card', cardNo, passwordMd5 };
}

const refused = (state: GqaaState, question: Question, refusal: Refusal): GqaaStep =>
  reply(state, question, 'askAck', refusal, {
    tradeNo: noTradeNo,
    balance: fen(0n),
    modelNo: NO_MODEL,
  });

/** [GQAA-ASK-1], [GQAA-ASK-2]: 0x31. */
export function asked(state: GqaaState, { seq, body }: Heard<'ask'>, view: DriverView): GqaaStep {
  const { gunNo: connectorNo } = body;
  const question: Question = { seq, code: PROFILE_0.types.ask, gunNo: connectorNo };
  const identity = identityOf(body);
  if (identity === undefined) {
    return refused(state, question, body.method === 'vin' ? 'vin-unknown' : 'account-missing');
  }
  const before = gunOf(state, connectorNo).ask;
  const undecided = before !== null && view.nowMs - before.atMs < state.settings.askMs;
  if (undecided && sameIdentity(before.identity, identity)) {
    return stay(withGun(state, connectorNo, { ask: { ...before, question } }));
  }
  const request = `${state.asked}`;
  const made: Ask = { request, question, identity, atMs: view.nowMs };
  return step(
    withGun({ ...state, asked: state.asked + 1 }, connectorNo, { ask: made }),
    emit({ type: 'StartAsked', connectorNo, request, identity }),
  );
}

/** The ask that a decision is about, if somebody still waits for it. */
function askOf(
  state: GqaaState,
  { connectorNo, request }: Command<'allowStart'> | Command<'refuseStart'>,
  view: DriverView,
): Ask | null {
  const made = gunOf(state, connectorNo).ask;
  if (made === null || made.request !== request) return null;
  return view.nowMs - made.atMs < state.settings.askMs ? made : null;
}

const starting = (state: GqaaState, connectorNo: number, { nowMs }: DriverView): GqaaState =>
  withGun(state, connectorNo, { startingUntilMs: nowMs + state.settings.startMs });

/** [GQAA-ASK-3]: the answer with the order number; [GQAA-ASK-4]: too late, so the start has failed. */
export function allowStart(
  state: GqaaState,
  command: Command<'allowStart'>,
  view: DriverView,
): GqaaStep {
  const { connectorNo, tradeNo } = command;
  const made = askOf(state, command, view);
  if (made === null) return step(state, startAnswered(connectorNo, tradeNo, 'no-confirmation'));
  const next = starting(withGun(state, connectorNo, { ask: null }), connectorNo, view);
  return reply(next, made.question, 'askAck', 'none', {
    tradeNo: tradeNo.toUpperCase(),
    balance: balanceOf(command.balance),
    modelNo: modelNoFor(state, view),
  });
}

/** [GQAA-ASK-3]: the answer with the reason. */
export function refuseStart(
  state: GqaaState,
  command: Command<'refuseStart'>,
  view: DriverView,
): GqaaStep {
  const made = askOf(state, command, view);
  if (made === null) return stay(state);
  const next = withGun(state, command.connectorNo, { ask: null });
  return refused(next, made.question, command.refusal);
}

/** The site could not take an ask: the same frame, sent again, asks anew. */
export function askRefused(state: GqaaState, connectorNo: number, request: string): GqaaStep {
  const made = gunOf(state, connectorNo).ask;
  if (made?.request !== request) return stay(state);
  const taken = state.taken.filter(
    ({ seq, code }) => seq !== made.question.seq || code !== made.question.code,
  );
  return stay(withGun({ ...state, taken }, connectorNo, { ask: null }));
}

/** [GQAA-START-1]: 0x41. */
export function start(state: GqaaState, command: Command<'start'>, view: DriverView): GqaaStep {
  const { connectorNo, tradeNo, cardNo, balance } = command;
  return ask(
    starting(state, connectorNo, view),
    'start',
    connectorNo,
    {
      tradeNo: tradeNo.toUpperCase(),
      cardNo: cardBytesOf(cardNo),
      balance: balanceOf(balance),
      modelNo: modelNoFor(state, view),
    },
    command,
  );
}

/** One charge over several guns is nothing that this profile knows: none of them starts. */
export const startTogether = (
  state: GqaaState,
  { connectors }: Command<'startTogether'>,
): GqaaStep =>
  step(
    state,
    ...connectors.map(({ connectorNo, tradeNo }) =>
      startAnswered(connectorNo, tradeNo, 'pile-refused'),
    ),
  );

/** [GQAA-STOP-1]: 0x42. */
export const stop = (state: GqaaState, command: Command<'stop'>): GqaaStep =>
  ask(state, 'stop', command.connectorNo, {}, command);
