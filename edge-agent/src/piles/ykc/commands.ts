import { gunNoOf } from '@holdfast/protocols/ykc/codec';
import type { OfflineCard, PileCommand } from '@holdfast/shared/pile/pile-command';
import type { CommandHandlers, DriverView } from '../driver.ts';
import { allowStart, refuseStart, start, stop } from './charging.ts';
import { setClock } from './login.ts';
import { balanceOf, cardBytesOf, printedNoOf } from './map.ts';
import { recordStored } from './orders.ts';
import { decide, startTogether } from './parallel.ts';
import type { YkcState } from './state.ts';
import {
  andThen,
  type Down,
  emit,
  stay,
  step,
  tell,
  type YkcEffect,
  type YkcStep,
} from './step.ts';
import { pushTariff } from './tariff.ts';

/** Cards that one frame can carry (ykc.md §5.4). */
const CARDS_MAX = { add: 15, remove: 24, find: 26 } as const;
/** Percent of rated power that 0x52 allows. */
const POWER_MIN = 30;
const POWER_MAX = 100;
/** Limits that may wait for their answer. */
const LIMITING_MAX = 16;

/** The answer to a command that has no event of its own. */
export const commandAnswered = (
  command: PileCommand['do'],
  connectorNo: number | null,
  accepted: boolean,
  detail: Readonly<Record<string, unknown>>,
): YkcEffect => emit({ type: 'CommandAnswered', command, connectorNo, accepted, detail });

const inParts = <T>(items: readonly T[], most: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / most) }, (_, i) =>
    items.slice(i * most, (i + 1) * most),
  );

/** As many frames as the items need; each is answered by itself. */
const inFrames = <T>(
  state: YkcState,
  items: readonly T[],
  most: number,
  send: (state: YkcState, part: readonly T[]) => YkcStep,
): YkcStep =>
  inParts(items, most).reduce((before, part) => andThen(before, (s) => send(s, part)), stay(state));

const cardsOf = (cardNos: readonly string[]) =>
  cardNos.map((cardNo) => ({ physicalCardNo: cardBytesOf(cardNo) }));

const printedCard = ({ printedNo, cardNo }: OfflineCard) => ({
  logicalCardNo: printedNoOf(printedNo),
  physicalCardNo: cardBytesOf(cardNo),
});

/** Whether a dialect puts something else where the standard has 0x52. */
const limitsGuns = ({ dialect }: YkcState): boolean => Object.hasOwn(dialect.frames, 'gunPowerSet');
const GUNS_IN_KW = { why: 'this dialect limits each gun in kW' };

/** [YKC-LIMIT-1]: 0x52 is for the whole pile, in percent; a dialect that limits each gun in kW cannot. */
function setLimits(
  state: YkcState,
  { enabled, maxPowerPercent }: Extract<PileCommand, { do: 'setLimits' }>,
): YkcStep {
  if (limitsGuns(state)) {
    return step(state, commandAnswered('setLimits', null, false, GUNS_IN_KW));
  }
  const percent = Math.round(Math.min(POWER_MAX, Math.max(POWER_MIN, maxPowerPercent)));
  return tell(state, 'workParamSet', {
    pileNo: state.pileNo,
    disabled: enabled ? 'no' : 'yes',
    maxPowerPercent: percent,
  });
}

/** What the least of the limits is of the rated power, in percent rounded down; a word: why not. */
function percentOf(limits: YkcState['limits'], ratedW: number | undefined) {
  const watts = Object.values(limits);
  if (watts.length === 0) return POWER_MAX;
  if (ratedW === undefined) return { why: 'the rated power of this pile is not configured' };
  const percent = Math.min(POWER_MAX, Math.floor((Math.min(...watts) * 100) / ratedW));
  const leastW = Math.ceil((ratedW * POWER_MIN) / 100);
  return percent < POWER_MIN ? { why: 'less than the pile can be told', leastW } : percent;
}

/**
 * [YKC-LIMIT-2]: a limit in watts as percent of the rated power. The frame is for the whole pile, so
 * the least limit of any gun is that of all.
 */
