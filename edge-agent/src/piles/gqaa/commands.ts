import { PROFILE_0 } from '@holdfast/protocols/gqaa/profile-0';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { CommandHandlers, DriverView } from '../driver.ts';
import { allowStart, refuseStart, start, startTogether, stop } from './charging.ts';
import { call, setClock } from './login.ts';
import { operate } from './operations.ts';
import { recordStored } from './orders.ts';
import type { GqaaState } from './state.ts';
import { ask, commandAnswered, type Down, type GqaaStep, stay, step } from './step.ts';
import { pushTariff } from './tariff.ts';

type Command<D extends PileCommand['do']> = Extract<PileCommand, { do: D }>;

const SECONDS_MAX = 0xffff;

/** [GQAA-CMD-1]: what the profile has no frame for. */
const unknownToGqaa =
  (command: PileCommand['do']) =>
  (state: GqaaState): GqaaStep =>
    step(
      state,
      commandAnswered(command, null, false, { why: `${PROFILE_0.id} has no such frame` }),
    );

/** [GQAA-LIMIT-1]: 0x43. Gun 0 is the whole pile. */
function limitPower(state: GqaaState, command: Command<'limitPower'>): GqaaStep {
  const { connectorNo, maxW, validSeconds } = command;
  if (!state.canLimit) {
    const why = { why: 'this pile says that it takes no set-point' };
    return step(state, commandAnswered('limitPower', connectorNo, false, why));
  }
  const maxPower =
    maxW === null ? PROFILE_0.noLimitW : Math.min(PROFILE_0.noLimitW - 1, Math.floor(maxW));
  const seconds = Math.min(SECONDS_MAX, Math.max(1, Math.ceil(validSeconds)));
  return ask(
    state,
    'limit',
    connectorNo ?? 0,
    { maxPower, rampPerSecond: 0, validSeconds: seconds },
    command,
  );
}

/** [GQAA-LIMIT-2]: percent of the rated power, as a set-point that holds as long as one can. */
function setLimits(
  state: GqaaState,
  command: Command<'setLimits'>,
  { site }: DriverView,
): GqaaStep {
  const ratedW = site.pile(state.pileNo)?.ratedPowerW;
  const refuse = (why: string): GqaaStep =>
    step(state, commandAnswered('setLimits', null, false, { why }));
  if (!command.enabled) return refuse('a pile cannot be taken out of use');
  if (!state.canLimit) return refuse('this pile says that it takes no set-point');
  if (ratedW === undefined) return refuse('the rated power of this pile is not configured');
  const percent = Math.min(100, Math.max(0, command.maxPowerPercent));
  const maxPower = Math.floor((ratedW * percent) / 100);
  const body = { maxPower, rampPerSecond: 0, validSeconds: SECONDS_MAX };
  return ask(state, 'limit', 0, body, command);
}

/** 0x70. */
const updateFirmware = (state: GqaaState, command: Command<'updateFirmware'>): GqaaStep => {
  const { source, whenIdle, timeoutMinutes } = command;
  return ask(
    state,
    'ota',
    0,
    {
      whenIdle: whenIdle ? 'when-idle' : 'now',
      timeoutMinutes: Math.min(0xff, timeoutMinutes),
      ...source,
    },
    command,
  );
};

/** What the site may ask for, frame by frame. */
export const commands: CommandHandlers<GqaaState, Down> = {
  start,
  startTogether,
  stop,
  allowStart,
  refuseStart,
  // A charge is named by our number alone, and no card is asked about without starting.
  answerCard: stay,
  chargeStored: stay,
  recordStored: (state, { tradeNo }) => recordStored(state, tradeNo),
  pushTariff: (state, { tariff }, view) => pushTariff(state, tariff, view),
  readNow: (state, { connectorNo }) => call(state, connectorNo),
  setClock: (state, _command, view) => setClock(state, view),
  setBalance: stay,
  setLimits,
  limitPower,
  operate,
  addCards: unknownToGqaa('addCards'),
  removeCards: unknownToGqaa('removeCards'),
  findCards: unknownToGqaa('findCards'),
  setLock: unknownToGqaa('setLock'),
  reboot: unknownToGqaa('reboot'),
  updateFirmware,
};
