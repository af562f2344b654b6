import { PROFILE_0 } from '@holdfast/protocols/jfy/profile-0';
import { bytesOf } from '@holdfast/protocols/kernel/bytes';
import { bcdTime } from '@holdfast/protocols/kernel/field-bcd-time';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { CommandHandlers, DriverView } from '../driver.ts';
import { allowStart, refuseStart, start, startTogether, stop } from './charging.ts';
import { call, control, setClock } from './login.ts';
import { recordStored } from './orders.ts';
import { connectorOf, type JfyState, LIMITING_MAX } from './state.ts';
import {
  andThen,
  commandAnswered,
  type Down,
  emit,
  type Heard,
  type JfyStep,
  observed,
  stay,
  step,
} from './step.ts';

type Command<D extends PileCommand['do']> = Extract<PileCommand, { do: D }>;

const { controls, texts, noLimit, powerUnitW } = PROFILE_0;
const TIME_DIGITS = 16;

/** [JFY-CMD-1]: what the profile has no frame for. */
const unknownToJfy =
  (command: PileCommand['do']) =>
  (state: JfyState): JfyStep =>
    step(
      state,
      commandAnswered(command, null, false, { why: `${PROFILE_0.id} has no such frame` }),
    );

/** [JFY-LIMIT-1]: 5, address 17. Gun 0 is the whole pile. */
function limitPower(state: JfyState, { connectorNo, maxW }: Command<'limitPower'>): JfyStep {
  const gunNo = connectorNo ?? 0;
  const value =
    maxW === null ? noLimit : Math.min(noLimit - 1, Math.max(0, Math.floor(maxW / powerUnitW)));
  const limiting = [...state.limiting, { gunNo, connectorNo }].slice(-LIMITING_MAX);
  return control({ ...state, limiting }, gunNo, controls.power, value);
}

/** [JFY-LIMIT-2]: percent of the rated power, as watts. */
function setLimits(
  state: JfyState,
  { enabled, maxPowerPercent }: Command<'setLimits'>,
  { site }: DriverView,
): JfyStep {
  const ratedW = site.pile(state.pileNo)?.ratedPowerW;
  const refuse = (why: string): JfyStep =>
    step(state, commandAnswered('setLimits', null, false, { why }));
  if (!enabled) return refuse('a pile cannot be taken out of use');
  if (ratedW === undefined) return refuse('the rated power of this pile is not configured');
  const percent = Math.min(100, Math.max(0, maxPowerPercent));
  return control(state, 0, controls.power, Math.floor((ratedW * percent) / 100 / powerUnitW));
}

/** What the site may ask for, frame by frame. */
export const commands: CommandHandlers<JfyState, Down> = {
  start,
  startTogether,
  stop,
  allowStart,
  refuseStart,
  // No card is asked about without starting, and the edge alone knows prices and balances.
  answerCard: stay,
  chargeStored: stay,
  setBalance: stay,
  recordStored: (state, { request }) => recordStored(state, request),
  readNow: (state, { connectorNo }) => call(state, connectorNo),
  setClock: (state, _command, view) => setClock(state, view),
  limitPower,
  setLimits,
  reboot: (state, { whenIdle }) =>
    whenIdle
      ? step(state, commandAnswered('reboot', null, false, { why: 'it can only reboot at once' }))
      : control(state, 0, controls.reboot, 1),
  operate: (state, { request }) =>
    step(state, emit({ type: 'Operated', request, outcome: 'refused', answer: null })),
  pushTariff: unknownToJfy('pushTariff'),
  addCards: unknownToJfy('addCards'),
  removeCards: unknownToJfy('removeCards'),
  findCards: unknownToJfy('findCards'),
  setLock: unknownToJfy('setLock'),
  updateFirmware: unknownToJfy('updateFirmware'),
};

/** The oldest limit that waits for this gun's answer; without one it was the percentage of the pile. */
function limited(state: JfyState, gunNo: number, accepted: boolean, result: number): JfyStep {
  const waiting = state.limiting.find((one) => one.gunNo === gunNo);
  const limiting = state.limiting.filter((one) => one !== waiting);
  const told =
    waiting === undefined
      ? commandAnswered('setLimits', null, accepted, { result })
      : commandAnswered('limitPower', waiting.connectorNo, accepted, { result });
  return step({ ...state, limiting }, told);
}

/** 6: [JFY-STOP-2], [JFY-LIMIT-1], and the status of the gun is asked for ([JFY-CALL-1]). */
export function controlAck(state: JfyState, { body }: Heard<'controlAck'>): JfyStep {
  const { gunNo, address, result } = body;
  const accepted = result === 0;
  const connectorNo = connectorOf(gunNo);
  if (address === controls.stop && connectorNo !== undefined) {
    const refusal = accepted ? null : 'pile-refused';
    const told = step(state, emit({ type: 'StopAnswered', connectorNo, refusal }));
    return andThen(told, (s) => call(s, gunNo));
  }
  if (address === controls.power) {
    return andThen(limited(state, gunNo, accepted, result), (s) => call(s, gunNo));
  }
  if (address === controls.reboot) {
    return step(state, commandAnswered('reboot', null, accepted, { result }));
  }
  return stay(state);
}

/** 4: the clock as the pile has it now, where it says so. */
export function textAck(state: JfyState, { body }: Heard<'setTextAck'>): JfyStep {
  const { address, text } = body;
  if (address !== texts.clock) return step(state, observed('setTextAck', { ...body }));
  if (text.length < TIME_DIGITS)
    return step(state, emit({ type: 'ClockAnswered', pileTimeMs: null }));
  const { ms } = bcdTime('').read(bytesOf(text.slice(0, TIME_DIGITS)), 0);
  return step(state, emit({ type: 'ClockAnswered', pileTimeMs: ms }));
}
