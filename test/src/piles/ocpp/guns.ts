import { CARDS_PER_GUN, cardNoOf } from '../setup.ts';
import { knownOf } from './cards.ts';
import { beginning, entryOf, metered } from './charge.ts';
import type { Dialect, EndReason } from './dialect.ts';
import { keep } from './outbox.ts';
import { compositeAt } from './profiles.ts';
import type { Gun, PileState, Starter, Status, Visit } from './state.ts';
import {
  arm,
  ask,
  disarm,
  gunTimer,
  note,
  type PileStep,
  pileNow,
  stay,
  thenStep,
  withGun,
} from './step.ts';

const ASK_AFTER_MS = 1_500;
const ASK_AGAIN_MS = 15_000;
const ASKS_MAX = 2;
const LEAVE_MS = 2_000;
/** Reports of a long outage that are worth telling afterwards. */
const MOST_UNSAID = 100;

function statusOf(gun: Gun): Status {
  if (gun.phase === 'charging') return gun.register.powerW === 0 ? 'suspended' : 'charging';
  if (gun.phase === 'leaving') return 'finishing';
  if (gun.phase !== 'empty') return 'preparing';
  if (!gun.operative) return 'unavailable';
  return gun.reserved === null ? 'available' : 'reserved';
}

/** Says what the gun's state is, if that is news; later, when nobody hears it now. */
export function tell(dialect: Dialect, state: PileState, gun: Gun, nowMs: number): PileStep {
  const status = statusOf(gun);
  if (gun.told === status) return stay(withGun(state, gun));
  const next = withGun(state, { ...gun, told: status });
  const call = dialect.status(gun, status, pileNow(state, nowMs));
  if (state.connected && state.accepted) return stay(next, ask('status', call));
  if (!state.accepted) return stay(next);
  return stay({ ...next, unsaid: [...state.unsaid, call].slice(-MOST_UNSAID) });
}

/** The next car comes after a while. */
export function rest(state: PileState, gun: Gun): PileStep {
  const [min, max] = state.setup.pace.restMs;
  return stay(state, arm(gunTimer(gun.no, 'arrive'), state.setup.random.between(min, max)));
}

function visitOf(state: PileState, gun: Gun): Visit {
  const { random, pace, remoteOneIn, pileNo } = state.setup;
  const [min, max] = pace.chargeMs;
  return {
    pays: random.once(remoteOneIn) ? 'remote' : 'card',
    card: cardNoOf(pileNo, gun.no, random.below(CARDS_PER_GUN)),
    chargeMs: random.between(min, max),
    asks: 0,
  };
}

/** A car plugs in; its driver shows a card, or waits for a remote start. */
export function arrive(dialect: Dialect, state: PileState, gun: Gun, nowMs: number): PileStep {
  const free = gun.phase === 'empty' && gun.operative && gun.reserved === null;
  if (!state.clockKnown || state.closing || !free) return rest(state, gun);
  const visit = visitOf(state, gun);
  const patience =
    visit.pays === 'remote'
      ? arm(gunTimer(gun.no, 'leave'), state.setup.pace.patienceMs)
      : arm(gunTimer(gun.no, 'ask'), ASK_AFTER_MS);
  return thenStep(tell(dialect, state, { ...gun, phase: 'plugged', visit }, nowMs), (s) =>
    stay(s, patience),
  );
}

export const byCard = (card: string): Starter => ({
  startedBy: 'card',
  card,
  tokenType: 'ISO14443',
  remoteStartId: null,
});

/** The driver shows a card: asked over the line, or decided by list and cache without one. */
export function showCard(dialect: Dialect, state: PileState, gun: Gun, nowMs: number): PileStep {
  const { visit } = gun;
  // A pile that does not know the time sells nothing: no one could say at what price.
  const mayAsk = visit !== null && visit.asks < ASKS_MAX && state.clockKnown;
  if (!mayAsk) return refuse(dialect, state, gun, nowMs);
  if (!state.connected || !state.accepted) {
    const allowed = knownOf(state.cards, visit.card) === true;
    return allowed
      ? begin(dialect, state, gun, byCard(visit.card), nowMs)
      : refuse(dialect, state, gun, nowMs);
  }
  const asking: Gun = { ...gun, phase: 'asking', visit: { ...visit, asks: visit.asks + 1 } };
  return stay(
    withGun(state, asking),
    ask(`card:${gun.no}`, dialect.authorize(visit.card)),
    arm(gunTimer(gun.no, 'ask'), ASK_AGAIN_MS),
  );
}

/** The driver was not served and goes. */
export const refuse = (dialect: Dialect, state: PileState, gun: Gun, nowMs: number): PileStep =>
  thenStep(tell(dialect, state, { ...gun, phase: 'leaving' }, nowMs), (s) =>
    stay(s, disarm(gunTimer(gun.no, 'ask')), arm(gunTimer(gun.no, 'leave'), LEAVE_MS)),
  );

