import { writeTime } from '@holdfast/protocols/ocpp/time';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { CommandHandlers, DriverView } from '../driver.ts';
import type { OcppDown } from '../ocpp/messages.ts';
import { offsetOf } from '../ocpp/station-clock.ts';
import { call, commandAnswered, emit, stay, step } from '../ocpp/steps.ts';
import { answerCard } from './cards.ts';
import { limitPower } from './limits.ts';
import { addCards, findCards, removeCards } from './local-list.ts';
import { operate } from './operate.ts';
import { start, startTogether, stopCharge } from './remote.ts';
import type { Ocpp2State } from './state.ts';
import { numbered, type Ocpp2Step } from './step.ts';
import { chargeStored, recordStored } from './transactions.ts';
import { readNow } from './trigger.ts';

type Command<D extends PileCommand['do']> = Extract<PileCommand, { do: D }>;

/** [OCPP-D14] Three tries, for zero means never to some; a date that is past by any clock near ours. */
const TRIES = 3;
const TRY_SECONDS = 60;

/** What the standard has no message for. */
const unknownTo2 =
  (command: PileCommand['do']) =>
  (state: Ocpp2State): Ocpp2Step =>
    step(state, commandAnswered(command, null, false, { why: 'OCPP 2 has no such message' }));

/** [OCPP-D16] Either way the station ends its charges properly first (B11, B12). */
const reboot = (state: Ocpp2State, { whenIdle }: Command<'reboot'>): Ocpp2Step =>
  step(state, call('Reset', { type: whenIdle ? 'OnIdle' : 'Immediate' }, 'reboot'));

function updateFirmware(
  state: Ocpp2State,
  { source }: Command<'updateFirmware'>,
  view: DriverView,
): Ocpp2Step {
  const { host, port, user, password, path } = source;
  const who = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  const location = `ftp://${who}@${host}:${port}${path.startsWith('/') ? '' : '/'}${path}`;
  const stationMs = view.nowMs - offsetOf(state.clock);
  const retrieveDateTime = writeTime(Math.min(stationMs, view.nowMs) - 60_000);
  const { state: next, requestId } = numbered(state);
  const payload = {
    requestId,
    retries: TRIES,
    retryInterval: TRY_SECONDS,
    firmware: { location, retrieveDateTime },
  };
  return step(next, call('UpdateFirmware', payload, 'firmware'));
}

/** A station sets its clock by each heartbeat's answer; there is nothing to send. */
const setClock = (state: Ocpp2State): Ocpp2Step =>
  step(state, emit({ type: 'ClockAnswered', pileTimeMs: null }));

/** What the site may ask for. */
export const commands: CommandHandlers<Ocpp2State, OcppDown> = {
  start: (state, command) => start(state, command),
  startTogether: (state, command) => startTogether(state, command),
  stop: stopCharge,
  // OCPP asks about cards and begins charges; it asks for no start that would wait.
  allowStart: (state, { connectorNo, tradeNo }) =>
    step(state, emit({ type: 'StartAnswered', connectorNo, tradeNo, refusal: 'no-confirmation' })),
  refuseStart: stay,
  answerCard: (state, command) => answerCard(state, command),
  chargeStored,
  recordStored,
  // Prices are the edge's matter: a station is told what a charge has cost.
  pushTariff: (state, { tariff }) =>
    step(state, emit({ type: 'TariffAnswered', modelNo: tariff.modelNo, accepted: true })),
  readNow: (state, { connectorNo }, view) => readNow(state, connectorNo, view),
  setClock,
  setBalance: stay,
  setLimits: unknownTo2('setLimits'),
  limitPower,
  operate: (state, command) => operate(state, command),
  addCards: (state, command) => addCards(state, command),
  removeCards: (state, command) => removeCards(state, command),
  findCards: (state, command) => findCards(state, command),
  setLock: unknownTo2('setLock'),
  reboot: (state, command) => reboot(state, command),
  updateFirmware,
};
