import { gunNoOf } from '@holdfast/protocols/ykc/codec';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { Refusal } from '@holdfast/shared/pile/refusals';
import { fen } from '@holdfast/shared/units';
import type { DriverView } from '../driver.ts';
import { identityOf, sameIdentity } from './identity.ts';
import { balanceOf, cardBytesOf, noTradeNo, printedNoOf } from './map.ts';
import { authReasonOf, startRefusalOf, stopRefusalOf } from './refusals.ts';
import { type Ask, gunOf, withGun, type YkcState } from './state.ts';
import {
  connectorOf,
  emit,
  type Heard,
  observed,
  reply,
  stay,
  step,
  tell,
  type YkcEffect,
  type YkcStep,
} from './step.ts';

type Command<D extends PileCommand['do']> = Extract<PileCommand, { do: D }>;

export const startAnswered = (
  connectorNo: number,
  tradeNo: string,
  refusal: Refusal | null,
): YkcEffect => emit({ type: 'StartAnswered', connectorNo, tradeNo, refusal });

/** A start that is under way keeps a new tariff away until it has come to something. */
export const starting = (state: YkcState, connectorNo: number, view: DriverView): YkcState =>
  withGun(state, connectorNo, { startingUntilMs: view.nowMs + state.settings.startMs });

export const notStarting = (state: YkcState, connectorNo: number): YkcState =>
  gunOf(state, connectorNo).startingUntilMs === 0
    ? state
    : withGun(state, connectorNo, { startingUntilMs: 0 });

const refused = (state: YkcState, { seq, gunNo }: Pick<Ask, 'seq' | 'gunNo'>, refusal: Refusal) =>
  reply(seq, 'startApplyAck', {
    tradeNo: noTradeNo,
    pileNo: state.pileNo,
    gunNo,
    logicalCardNo: printedNoOf(null),
    balance: fen(0n),
    authOk: 'failed',
    failReason: authReasonOf(refusal),
  });

/** [YKC-ASK-1], [YKC-ASK-2]: 0x31. */
export function startApply(
  state: YkcState,
  { seq, body }: Heard<'startApply'>,
  view: DriverView,
): YkcStep {
  const { gunNo } = body;
  const identity = identityOf(body);
  if (identity === undefined) {
    const refusal = body.method === 'vin' ? 'vin-unknown' : 'account-missing';
    return step(state, refused(state, { seq, gunNo }, refusal));
  }
  const connectorNo = connectorOf(gunNo);
  const before = gunOf(state, connectorNo).ask;
  const undecided = before !== null && view.nowMs - before.atMs < state.settings.askMs;
  if (undecided && sameIdentity(before.identity, identity)) {
    return stay(withGun(state, connectorNo, { ask: { ...before, seq } }));
  }
  const request = `${state.asked}`;
  const made: Ask = { request, seq, gunNo, identity, atMs: view.nowMs };
  return step(
    withGun({ ...state, asked: state.asked + 1 }, connectorNo, { ask: made }),
    emit({ type: 'StartAsked', connectorNo, request, identity }),
  );
}

/** The ask that a decision is about, if somebody still waits for it. */
function askOf(
  state: YkcState,
  { connectorNo, request }: Command<'allowStart'> | Command<'refuseStart'>,
  view: DriverView,
): Ask | null {
  const made = gunOf(state, connectorNo).ask;
  if (made === null || made.request !== request) return null;
  return view.nowMs - made.atMs < state.settings.askMs ? made : null;
}

/** [YKC-ASK-3]: 0x32 with the trade number; [YKC-ASK-4]: too late, so the start has failed. */
export function allowStart(
  state: YkcState,
  command: Command<'allowStart'>,
  view: DriverView,
): YkcStep {
  const { connectorNo, tradeNo } = command;
  const made = askOf(state, command, view);
  if (made === null) return step(state, startAnswered(connectorNo, tradeNo, 'no-confirmation'));
  return step(
    starting(withGun(state, connectorNo, { ask: null }), connectorNo, view),
    reply(made.seq, 'startApplyAck', {
      tradeNo,
      pileNo: state.pileNo,
      gunNo: made.gunNo,
      logicalCardNo: printedNoOf(command.cardNo),
      balance: balanceOf(command.balance, state.dialect),
      authOk: 'ok',
      failReason: 'none',
    }),
  );
}

/** [YKC-ASK-3]: 0x32 with the reason. */
export function refuseStart(
  state: YkcState,
  command: Command<'refuseStart'>,
  view: DriverView,
): YkcStep {
  const made = askOf(state, command, view);
  if (made === null) return stay(state);
  return step(
    withGun(state, command.connectorNo, { ask: null }),
    refused(state, made, command.refusal),
  );
}

/** The site could not take an ask: whoever waits may ask again. */
export function askRefused(state: YkcState, connectorNo: number, request: string): YkcStep {
  const made = gunOf(state, connectorNo).ask;
  if (made?.request !== request) return stay(state);
  return stay(withGun(state, connectorNo, { ask: null }));
}

/** [YKC-START-1]: 0x34. The card's number goes along, so that it can stop the charge (ykc.md §6). */
export function start(state: YkcState, command: Command<'start'>, view: DriverView): YkcStep {
  const { connectorNo } = command;
  return tell(starting(state, connectorNo, view), 'remoteStart', {
    tradeNo: command.tradeNo,
    pileNo: state.pileNo,
    gunNo: gunNoOf(connectorNo),
    logicalCardNo: printedNoOf(command.cardNo),
    physicalCardNo: cardBytesOf(command.cardNo),
    balance: balanceOf(command.balance, state.dialect),
  });
}

/**
 * [YKC-START-2]: every 0x33 is reported, a second one too: "not plugged" may be followed by a yes
 * within 60 s, and a start that an older connection sent may be answered here.
 */
export function remoteStartAck(state: YkcState, { body }: Heard<'remoteStartAck'>): YkcStep {
  const connectorNo = connectorOf(body.gunNo);
  const refusal = startRefusalOf(body.result, body.failReason);
  // A plug may still come; the start is over when the site's order is.
  const over = refusal !== null && refusal !== 'not-plugged';
  return step(
    over ? notStarting(state, connectorNo) : state,
    startAnswered(connectorNo, body.tradeNo, refusal),
  );
}

/** [YKC-STOP-1]: 0x36. */
export function stop(state: YkcState, { connectorNo }: Command<'stop'>): YkcStep {
  const stops = [...state.stops.filter((waiting) => waiting !== connectorNo), connectorNo];
  const { pileNo } = state;
  return tell({ ...state, stops }, 'remoteStop', { pileNo, gunNo: gunNoOf(connectorNo) });
}

/** [YKC-STOP-2]: 0x35; [YKC-STOP-3]: one without a gun answers the oldest stop. */
export function remoteStopAck(state: YkcState, { body }: Heard<'remoteStopAck'>): YkcStep {
  const connectorNo = body.gunNo === null ? state.stops[0] : connectorOf(body.gunNo);
  if (connectorNo === undefined) return step(state, observed('remoteStopAck', body));
  const refusal = stopRefusalOf(body.result, body.failReason);
  const stops = state.stops.filter((waiting) => waiting !== connectorNo);
  return step({ ...state, stops }, emit({ type: 'StopAnswered', connectorNo, refusal }));
}