/** The car unplugs. */
export function leave(dialect: Dialect, state: PileState, gun: Gun, nowMs: number): PileStep {
  if (gun.phase === 'charging') return stay(state);
  const empty: Gun = { ...gun, phase: 'empty', visit: null };
  return thenStep(tell(dialect, state, empty, nowMs), (s) => {
    const resets = s.resetsWhenIdle && s.guns.every(({ charge }) => charge === null);
    const step = rest({ ...s, resetsWhenIdle: s.resetsWhenIdle && !resets }, empty);
    return resets ? thenStep(step, (t) => stay(t, arm('reset', 0))) : step;
  });
}

/** What the gun may draw now, and a look at it when that changes. */
function limited(state: PileState, gun: Gun, chargeFromMs: number, nowMs: number) {
  const { powerW } = state.setup;
  const atMs = pileNow(state, nowMs);
  const moment = { connectorNo: gun.no, atMs, chargeFromMs: chargeFromMs + state.clockOffsetMs };
  const { limitW, untilMs } = compositeAt(state.profiles, moment);
  const look = Number.isFinite(untilMs)
    ? [arm(gunTimer(gun.no, 'limit'), Math.min(untilMs - atMs, 86_400_000))]
    : [];
  return { powerW: Math.max(0, Math.min(powerW, limitW)), look };
}

/** Current flows. */
export function begin(
  dialect: Dialect,
  state: PileState,
  gun: Gun,
  starter: Starter,
  nowMs: number,
): PileStep {
  const { random, faults, pace } = state.setup;
  const visit = gun.visit ?? visitOf(state, gun);
  const { powerW, look } = limited(state, gun, nowMs, nowMs);
  const begun = beginning(state, { ...gun, visit }, starter, powerW, nowMs);
  const { charge } = begun;
  const counted: Gun = { ...begun.gun, charge: { ...charge, events: 1 } };
  const cut = random.once(faults.rebootOneIn)
    ? [arm(gunTimer(gun.no, 'cut'), random.between(1, visit.chargeMs))]
    : [];
  const told = tell(dialect, begun.state, counted, nowMs);
  const call = dialect.begun(told.state, begun.gun, charge);
  return thenStep(
    thenStep(told, (s) => keep(dialect, s, charge.ref, 'begin', call)),
    (s) =>
      stay(
        s,
        disarm(gunTimer(gun.no, 'ask')),
        disarm(gunTimer(gun.no, 'leave')),
        arm(gunTimer(gun.no, 'telemetry'), pace.telemetryMs),
        arm(gunTimer(gun.no, 'full'), visit.chargeMs),
        ...look,
        ...cut,
      ),
  );
}

/** Reads the meter and says what it shows. */
export function measure(dialect: Dialect, state: PileState, gun: Gun, nowMs: number): PileStep {
  const read = metered(gun, nowMs, 'sample');
  const { charge } = read.gun;
  if (charge === null) return stay(state);
  const counted: Gun = { ...read.gun, charge: { ...charge, events: charge.events + 1 } };
  const call = dialect.sampled(state, read.gun, charge, read.readings);
  return keep(dialect, withGun(state, counted), charge.ref, 'sample', call);
}

export const telemetry = (dialect: Dialect, state: PileState, gun: Gun, nowMs: number): PileStep =>
  gun.charge === null
    ? stay(state)
    : thenStep(measure(dialect, state, gun, nowMs), (s) =>
        stay(s, arm(gunTimer(gun.no, 'telemetry'), state.setup.pace.telemetryMs)),
      );

/** A limit came, went or changed: the current follows it from now on. */
export function obey(dialect: Dialect, state: PileState, gun: Gun, nowMs: number): PileStep {
  const fromMs = gun.charge?.readings[0]?.atMs;
  if (fromMs === undefined) return stay(state);
  const read = metered(gun, nowMs, 'sample').gun;
  const { powerW, look } = limited(state, gun, fromMs, nowMs);
  const slower: Gun = { ...read, register: { ...read.register, powerW } };
  return thenStep(tell(dialect, state, slower, nowMs), (s) => stay(s, ...look));
}

/** Ends a charge for whatever reason: books, flash, and up it goes when everything before has. */
export function end(
  dialect: Dialect,
  state: PileState,
  gun: Gun,
  reason: EndReason,
  nowMs: number,
): PileStep {
  const read = metered(gun, nowMs, 'end').gun;
  const { charge } = read;
  if (charge === null) return stay(state);
  const entry = entryOf(dialect, state, read, charge, reason);
  const done: Gun = { ...read, phase: 'leaving', charge: null };
  const call = dialect.ended(state, read, charge, reason);
  // What was set for this charge ends with it.
  const profiles = state.profiles.filter((p) => p.purpose !== 'tx' || p.connectorNo !== gun.no);
  return thenStep(
    thenStep(stay(state, note({ note: 'ended', entry })), (s) =>
      keep(dialect, withGun({ ...s, profiles }, done), charge.ref, 'end', call),
    ),
    (s) =>
      thenStep(
        stay(
          s,
          disarm(gunTimer(gun.no, 'telemetry')),
          disarm(gunTimer(gun.no, 'full')),
          disarm(gunTimer(gun.no, 'cut')),
          disarm(gunTimer(gun.no, 'limit')),
          arm(gunTimer(gun.no, 'leave'), LEAVE_MS),
        ),
        (t) => tell(dialect, t, done, nowMs),
      ),
  );
}
