import { PROFILE_0 } from '@holdfast/protocols/gqaa/profile-0';
import { utcTimeOf } from '@holdfast/protocols/kernel/field-time';
import type { DriverView, LostWhy } from '../driver.ts';
import { noTradeNo, spreadOf } from '../ykc/map.ts';
import { beginState, type GqaaState, type Question } from './state.ts';
import { andThen, ask, emit, type GqaaStep, type Heard, reply, stay, step, tell } from './step.ts';
import { heldAtLogin } from './tariff.ts';

/** One byte names a gun; more than these nobody builds. */
const GUNS_MAX = 32;
const CAN_LIMIT = 0x01;
const { login: LOGIN } = PROFILE_0.types;

/** What the pile says of itself; what only this connection knows starts anew ([GQAA-LOGIN-3]). */
const introduced = (state: GqaaState, body: Heard<'login'>['body']): GqaaState => ({
  ...beginState(state.pileNo, state.settings),
  announced: true,
  dc: body.pileType !== 'ac',
  gunCount: Math.min(GUNS_MAX, Math.max(1, body.gunCount)),
  canLimit: (body.capabilities & CAN_LIMIT) !== 0,
  count: state.count,
  asked: state.asked,
  uploads: state.uploads,
  due: state.due,
});

const loginAnswer = (
  state: GqaaState,
  question: Question,
  adopted: boolean,
  keySlot: number,
  nowMs: number,
): GqaaStep =>
  reply(state, question, 'loginAck', adopted ? 'none' : 'pile-not-adopted', {
    time: utcTimeOf(nowMs),
    heartbeatSeconds: PROFILE_0.heartbeatSeconds,
    chargingSeconds: PROFILE_0.telemetrySeconds.charging,
    idleSeconds: PROFILE_0.telemetrySeconds.idle,
    keySlot,
  });

/** [GQAA-LOGIN-1], [GQAA-LOGIN-2]: 0x01. */
export function login(state: GqaaState, { seq, body }: Heard<'login'>, view: DriverView): GqaaStep {
  const { pileNo, settings } = state;
  const met = introduced(state, body);
  const question: Question = { seq, code: LOGIN, gunNo: body.gunNo };
  const told = emit({
    type: 'PileLoggedIn',
    protocolVersion: PROFILE_0.id,
    firmware: body.firmware,
    connectorCount: met.gunCount,
    dc: met.dc,
  });
  if (view.site.pile(pileNo)?.adopted !== true) {
    const refused = loginAnswer({ ...met, phase: 'unserved' }, question, false, 0, view.nowMs);
    const grace = { do: 'arm', timer: 'grace', ms: settings.graceMs } as const;
    return step(refused.state, told, ...refused.effects, grace);
  }
  const { keySlot } = body;
  const served = loginAnswer({ ...met, phase: 'served' }, question, true, keySlot, view.nowMs);
  const seated = step(
    served.state,
    { do: 'disarm', timer: 'grace' },
    { do: 'admit' },
    told,
    ...served.effects,
    { do: 'arm', timer: 'beat', ms: settings.heartbeatMs },
    { do: 'arm', timer: 'welcome', ms: spreadOf(pileNo, settings.welcomeMs) },
  );
  return andThen(seated, (s) => heldAtLogin(s, body.modelNo, view));
}

/** [GQAA-LOGIN-4]: a frame of a pile that is not served gets no answer, and little time. */
export function unserved(state: GqaaState): GqaaStep {
  if (state.phase !== 'new') return stay(state);
  return step(
    { ...state, phase: 'unserved' },
    { do: 'arm', timer: 'grace', ms: state.settings.graceMs },
  );
}

/** The time of grace is over. */
export const graceOver = (state: GqaaState): GqaaStep =>
  state.phase === 'unserved' ? step(state, { do: 'close', why: 'not served' }) : stay(state);

/** [GQAA-HB-2]: ours. */
export const beat = (state: GqaaState, { nowMs }: DriverView): GqaaStep =>
  andThen(tell(state, 'platformHeartbeat', 0, { time: utcTimeOf(nowMs) }), (s) =>
    step(s, { do: 'arm', timer: 'beat', ms: s.settings.heartbeatMs }),
  );

/** [GQAA-CLOCK-1]: 0x60. */
export const setClock = (state: GqaaState, { nowMs }: DriverView): GqaaStep =>
  ask(state, 'clock', 0, { time: utcTimeOf(nowMs) }, { do: 'setClock' });

/** The clock now, and again tomorrow at this pile's own minute. */
export function clockDue(state: GqaaState, view: DriverView): GqaaStep {
  const { clockEveryMs } = state.settings;
  const ms = clockEveryMs - spreadOf(state.pileNo, clockEveryMs / 24);
  return andThen(setClock(state, view), (s) => step(s, { do: 'arm', timer: 'clock', ms }));
}

/** [GQAA-CALL-1]: 0x10. */
export const call = (state: GqaaState, connectorNo: number): GqaaStep =>
  ask(state, 'call', connectorNo, {}, null);

/** 0x52: one order, or all that the pile keeps. */
export const recall = (state: GqaaState, tradeNo: string = noTradeNo): GqaaStep =>
  ask(state, 'recall', 0, { tradeNo: tradeNo.toUpperCase() }, null);

/** [GQAA-RECALL-1] Records that the site still waits for are asked for by their number. */
const recallAwaited = (state: GqaaState, { site }: DriverView): GqaaStep =>
  site
    .openCharges(state.pileNo)
    .filter((charge) => charge.state === 'awaiting-record')
    .reduce((before, { orderNo }) => andThen(before, (s) => recall(s, orderNo)), stay(state));

/** What a pile is given after its login, a little later for each. */
export function welcome(state: GqaaState, view: DriverView): GqaaStep {
  const called = andThen(clockDue(state, view), (s) => call(s, 0));
  return andThen(called, (s) => recallAwaited(s, view));
}

/** [GQAA-LOST-1], [GQAA-OP-1]: a loss that the site heard a login of; operations end unanswered. */
export function lost(state: GqaaState, why: LostWhy): GqaaStep {
  const operations = state.due.flatMap(({ wish }) =>
    wish?.do === 'operate'
      ? [
          emit({
            type: 'Operated',
            request: wish.request,
            outcome: 'unanswered',
            answer: null,
          }),
        ]
      : [],
  );
  const after = { ...state, announced: false, due: [] };
  if (!state.announced) return step(after, ...operations);
  return step(after, ...operations, emit({ type: 'PileLost', why }));
}
