import { withCached } from './cards.ts';
import type { BootAnswer, Dialect } from './dialect.ts';
import {
  arrive,
  begin,
  byCard,
  end,
  leave,
  obey,
  refuse,
  rest,
  showCard,
  telemetry,
  tell,
} from './guns.ts';
import { confirmed, erred, grounded, keptOf, pump, unanswered } from './outbox.ts';
import type { Payload } from './payload.ts';
import {
  type Gun,
  initialState,
  type Kept,
  type OcppSetup,
  type PileState,
  type World,
  wrongOffsetOf,
} from './state.ts';
import {
  arm,
  ask,
  disarm,
  eachGun,
  gunOf,
  gunTimer,
  type PileStep,
  stay,
  thenStep,
} from './step.ts';

const RETRY_MS = 10_000;
const BOOT_MS: readonly [number, number] = [2_000, 6_000];
/** A pile that is told the time within this much of its own does not move its clock. */
const CLOCK_STEP_MS = 2_000;

/** What came back for a call of the pile's own. */
export type Outcome =
  | { readonly is: 'result'; readonly payload: Payload }
  | { readonly is: 'error' }
  | { readonly is: 'unanswered' }
  /** The connection ended first. */
  | { readonly is: 'lost' };

/** The pure pile: every input makes a new state and effects. */
export interface OcppPile {
  readonly initial: PileState;
  readonly onCall: (
    state: PileState,
    action: string,
    payload: Payload,
    call: number,
    nowMs: number,
  ) => PileStep;
  readonly onOutcome: (state: PileState, tag: string, outcome: Outcome, nowMs: number) => PileStep;
  readonly onTimer: (state: PileState, timer: string, nowMs: number) => PileStep;
  readonly onWorld: (state: PileState, world: World, nowMs: number) => PileStep;
}

function withTime(state: PileState, told: number | undefined, nowMs: number): PileState {
  if (told === undefined || state.deafToTime) return { ...state, clockKnown: true };
  const differs = Math.abs(told - (nowMs + state.clockOffsetMs)) > CLOCK_STEP_MS;
  return { ...state, clockKnown: true, clockOffsetMs: differs ? 0 : state.clockOffsetMs };
}

/** Old reports first, as they were then; what charges have to say comes after them. */
function resume(dialect: Dialect, state: PileState): PileStep {
  const said = state.unsaid.map((call) => ask('status', call));
  return thenStep(
    stay({ ...state, unsaid: [] }, ...said, arm('heartbeat', state.heartbeatMs)),
    (s) => pump(dialect, s),
  );
}

function booted(dialect: Dialect, state: PileState, answer: BootAnswer, nowMs: number): PileStep {
  const { status, intervalMs } = answer;
  if (status !== 'Accepted') return stay(state, arm('boot-again', Math.max(1_000, intervalMs)));
  const heartbeatMs = intervalMs > 0 ? intervalMs : state.heartbeatMs;
  const fresh = !state.clockKnown;
  const known = withTime({ ...state, accepted: true, heartbeatMs }, answer.nowMs, nowMs);
  const guns = known.guns.map((gun) => ({ ...gun, told: null }));
  const told = eachGun(stay({ ...known, guns }, disarm('boot-again')), (s, gun) => {
    const step = tell(dialect, s, gun, nowMs);
    return fresh && gun.phase === 'empty' ? thenStep(step, (t) => rest(t, gun)) : step;
  });
  return thenStep(told, (s) => resume(dialect, s));
}

/** Power fails: what was charging ends as it stood, and the pile boots. */
function powerCut(dialect: Dialect, state: PileState, nowMs: number): PileStep {
  const { setup } = state;
  const cut: PileState = { ...grounded(state), powered: false, connected: false, accepted: false };
  const stopped = eachGun(stay(cut), (s, gun) =>
    gun.charge === null ? stay(s) : end(dialect, s, gun, 'PowerLoss', nowMs),
  );
  const wrong = state.deafToTime || setup.random.once(setup.faults.wrongClockOneIn);
  const clock = wrong ? { clockKnown: false, clockOffsetMs: wrongOffsetOf(setup) } : {};
  const zeroed = setup.random.once(setup.faults.meterResetOneIn);
  const guns = stopped.state.guns.map((gun) => {
    const { register } = gun;
    const zero = zeroed ? -register.flowedWh : register.zero;
    return { ...gun, register: { ...register, zero } };
  });
  return {
    state: { ...stopped.state, ...clock, guns },
    effects: [
      ...stopped.effects,
      arm('power', setup.random.between(...BOOT_MS)),
      { do: 'close', why: 'power cut' },
    ],
  };
}

function onGunTimer(
  dialect: Dialect,
  state: PileState,
  gun: Gun,
  timer: string,
  nowMs: number,
): PileStep {
  switch (timer) {
    case 'arrive':
      return arrive(dialect, state, gun, nowMs);
    case 'ask':
      return showCard(dialect, state, gun, nowMs);
    case 'telemetry':
      return telemetry(dialect, state, gun, nowMs);
    case 'full':
      return end(dialect, state, gun, 'Local', nowMs);
    case 'leave':
      return leave(dialect, state, gun, nowMs);
    case 'limit':
      return obey(dialect, state, gun, nowMs);
    case 'cut':
      return powerCut(dialect, state, nowMs);
    case 'late-plug':
      return latePlug(dialect, state, gun, nowMs);
    case 'reservation':
      return tell(dialect, state, { ...gun, reserved: null }, nowMs);
    default:
      return stay(state);
  }
}

