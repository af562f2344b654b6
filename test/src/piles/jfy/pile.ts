import type { Frames } from '@holdfast/protocols/jfy/codec';
import { PROFILE_0 } from '@holdfast/protocols/jfy/profile-0';
import { bytesOf, u32 } from '@holdfast/protocols/kernel/bytes';
import { bcdTime, bcdTimeOf } from '@holdfast/protocols/kernel/field-bcd-time';
import type { MessageOf } from '@holdfast/protocols/kernel/frame';
import type { Peer } from '@holdfast/protocols/kernel/peer';
import type { BookNote } from '../books.ts';
import type { World } from '../frame-pile.ts';
import type { PileSetup } from '../setup.ts';
import { metered, powerOf, STOP } from './charge.ts';
import { arrive, ask, begin, end, leave, prepare, refuse, report, rest, status } from './guns.ts';
import { confirmed, upload, uploadAll } from './records.ts';
import { type Gun, initialState, type PileState } from './state.ts';
import {
  arm,
  disarm,
  gunOf,
  gunTimer,
  type PileStep,
  send,
  stay,
  thenStep,
  withGun,
} from './step.ts';

type Heard<N extends keyof Frames> = MessageOf<Frames, N>;

const { results, controls, numbers, texts, noLimit } = PROFILE_0;
const SIGN_IN_AGAIN_MS = 5_000;
/** A plug that comes within 60 s of a remote start still starts the charge. */
const LATE_PLUG_MS = 60_000;
const LATE_PLUG_DELAY_MS: readonly [number, number] = [2_000, 20_000];
const BOOT_MS: readonly [number, number] = [2_000, 6_000];
/** A show's heartbeats come a little oftener than the profile's. */
const HEARTBEATS = 3;
const TIME_DIGITS = 16;

function heartbeat(state: PileState): PileStep {
  const { setup, heartbeatSeconds, heartbeats } = state;
  const ms = Math.min(heartbeatSeconds * 1_000, setup.pace.heartbeatMs * HEARTBEATS);
  return stay(
    { ...state, heartbeats: (heartbeats + 1) % 0x1_0000 },
    send(state, 'heartbeat', { count: heartbeats, plugs: null }),
    arm('heartbeat', ms),
  );
}

const signIn = (state: PileState, nowMs: number): PileStep =>
  stay(
    state,
    send(state, 'signIn', {
      encryption: 0,
      softVersion: '02040100',
      project: 0,
      startCount: state.startCount,
      uploadMode: 1,
      signInMinutes: 0,
      mode: 0,
      gunCount: state.setup.connectorCount,
      heartbeatSeconds: state.heartbeatSeconds,
      heartbeatMisses: PROFILE_0.heartbeatMisses,
      recordCount: state.stored.size,
      time: bcdTimeOf(nowMs + state.clockOffsetMs),
      tail: '',
    }),
    arm('sign-in', SIGN_IN_AGAIN_MS),
  );

/** The platform knows the pile: the guns open, and every gun is told of. */
function welcomed(state: PileState, nowMs: number): PileStep {
  const fresh = !state.ready;
  let step = thenStep(
    stay({ ...state, signedIn: true, ready: true }, disarm('sign-in')),
    heartbeat,
  );
  for (const { no } of state.guns) {
    step = thenStep(step, (s) => {
      const gun = gunOf(s, no);
      return gun === undefined ? stay(s) : status(s, gun, nowMs);
    });
  }
  for (const gun of state.guns) {
    if (fresh && gun.phase === 'empty') step = thenStep(step, (s) => rest(s, gun));
  }
  return thenStep(step, uploadAll);
}

/** Power fails: what was charging ends, goes into flash, and the pile boots. */
function powerCut(state: PileState, nowMs: number): PileStep {
  let step: PileStep = stay(state);
  for (const { no } of state.guns) {
    step = thenStep(step, (s) => {
      const gun = gunOf(s, no);
      if (gun?.phase === 'beginning') return refuse(s, gun);
      return gun === undefined ? stay(s) : end(s, gun, STOP.powerCut, nowMs);
    });
  }
  const { random, faults } = state.setup;
  const wrongClock = random.once(faults.wrongClockOneIn);
  const clockOffsetMs = wrongClock ? random.between(-12, 12) * 3_600_000 : step.state.clockOffsetMs;
  return thenStep(step, (s) =>
    stay(
      { ...s, powered: false, signedIn: false, clockOffsetMs },
      arm('boot', random.between(...BOOT_MS)),
      { do: 'close', why: 'power cut' },
    ),
  );
}

