import { writeTime } from '@holdfast/protocols/ocpp/time';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { CommandHandlers, DriverView } from '../driver.ts';
import type { OcppDown } from '../ocpp/messages.ts';
import { offsetOf } from '../ocpp/station-clock.ts';
import { call, commandAnswered, emit, stay, step } from '../ocpp/steps.ts';
import { chargeStored } from './begin.ts';
import { answerCard } from './cards.ts';
import { drained, resetWish } from './drains.ts';
import { limitPower } from './limits.ts';
import { addCards, findCards, removeCards } from './local-list.ts';
import { operate } from './operate.ts';
import { start, startTogether, stopCharge } from './remote.ts';
import { chargeAt, connectorNosOf, type Ocpp16State } from './state.ts';
import type { OcppStep } from './step.ts';
import { recordStored } from './stop.ts';
import { readNow } from './trigger.ts';

type Command<D extends PileCommand['do']> = Extract<PileCommand, { do: D }>;

/** [OCPP-D14] Three tries, for zero means never to some; a date that is past by any clock near ours. */
const TRIES = 3;
const TRY_SECONDS = 60;

/** What the standard has no message for. */
const unknownTo16 =
  (command: PileCommand['do']) =>
  (state: Ocpp16State): OcppStep =>
    step(state, commandAnswered(command, null, false, { why: 'OCPP 1.6 has no such message' }));

/** [OCPP-D16] Gently, and after the charges; `whenIdle` waits without ending any. */
function reboot(state: Ocpp16State, { whenIdle }: Command<'reboot'>, view: DriverView): OcppStep {
  const busy = connectorNosOf(state).some((no) => chargeAt(state, no, view) !== undefined);
  if (whenIdle && busy) {
    const why = 'a charge is running';
    return step(state, commandAnswered('reboot', null, false, { why }));
  }
  return drained(state, resetWish('Soft', 'reboot'), 'all', view);
}

function updateFirmware(
  state: Ocpp16State,
  { source }: Command<'updateFirmware'>,
  view: DriverView,
): OcppStep {
  const { host, port, user, password, path } = source;
  const who = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
  const location = `ftp://${who}@${host}:${port}${path.startsWith('/') ? '' : '/'}${path}`;
  const stationMs = view.nowMs - offsetOf(state.clock);
  const retrieveDate = writeTime(Math.min(stationMs, view.nowMs) - 60_000);
  const payload = { location, retrieveDate, retries: TRIES, retryInterval: TRY_SECONDS };
  return step(state, call('UpdateFirmware', payload, 'firmware'));
}

/** A station sets its clock by each heartbeat's answer; there is nothing to send. */
const setClock = (state: Ocpp16State): OcppStep =>
  step(state, emit({ type: 'ClockAnswered', pileTimeMs: null }));

/** What the site may ask for. */
export const commands: CommandHandlers<Ocpp16State, OcppDown> = {
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
  // Prices are the edge's matter: 1.6 shows none at the station.
  pushTariff: (state, { tariff }) =>
    step(state, emit({ type: 'TariffAnswered', modelNo: tariff.modelNo, accepted: true })),
  readNow: (state, { connectorNo }, view) => readNow(state, connectorNo, view),
  setClock,
  setBalance: stay,
  setLimits: unknownTo16('setLimits'),
  limitPower,
  operate,
  addCards: (state, command) => addCards(state, command),
  removeCards: (state, command) => removeCards(state, command),
  findCards: (state, command) => findCards(state, command),
  setLock: unknownTo16('setLock'),
  reboot,
  updateFirmware,
};