function latePlug(dialect: Dialect, state: PileState, gun: Gun, nowMs: number): PileStep {
  const { waits } = gun;
  if (waits === null || gun.phase !== 'empty' || nowMs > waits.untilMs) return stay(state);
  return thenStep(stay(state, disarm(gunTimer(gun.no, 'arrive'))), (s) =>
    begin(dialect, s, gun, waits, nowMs),
  );
}

function onTimer(dialect: Dialect, state: PileState, timer: string, nowMs: number): PileStep {
  const [kind, no, name = ''] = timer.split(':');
  if (kind === 'gun') {
    const gun = gunOf(state, Number(no));
    return gun === undefined ? stay(state) : onGunTimer(dialect, state, gun, name, nowMs);
  }
  if (kind === 'power') return stay({ ...state, powered: true });
  if (kind === 'retry') return pump(dialect, state);
  if (kind === 'reset') return powerCut(dialect, state, nowMs);
  if (!state.connected) return stay(state);
  if (kind === 'boot-again') return stay(state, ask('boot', dialect.boot(state, 'PowerUp')));
  return stay(state, ask('heartbeat', dialect.heartbeat), arm('heartbeat', state.heartbeatMs));
}

/** The card was checked. */
function onCard(
  dialect: Dialect,
  state: PileState,
  gun: Gun,
  outcome: Outcome,
  nowMs: number,
): PileStep {
  const { visit } = gun;
  if (gun.phase !== 'asking' || visit === null || outcome.is !== 'result') return stay(state);
  const allowed = dialect.readAuthorize(outcome.payload);
  const cached = { ...state, cards: withCached(state.cards, visit.card, allowed) };
  if (!allowed) return refuse(dialect, cached, gun, nowMs);
  return begin(dialect, cached, gun, byCard(visit.card), nowMs);
}

/** The begin of a charge is stored: its number is known, and whether its driver may go on. */
function onBegun(
  dialect: Dialect,
  state: PileState,
  head: Kept,
  payload: Payload,
  nowMs: number,
): PileStep {
  const { random, faults } = state.setup;
  if (random.once(faults.lostBeginOneIn)) {
    if (!dialect.mayForgetBegin || !random.once(2)) return unanswered(state);
    const forgotten = { ...state, numbers: new Map(state.numbers).set(head.ref, -1) };
    return confirmed(dialect, forgotten, head);
  }
  const { allowed, no } = dialect.readBegun(payload);
  const numbers = no === null ? state.numbers : new Map(state.numbers).set(head.ref, no);
  const step = confirmed(dialect, { ...state, numbers }, head);
  const gun = state.guns.find(({ charge }) => charge?.ref === head.ref);
  if (allowed || gun === undefined) return step;
  return thenStep(step, (s) => end(dialect, s, gunOf(s, gun.no) ?? gun, 'DeAuthorized', nowMs));
}

function onKept(
  dialect: Dialect,
  state: PileState,
  head: Kept,
  outcome: Outcome,
  nowMs: number,
): PileStep {
  if (outcome.is === 'lost') return stay(grounded(state));
  if (outcome.is === 'unanswered') return unanswered(state);
  if (outcome.is === 'error') return erred(dialect, state, head);
  if (head.what === 'begin') return onBegun(dialect, state, head, outcome.payload, nowMs);
  return confirmed(dialect, state, head);
}

function onOutcome(
  dialect: Dialect,
  state: PileState,
  tag: string,
  outcome: Outcome,
  nowMs: number,
): PileStep {
  const [kind, no] = tag.split(':');
  if (kind === 'kept') {
    const head = keptOf(state, Number(no));
    return head === undefined ? stay(state) : onKept(dialect, state, head, outcome, nowMs);
  }
  if (kind === 'card') {
    const gun = gunOf(state, Number(no));
    return gun === undefined ? stay(state) : onCard(dialect, state, gun, outcome, nowMs);
  }
  if (kind === 'boot') {
    if (outcome.is === 'result') {
      return booted(dialect, state, dialect.readBoot(outcome.payload), nowMs);
    }
    return outcome.is === 'lost' ? stay(state) : stay(state, arm('boot-again', RETRY_MS));
  }
  if (kind === 'heartbeat' && outcome.is === 'result' && state.accepted) {
    return stay(withTime(state, dialect.readTime(outcome.payload), nowMs));
  }
  return stay(state);
}

function onWorld(dialect: Dialect, state: PileState, world: World): PileStep {
  switch (world.world) {
    case 'connected': {
      const there: PileState = { ...grounded(state), connected: true };
      // A pile that was accepted before does not boot again: its line was away, not its power.
      return there.accepted
        ? resume(dialect, there)
        : stay(there, ask('boot', dialect.boot(there, 'PowerUp')));
    }
    case 'disconnected': {
      const away: PileState = { ...grounded(state), connected: false };
      return stay(away, disarm('heartbeat'), disarm('boot-again'));
    }
    case 'close-the-shop':
      return stay({ ...state, closing: true });
    case 'job':
      return dialect.onJob(state, world.job, world.done, world.text);
  }
}

/** A pile of one version of OCPP. */
export const ocppPile = (dialect: Dialect, setup: OcppSetup): OcppPile => ({
  initial: initialState(setup, dialect.settings),
  onCall(state, action, payload, call, nowMs) {
    const handler = dialect.onCall[action];
    if (handler === undefined) return stay(state, { do: 'error', call, code: 'NotImplemented' });
    return handler(state, payload, call, nowMs);
  },
  onOutcome: (state, tag, outcome, nowMs) => onOutcome(dialect, state, tag, outcome, nowMs),
  onTimer: (state, timer, nowMs) => onTimer(dialect, state, timer, nowMs),
  onWorld: (state, world) => onWorld(dialect, state, world),
});