/** A plug that comes in time begins the charge that was asked for; one that does not ends the wait. */
function plugged(state: PileState, gun: Gun): PileStep {
  const { waits } = gun;
  if (waits === null || gun.phase !== 'empty') return stay(state);
  if (state.setup.random.once(state.setup.faults.latePlugOneIn)) return prepare(state, gun, waits);
  const next = withGun(state, { ...gun, waits: null });
  const { user } = waits;
  return stay(next, send(next, 'started', { gunNo: gun.no, user, result: results.timedOut }));
}

function onGunTimer(state: PileState, gun: Gun, timer: string, nowMs: number): PileStep {
  switch (timer) {
    case 'arrive':
      return gun.waits === null ? arrive(state, gun, nowMs) : rest(state, gun);
    case 'ask':
      return ask(state, gun);
    case 'status':
      return status(state, gun, nowMs);
    case 'begin':
      return begin(state, gun, nowMs);
    case 'full':
      return end(state, gun, STOP.energy, nowMs);
    case 'leave':
      return leave(state, gun, nowMs);
    case 'cut':
      return powerCut(state, nowMs);
    case 'plug':
      return plugged(state, gun);
    default:
      return stay(state);
  }
}

/** 7: a car that waits begins at once; an empty gun waits for one. */
function onStart(state: PileState, { seq, body }: Heard<'start'>): PileStep {
  const { gunNo, user } = body;
  const gun = gunOf(state, gunNo);
  const answer = (result: number) => send(state, 'startAck', { gunNo, result }, seq);
  const start = { user, startedBy: 'remote' } as const;
  if (gun === undefined || !state.ready) return stay(state, answer(results.failed));
  if (gun.phase === 'plugged') {
    return thenStep(stay(state, answer(results.ok)), (s) => prepare(s, gun, start));
  }
  if (gun.phase !== 'empty' || gun.waits !== null) return stay(state, answer(results.failed));
  const { random, faults } = state.setup;
  const ms = faults.latePlugOneIn > 0 ? random.between(...LATE_PLUG_DELAY_MS) : LATE_PLUG_MS;
  const waiting = withGun(state, { ...gun, waits: start });
  return stay(waiting, answer(results.ok), arm(gunTimer(gunNo, 'plug'), ms));
}

/** 203. */
function onAccount(state: PileState, { body }: Heard<'accountAck'>): PileStep {
  const gun = gunOf(state, body.gunNo);
  if (gun === undefined || gun.phase !== 'asking' || gun.visit === null) return stay(state);
  if (body.refusal !== 0) return refuse(state, gun);
  return prepare(state, gun, { user: body.user, startedBy: gun.visit.pays });
}

/** 5, address 17: what flows from now on is less, or all again. */
function limit(state: PileState, gunNo: number, values: string, nowMs: number): PileState {
  const { [gunNo]: _before, ...others } = state.limits;
  const maxW = values.length < 8 ? noLimit : u32(bytesOf(values), 0);
  const limits = maxW === noLimit ? others : { ...others, [gunNo]: maxW };
  const limited = { ...state, limits };
  return {
    ...limited,
    guns: limited.guns.map((gun) => {
      const read = metered(gun, nowMs, 'sample');
      return { ...read, register: { ...read.register, powerW: powerOf(limited, gun.no) } };
    }),
  };
}

