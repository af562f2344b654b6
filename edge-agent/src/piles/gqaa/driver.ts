import type { Frames } from '@holdfast/protocols/gqaa/codec';
import { frames } from '@holdfast/protocols/gqaa/frames';
import { isAnswer, PROFILE_0 } from '@holdfast/protocols/gqaa/profile-0';
import { u16 } from '@holdfast/protocols/kernel/bytes';
import type { MessageOf } from '@holdfast/protocols/kernel/frame';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import type { Driver, DriverView } from '../driver.ts';
import { answered, clockAck, resend, startAck, stopAck } from './answers.ts';
import { asked, askRefused } from './charging.ts';
import { commands } from './commands.ts';
import { beat, clockDue, graceOver, login, lost, unserved, welcome } from './login.ts';
import { OPERATIONS } from './operations.ts';
import { order, recordRefused } from './orders.ts';
import { GQAA_SETTINGS, type GqaaSettings } from './settings.ts';
import { beginState, type GqaaState, TAKEN_MAX, type Taken } from './state.ts';
import {
  type Down,
  type GqaaStep,
  type Handler,
  stay,
  step,
  type Up,
  type UpName,
} from './step.ts';
import { strange } from './strange.ts';
import { alarm, bms, stateChanged, telemetry } from './telemetry.ts';

const { types } = PROFILE_0;

/** A handler for every frame that a pile sends: leave one out and it does not compile. */
const HANDLERS: { readonly [N in UpName]: Handler<N> } = {
  login,
  // [GQAA-HB-1]: not acknowledged; the front has seen that the pile lives.
  heartbeat: stay,
  callAck: answered<'callAck'>(types.call),
  telemetry,
  state: stateChanged,
  alarm,
  bms,
  ask: asked,
  startAck,
  stopAck,
  limitAck: answered<'limitAck'>(types.limit),
  priceModelAck: answered<'priceModelAck'>(types.priceModel),
  order,
  recallAck: answered<'recallAck'>(types.recall),
  clockAck,
  otaAck: answered<'otaAck'>(types.ota),
  logAck: answered<'logAck'>(types.log),
};

/** The one place where a frame meets the handler of its name; the table has checked that they fit. */
function handle<N extends UpName>(
  state: GqaaState,
  message: MessageOf<Frames, N>,
  view: DriverView,
  plain: Uint8Array,
): GqaaStep {
  return HANDLERS[message.name](state, message, view, plain);
}

const codeOf = ({ message }: Up): number =>
  message.name === 'unknown' ? message.code : frames[message.name].code;

/** A frame that wants an answer, as it is remembered; `undefined` for answers, heartbeats, logins. */
function questionIn(up: Up, { nowMs }: DriverView): Taken | undefined {
  const { seq, body } = up.message;
  const code = codeOf(up);
  if (isAnswer(body.cot) || code === types.heartbeat || code === types.login) return undefined;
  const mark = u16(up.plain, up.plain.length - 2);
  return { seq, code, gunNo: body.gunNo, mark, atMs: nowMs, answer: null };
}

/** [GQAA-SEQ-3] The same frame, sent again because its answer is late or lost. */
const twinOf = (state: GqaaState, { seq, code, mark, atMs }: Taken): Taken | undefined =>
  state.taken.find(
    (one) =>
      one.seq === seq &&
      one.code === code &&
      one.mark === mark &&
      atMs - one.atMs < state.settings.duplicateMs,
  );

function taking(state: GqaaState, up: Up, view: DriverView): GqaaStep {
  const { message, plain } = up;
  if (message.name === 'unknown') return strange(state, message, view, plain);
  return handle(state, message, view, plain);
}

function onFrame(state: GqaaState, up: Up, view: DriverView): GqaaStep {
  const { message } = up;
  if (message.name === 'login') return login(state, message, view);
  if (state.phase !== 'served') {
    return message.name === 'unknown' ? taking(state, up, view) : unserved(state);
  }
  const question = questionIn(up, view);
  if (question === undefined) return taking(state, up, view);
  const twin = twinOf(state, question);
  if (twin !== undefined) {
    return twin.answer === null ? stay(state) : step(state, { do: 'send', message: twin.answer });
  }
  // An older one under the same number is over: its place is the new one's.
  const others = state.taken.filter(
    ({ seq, code }) => seq !== question.seq || code !== question.code,
  );
  return taking({ ...state, taken: [...others, question].slice(-TAKEN_MAX) }, up, view);
}

function command<D extends PileCommand['do']>(
  state: GqaaState,
  wish: Extract<PileCommand, { do: D }> & { readonly do: D },
  view: DriverView,
): GqaaStep {
  return commands[wish.do](state, wish, view);
}

/** [GQAA-CMD-2]: a pile that is not served is told nothing. */
const onCommand = (state: GqaaState, wish: PileCommand, view: DriverView): GqaaStep =>
  state.phase === 'served' ? command(state, wish, view) : stay(state);

function onTimer(state: GqaaState, timer: string, view: DriverView): GqaaStep {
  const [kind, seq = ''] = timer.split(':');
  if (kind === 'grace') return graceOver(state);
  if (state.phase !== 'served') return stay(state);
  if (kind === 'beat') return beat(state, view);
  if (kind === 'welcome') return welcome(state, view);
  if (kind === 'clock') return clockDue(state, view);
  return kind === 'again' ? resend(state, seq) : stay(state);
}

function onUnheard(state: GqaaState, event: PileEvent): GqaaStep {
  if (event.type === 'RecordUploaded') return recordRefused(state, event.record.tradeNo);
  if (event.type === 'StartAsked') return askRefused(state, event.connectorNo, event.request);
  return stay(state);
}

/** The site's end of 广汽 `gqaa-profile-0` (RULES.md), unverified. */
export function gqaaDriver(settings: GqaaSettings = GQAA_SETTINGS): Driver<GqaaState, Up, Down> {
  return {
    vendor: 'gqaa',
    capabilities: ['remote-start', 'remote-stop', 'tariff-push', 'power-limit'],
    operations: OPERATIONS,
    begin: (pileNo) => beginState(pileNo, settings),
    onFrame,
    onCommand,
    onTimer,
    onClosed: lost,
    onUnheard,
  };
}
