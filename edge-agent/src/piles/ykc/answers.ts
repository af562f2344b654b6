import { qrAccepted } from '@holdfast/protocols/ykc/dialects';
import { commandAnswered } from './commands.ts';
import { nameOf } from './map.ts';
import type { YkcState } from './state.ts';
import { emit, type Heard, observed, step, type UpName, type YkcStep } from './step.ts';

/* Frames that only report: the answers to commands, and what a technician may want to read. */

/** BMS data and lock states, decoded ([YKC-OBS-1]). */
export const observe =
  <N extends UpName>(name: N) =>
  (state: YkcState, { body }: Heard<N>): YkcStep =>
    step(state, observed(name, body));

/** 0x55. */
export const clockAnswered = (state: YkcState, { body }: Heard<'timeSyncAck'>): YkcStep =>
  step(state, emit({ type: 'ClockAnswered', pileTimeMs: body.time.ms }));

/** 0x41: it names no gun. */
export const balanceAnswered = (state: YkcState, { body }: Heard<'balanceUpdateAck'>): YkcStep =>
  step(state, commandAnswered('setBalance', null, nameOf(body.result) === 'ok', body));

/** 0x51: it names no command; answers come in the order of what was asked ([YKC-LIMIT-2]). */
export function limitsAnswered(state: YkcState, { body }: Heard<'workParamAck'>): YkcStep {
  const accepted = nameOf(body.result) === 'ok';
  const [connectorNo, ...limiting] = state.limiting;
  if (connectorNo === undefined) {
    return step(state, commandAnswered('setLimits', null, accepted, body));
  }
  return step({ ...state, limiting }, commandAnswered('limitPower', connectorNo, accepted, body));
}

/** 0x43. */
export const cardsAdded = (state: YkcState, { body }: Heard<'offlineCardSyncAck'>): YkcStep =>
  step(state, commandAnswered('addCards', null, nameOf(body.result) === 'ok', body));

/** 0x45: accepted when every card is gone. */
export const cardsRemoved = (state: YkcState, { body }: Heard<'offlineCardClearAck'>): YkcStep => {
  const gone = body.cards.every(({ cleared }) => nameOf(cleared) === 'ok');
  return step(state, commandAnswered('removeCards', null, gone, body));
};

/** 0x47. */
export const cardsFound = (state: YkcState, { body }: Heard<'offlineCardQueryAck'>): YkcStep =>
  step(state, commandAnswered('findCards', null, true, body));

/** 0x63; the gun is binary here. */
export const lockAnswered = (state: YkcState, { body }: Heard<'parkLockControlAck'>): YkcStep =>
  step(state, commandAnswered('setLock', body.gunNo, nameOf(body.result) === 'ok', body));

/** 0x91. */
export const rebootAnswered = (state: YkcState, { body }: Heard<'rebootAck'>): YkcStep =>
  step(state, commandAnswered('reboot', null, nameOf(body.result) === 'ok', body));

/** 0x93: sent after the attempt. */
export const firmwareAnswered = (state: YkcState, { body }: Heard<'otaAck'>): YkcStep =>
  step(state, commandAnswered('updateFirmware', null, nameOf(body.status) === 'ok', body));

/** 0xF1: sources disagree which value is success, so the dialect says. */
export const qrAnswered = (state: YkcState, { body }: Heard<'qrPrefixAck'>): YkcStep => {
  const accepted = qrAccepted(state.dialect, body.result);
  return step(state, observed('qrPrefixAck', { ...body, accepted }));
};
