import type { MessageOf } from '@holdfast/protocols/kernel/frame';
import type { Frames } from '@holdfast/protocols/ykc/codec';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import type { Driver, DriverView } from '../driver.ts';
import * as answers from './answers.ts';
import { askRefused, remoteStartAck, remoteStopAck, startApply } from './charging.ts';
import { commands } from './commands.ts';
import { asSaid, outOfDialect, ownFrame } from './dialect.ts';
import { clockDue, graceOver, login, lost, unserved, welcome } from './login.ts';
import { order, recordRefused, unknown, unreadOrder } from './orders.ts';
import { forgotten, gathered, parallelRemoteStartAck, parallelStartApply } from './parallel.ts';
import { YKC_SETTINGS, type YkcSettings } from './settings.ts';
import { beginState, type YkcState } from './state.ts';
import { type Down, type Handler, stay, type Up, type UpName, type YkcStep } from './step.ts';
import { check, pushAnswered, request } from './tariff.ts';
import { heartbeat, realtime } from './telemetry.ts';

const { observe } = answers;

/** A handler for every frame that a pile sends: leave one out and it does not compile. */
const HANDLERS: { readonly [N in UpName]: Handler<N> } = {
  login,
  heartbeat,
  priceModelCheck: check,
  priceModelRequest: request,
  realtime,
  bmsHandshake: observe('bmsHandshake'),
  bmsConfig: observe('bmsConfig'),
  bmsEnd: observe('bmsEnd'),
  bmsError: observe('bmsError'),
  bmsAbort: observe('bmsAbort'),
  chargerAbort: observe('chargerAbort'),
  bmsDemand: observe('bmsDemand'),
  bmsInfo: observe('bmsInfo'),
  startApply,
  remoteStartAck,
  remoteStopAck,
  order,
  orderV17: order,
  orderV12: (state, { seq, body }, view, raw) => unreadOrder(state, seq, body, view, raw),
  orderV14: (state, { seq, body }, view, raw) => unreadOrder(state, seq, body, view, raw),
  balanceUpdateAck: answers.balanceAnswered,
  offlineCardSyncAck: answers.cardsAdded,
  offlineCardClearAck: answers.cardsRemoved,
  offlineCardQueryAck: answers.cardsFound,
  workParamAck: answers.limitsAnswered,
  timeSyncAck: answers.clockAnswered,
  priceModelSetAck: pushAnswered,
  parkLockStatus: observe('parkLockStatus'),
  parkLockControlAck: answers.lockAnswered,
  rebootAck: answers.rebootAnswered,
  otaAck: answers.firmwareAnswered,
  parallelStartApply,
  parallelRemoteStartAck,
  qrPrefixAck: answers.qrAnswered,
};

/** The one place where a frame meets the handler of its name; the table has checked that they fit. */
function handle<N extends UpName>(
  state: YkcState,
  message: MessageOf<Frames, N>,
  view: DriverView,
  raw: Uint8Array,
): YkcStep {
  return HANDLERS[message.name](state, message, view, raw);
}

function onFrame(state: YkcState, message: Up, view: DriverView, raw: Uint8Array): YkcStep {
  if (message.name === 'login') return login(state, message, view);
  if (state.phase !== 'served') return unserved(state);
  const said = asSaid(state.dialect, message, raw);
  const own = ownFrame(state, said, view, raw);
  if (own !== undefined) return own;
  return said.name === 'unknown' ? unknown(state, said, view, raw) : handle(state, said, view, raw);
}

function command<D extends PileCommand['do']>(
  state: YkcState,
  wish: Extract<PileCommand, { do: D }> & { readonly do: D },
  view: DriverView,
): YkcStep {
  return commands[wish.do](state, wish, view);
}

/** [YKC-CMD-2]: a pile that is not served is told nothing. */
const onCommand = (state: YkcState, wish: PileCommand, view: DriverView): YkcStep =>
  state.phase === 'served' ? command(state, wish, view) : stay(state);

function onTimer(state: YkcState, timer: string, view: DriverView): YkcStep {
  const [kind, no = ''] = timer.split(':');
  if (kind === 'grace') return graceOver(state);
  if (state.phase !== 'served') return stay(state);
  if (kind === 'welcome') return welcome(state, view);
  if (kind === 'clock') return clockDue(state, view);
  if (kind === 'gather') return gathered(state, no, view);
  return kind === 'forget' ? forgotten(state, no) : stay(state);
}

function onUnheard(state: YkcState, event: PileEvent): YkcStep {
  if (event.type === 'RecordUploaded') return recordRefused(state, event.record.tradeNo);
  if (event.type === 'StartAsked') return askRefused(state, event.connectorNo, event.request);
  return stay(state);
}

/** The site's end of 云快充 V1.5 to V1.7 (RULES.md). */
export function ykcDriver(settings: YkcSettings = YKC_SETTINGS): Driver<YkcState, Up, Down> {
  return {
    vendor: 'ykc',
    capabilities: ['remote-start', 'remote-stop', 'tariff-push', 'power-limit', 'reboot'],
    begin: (pileNo) => beginState(pileNo, settings),
    onFrame: (state, message, view, raw) => outOfDialect(onFrame(state, message, view, raw)),
    onCommand: (state, wish, view) => outOfDialect(onCommand(state, wish, view)),
    onTimer: (state, timer, view) => outOfDialect(onTimer(state, timer, view)),
    onClosed: lost,
    onUnheard,
  };
}
