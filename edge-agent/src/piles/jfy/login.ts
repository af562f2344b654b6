import { PROFILE_0 } from '@holdfast/protocols/jfy/profile-0';
import { hexOf, putUint } from '@holdfast/protocols/kernel/bytes';
import { bcdTimeOf } from '@holdfast/protocols/kernel/field-bcd-time';
import type { DriverView, LostWhy } from '../driver.ts';
import { spreadOf } from '../ykc/map.ts';
import { beginState, GUNS_MAX, type JfyState } from './state.ts';
import { andThen, emit, type Heard, type JfyStep, reply, stay, step, tell } from './step.ts';

/** The random number of a sign-in stands behind 24 reserved bytes, where a pile sends it. */
const RANDOM_AT = 2 * 24;
const RANDOM_DIGITS = 8;

/** Whole numbers as parameters: four bytes each, as hex. */
export function wordsOf(...values: readonly number[]): string {
  const b = new Uint8Array(4 * values.length);
  for (const [i, value] of values.entries()) putUint(b, 4 * i, 4, value);
  return hexOf(b);
}

/** What the pile says of itself; what only this connection knows starts anew ([JFY-LOGIN-3]). */
function introduced(state: JfyState, body: Heard<'signIn'>['body']): JfyState {
  const { settings } = state;
  const seconds = body.heartbeatSeconds === 0 ? settings.heartbeatSeconds : body.heartbeatSeconds;
  const misses = body.heartbeatMisses === 0 ? settings.heartbeatMisses : body.heartbeatMisses;
  return {
    ...beginState(state.pileNo, settings),
    announced: true,
    gunCount: Math.min(GUNS_MAX, Math.max(1, body.gunCount)),
    heartbeatLostMs: Math.max(seconds, settings.heartbeatSeconds) * misses * 1_000,
    count: state.count,
    asked: state.asked,
    uploads: state.uploads,
  };
}

/** [JFY-LOGIN-1], [JFY-LOGIN-2]: 106 → 105. */
export function signIn(state: JfyState, { seq, body }: Heard<'signIn'>, view: DriverView): JfyStep {
  const { pileNo, settings } = state;
  const met = introduced(state, body);
  const told = emit({
    type: 'PileLoggedIn',
    protocolVersion: PROFILE_0.id,
    firmware: body.softVersion,
    connectorCount: met.gunCount,
    dc: met.dc,
  });
  if (view.site.pile(pileNo)?.adopted !== true) {
    return step({ ...met, phase: 'unserved' }, told, {
      do: 'arm',
      timer: 'grace',
      ms: settings.graceMs,
    });
  }
  const random = body.tail.slice(RANDOM_AT, RANDOM_AT + RANDOM_DIGITS);
  return step(
    { ...met, phase: 'served' },
    { do: 'disarm', timer: 'grace' },
    { do: 'disarm', timer: 'heartbeat' },
    { do: 'admit' },
    told,
    reply(seq, 'signInAck', {
      random: random.length === RANDOM_DIGITS ? random : '0'.repeat(RANDOM_DIGITS),
      encryption: 0,
    }),
    { do: 'arm', timer: 'welcome', ms: spreadOf(pileNo, settings.welcomeMs) },
  );
}

/** [JFY-LOGIN-4]: a frame of a pile that is not served gets no answer, and little time. */
export function unserved(state: JfyState): JfyStep {
  if (state.phase !== 'new') return stay(state);
  return step(
    { ...state, phase: 'unserved' },
    { do: 'arm', timer: 'grace', ms: state.settings.graceMs },
  );
}

/** The time of grace is over. */
export const graceOver = (state: JfyState): JfyStep =>
  state.phase === 'unserved' ? step(state, { do: 'close', why: 'not served' }) : stay(state);

/** [JFY-HB-1], [JFY-HB-2]: 102 → 101, and the next one is waited for. */
export const heartbeat = (state: JfyState, { seq, body }: Heard<'heartbeat'>): JfyStep =>
  step(
    state,
    reply(seq, 'heartbeatAck', { count: body.count }),
    // A tenth more than the misses: a heartbeat on its way is none that is missing.
    { do: 'arm', timer: 'heartbeat', ms: Math.ceil((state.heartbeatLostMs * 11) / 10) },
  );

/** [JFY-HB-2] Too many heartbeats did not come. */
export const heartbeatLost = (state: JfyState): JfyStep =>
  step(state, { do: 'close', why: 'heartbeats missing' });

/** [JFY-CLOCK-1]: 3, address 2. */
export function setClock(state: JfyState, { nowMs }: DriverView): JfyStep {
  const { wire } = bcdTimeOf(nowMs);
  return tell(state, 'setText', {
    action: 'set',
    address: PROFILE_0.texts.clock,
    bytes: wire.length / 2,
    text: wire,
  });
}

/** The clock now, and again tomorrow at this pile's own minute. */
export function clockDue(state: JfyState, view: DriverView): JfyStep {
  const { clockEveryMs } = state.settings;
  const ms = clockEveryMs - spreadOf(state.pileNo, clockEveryMs / 24);
  return andThen(setClock(state, view), (s) => step(s, { do: 'arm', timer: 'clock', ms }));
}

/** 5 with one parameter. */
export const control = (state: JfyState, gunNo: number, address: number, value: number): JfyStep =>
  tell(state, 'control', { gunNo, address, count: 1, bytes: 4, values: wordsOf(value) });

/** [JFY-CALL-1]: 5, address 15. */
export const call = (state: JfyState, gunNo: number): JfyStep =>
  control(state, gunNo, PROFILE_0.controls.statusNow, 0);

/** [JFY-LOGIN-5]: 1, addresses 21 to 23. */
function setPeriods(state: JfyState): JfyStep {
  const { heartbeatSeconds, heartbeatMisses, statusSeconds } = state.settings;
  return tell(state, 'setNumbers', {
    action: 'set',
    address: PROFILE_0.numbers.heartbeat,
    count: 3,
    bytes: 12,
    values: wordsOf(heartbeatSeconds, heartbeatMisses, statusSeconds),
  });
}

/** What a pile is given after its sign-in, a little later for each. */
export function welcome(state: JfyState, view: DriverView): JfyStep {
  const set = andThen(setPeriods(state), (s) => clockDue(s, view));
  return Array.from({ length: state.gunCount }, (_, i) => i + 1).reduce(
    (before, gunNo) => andThen(before, (s) => call(s, gunNo)),
    set,
  );
}

/** [JFY-LOST-1]: only a loss of a pile that the site heard of is told. */
export const lost = (state: JfyState, why: LostWhy): JfyStep =>
  state.announced
    ? step({ ...state, announced: false }, emit({ type: 'PileLost', why }))
    : stay(state);