/** 5. */
function onControl(state: PileState, { seq, body }: Heard<'control'>, nowMs: number): PileStep {
  const { gunNo, address } = body;
  const gun = gunOf(state, gunNo);
  const answer = (result: number) =>
    stay(state, send(state, 'controlAck', { gunNo, address, count: 1, result }, seq));
  if (address === controls.stop) {
    if (gun === undefined || gun.charge === null) return answer(1);
    return thenStep(answer(0), (s) => end(s, gun, STOP.remote, nowMs));
  }
  if (address === controls.statusNow) {
    if (gun === undefined) return answer(gunNo === 0 ? 0 : 1);
    const read = metered(gun, nowMs, 'sample');
    return thenStep(answer(0), (s) => report(withGun(s, read), read, nowMs));
  }
  if (address === controls.reboot) return thenStep(answer(0), (s) => powerCut(s, nowMs));
  if (address !== controls.power) return answer(1);
  return thenStep(answer(0), (s) => stay(limit(s, gunNo, body.values, nowMs)));
}

/** 1: the periods. */
function onNumbers(state: PileState, { seq, body }: Heard<'setNumbers'>): PileStep {
  const { action, address, count, values } = body;
  const bytes = bytesOf(values);
  const words = Array.from({ length: bytes.length >> 2 }, (_, i) => u32(bytes, 4 * i));
  const valueAt = (wanted: number, before: number): number => words[wanted - address] ?? before;
  const next: PileState = {
    ...state,
    heartbeatSeconds: valueAt(numbers.heartbeat, state.heartbeatSeconds),
    statusSeconds: valueAt(numbers.status, state.statusSeconds),
  };
  const answer = { action, address, count, result: 0, values: '' };
  return stay(next, send(state, 'setNumbersAck', answer, seq));
}

/** 3, address 2: the clock. */
function onText(state: PileState, { seq, body }: Heard<'setText'>, nowMs: number): PileStep {
  const { action, address, text } = body;
  const answer = { action, address, result: 0, text: '' };
  const isClock = address === texts.clock && text.length === TIME_DIGITS;
  const ms = isClock ? bcdTime('').read(bytesOf(text), 0).ms : null;
  if (ms === null) return stay(state, send(state, 'setTextAck', answer, seq));
  const { wire } = bcdTimeOf(ms);
  return stay(
    { ...state, clockOffsetMs: ms - nowMs },
    send(state, 'setTextAck', { ...answer, text: wire }, seq),
  );
}

const on: Peer<PileState, Frames, 'pile', BookNote, World>['on'] = {
  signInAck: (state, _message, nowMs) => welcomed(state, nowMs),
  heartbeatAck: (state) => stay(state),
  setNumbers: onNumbers,
  setText: onText,
  shortClock: (state) => stay(state),
  statusAck: (state) => stay(state),
  alarmAck: (state) => stay(state),
  bmsAck: (state) => stay(state),
  control: onControl,
  start: onStart,
  startedAck: (state) => stay(state),
  accountAck: onAccount,
  coarseRecordAck: (state, { body }) => confirmed(state, body.recordIndex),
  recordAck: (state, { body }) => confirmed(state, body.recordIndex),
};

function onTimer(state: PileState, timer: string, nowMs: number): PileStep {
  const [kind, no, gunTimerName = ''] = timer.split(':');
  if (kind === 'record') return upload(state, Number(no));
  if (kind === 'boot') return stay({ ...state, powered: true });
  if (kind === 'gun') {
    const gun = gunOf(state, Number(no));
    return gun === undefined ? stay(state) : onGunTimer(state, gun, gunTimerName, nowMs);
  }
  if (!state.connected) return stay(state);
  return kind === 'sign-in' ? signIn(state, nowMs) : heartbeat(state);
}

function onWorld(state: PileState, { world }: World, nowMs: number): PileStep {
  if (world === 'connected') return signIn({ ...state, connected: true }, nowMs);
  if (world === 'close-the-shop') return stay({ ...state, closing: true });
  return stay(
    { ...state, connected: false, signedIn: false },
    disarm('heartbeat'),
    disarm('sign-in'),
  );
}

/** The pile's end of 晶福源 profile-0: what each frame of the platform makes it do. */
export const virtualPile = (
  setup: PileSetup,
): Peer<PileState, Frames, 'pile', BookNote, World> => ({
  initial: initialState(setup),
  on,
  onTimer,
  onCommand: onWorld,
});
