import type { Frames } from '@holdfast/protocols/jfy/codec';
import { PROFILE_0 } from '@holdfast/protocols/jfy/profile-0';
import type { MessageOf } from '@holdfast/protocols/kernel/frame';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import type { Driver, DriverView } from '../driver.ts';
import { asked, askRefused, startAck, started } from './charging.ts';
import { commands, controlAck, textAck } from './commands.ts';
import {
  clockDue,
  graceOver,
  heartbeat,
  heartbeatLost,
  lost,
  signIn,
  unserved,
  welcome,
} from './login.ts';
import { coarseRecord, record, recordRefused } from './orders.ts';
import { JFY_SETTINGS, type JfySettings } from './settings.ts';
import { beginState, type JfyState } from './state.ts';
import {
  type Down,
  type Handler,
  type JfyStep,
  observed,
  stay,
  step,
  type Up,
  type UpName,
} from './step.ts';
import { alarm, bms, status } from './telemetry.ts';

/** A handler for every frame that a pile sends: leave one out and it does not compile. */
const HANDLERS: { readonly [N in UpName]: Handler<N> } = {
  signIn,
  heartbeat,
  setNumbersAck: (state, { body }) => step(state, observed('setNumbersAck', { ...body })),
  setTextAck: textAck,
  status,
  otherStatus: (state, { body }) => step(state, observed('otherStatus', { ...body })),
  alarm,
  bms,
  controlAck,
  startAck,
  started,
  account: asked,
  coarseRecord,
  record,
};

/** The one place where a frame meets the handler of its name; the table has checked that they fit. */
function handle<N extends UpName>(
  state: JfyState,
  message: MessageOf<Frames, N>,
  view: DriverView,
  raw: Uint8Array,
): JfyStep {
  return HANDLERS[message.name](state, message, view, raw);
}

function onFrame(state: JfyState, message: Up, view: DriverView, raw: Uint8Array): JfyStep {
  if (message.name === 'signIn') return signIn(state, message, view);
  if (state.phase !== 'served') return unserved(state);
  if (message.name !== 'unknown') return handle(state, message, view, raw);
  // [JFY-UNKNOWN-1]: never answered, never a reason to disconnect; shown to whoever looks.
  const { why, code, body } = message;
  return step(state, observed('unknown', { why, command: code, raw: body.raw }));
}

function command<D extends PileCommand['do']>(
  state: JfyState,
  wish: Extract<PileCommand, { do: D }> & { readonly do: D },
  view: DriverView,
): JfyStep {
  return commands[wish.do](state, wish, view);
}

/** [JFY-CMD-2]: a pile that is not served is told nothing. */
const onCommand = (state: JfyState, wish: PileCommand, view: DriverView): JfyStep =>
  state.phase === 'served' ? command(state, wish, view) : stay(state);

function onTimer(state: JfyState, timer: string, view: DriverView): JfyStep {
  if (timer === 'grace') return graceOver(state);
  if (state.phase !== 'served') return stay(state);
  if (timer === 'welcome') return welcome(state, view);
  if (timer === 'clock') return clockDue(state, view);
  return timer === 'heartbeat' ? heartbeatLost(state) : stay(state);
}

function onUnheard(state: JfyState, event: PileEvent): JfyStep {
  if (event.type === 'RecordUploaded') return recordRefused(state, event.request);
  if (event.type === 'StartAsked') return askRefused(state, event.connectorNo, event.request);
  return stay(state);
}

/** The site's end of 晶福源 `jfy-profile-0` (RULES.md), unverified. */
export function jfyDriver(settings: JfySettings = JFY_SETTINGS): Driver<JfyState, Up, Down> {
  return {
    vendor: 'jfy',
    capabilities: ['remote-start', 'remote-stop', 'power-limit', 'reboot'],
    startConfirmMs: PROFILE_0.startSeconds * 1_000,
    begin: (pileNo) => beginState(pileNo, settings),
    onFrame,
    onCommand,
    onTimer,
    onClosed: lost,
    onUnheard,
  };
}