function limitPower(
  state: YkcState,
  { connectorNo, maxW }: Extract<PileCommand, { do: 'limitPower' }>,
  { site }: DriverView,
): YkcStep {
  const refuse = (detail: Readonly<Record<string, unknown>>): YkcStep =>
    step(state, commandAnswered('limitPower', connectorNo, false, detail));
  if (limitsGuns(state)) return refuse(GUNS_IN_KW);
  const { [connectorNo ?? 0]: _before, ...others } = state.limits;
  const limits = maxW === null ? others : { ...others, [connectorNo ?? 0]: maxW };
  const percent = percentOf(limits, site.pile(state.pileNo)?.ratedPowerW);
  if (typeof percent !== 'number') return refuse(percent);
  const limiting = [...state.limiting, connectorNo].slice(-LIMITING_MAX);
  return tell({ ...state, limits, limiting }, 'workParamSet', {
    pileNo: state.pileNo,
    disabled: 'no',
    maxPowerPercent: percent,
  });
}

/** What the site may ask for, frame by frame ([YKC-CMD-1]). */
export const commands: CommandHandlers<YkcState, Down> = {
  start,
  startTogether,
  stop,
  allowStart: (state, command, view) =>
    decide(state, command, view) ?? allowStart(state, command, view),
  refuseStart: (state, command, view) =>
    decide(state, command, view) ?? refuseStart(state, command, view),
  // 云快充 names no charge but by our number, and asks about no card without starting.
  answerCard: stay,
  chargeStored: stay,
  limitPower,
  operate: (state, { request }) =>
    step(state, emit({ type: 'Operated', request, outcome: 'refused', answer: null })),
  recordStored: (state, { tradeNo }) => recordStored(state, tradeNo),
  pushTariff: (state, { tariff }, view) => pushTariff(state, tariff, view),
  readNow: (state, { connectorNo }) =>
    tell(state, 'readRealtime', { pileNo: state.pileNo, gunNo: gunNoOf(connectorNo) }),
  setClock: (state, _command, view) => setClock(state, view),
  setBalance: (state, { connectorNo, cardNo, balance }) =>
    tell(state, 'balanceUpdate', {
      pileNo: state.pileNo,
      gunNo: gunNoOf(connectorNo),
      physicalCardNo: cardBytesOf(cardNo),
      balance: balanceOf(balance, state.dialect),
    }),
  setLimits,
  addCards: (state, { cards }) =>
    inFrames(state, cards, CARDS_MAX.add, (s, part) =>
      tell(s, 'offlineCardSync', {
        pileNo: s.pileNo,
        count: part.length,
        cards: part.map(printedCard),
      }),
    ),
  removeCards: (state, { cardNos }) =>
    inFrames(state, cardNos, CARDS_MAX.remove, (s, part) =>
      tell(s, 'offlineCardClear', { pileNo: s.pileNo, count: part.length, cards: cardsOf(part) }),
    ),
  findCards: (state, { cardNos }) =>
    inFrames(state, cardNos, CARDS_MAX.find, (s, part) =>
      tell(s, 'offlineCardQuery', { pileNo: s.pileNo, count: part.length, cards: cardsOf(part) }),
    ),
  setLock: (state, { connectorNo, up }) =>
    tell(state, 'parkLockControl', {
      pileNo: state.pileNo,
      gunNo: connectorNo,
      action: up ? 'raise' : 'lower',
      reserved: '00000000',
    }),
  reboot: (state, { whenIdle }) =>
    tell(state, 'reboot', { pileNo: state.pileNo, mode: whenIdle ? 'when-idle' : 'now' }),
  updateFirmware: (state, { source, ratedPowerKw, whenIdle, timeoutMinutes }) =>
    tell(state, 'ota', {
      pileNo: state.pileNo,
      pileModel: state.dc ? 'dc' : 'ac',
      power: ratedPowerKw,
      host: source.host,
      port: source.port,
      user: source.user,
      password: source.password,
      path: source.path,
      mode: whenIdle ? 'when-idle' : 'now',
      timeoutMin: timeoutMinutes,
    }),
};
