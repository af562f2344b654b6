import { PROFILE_0 } from '@holdfast/protocols/jfy/profile-0';
import { CARDS_PER_GUN, cardNoOf, vinOf } from '../setup.ts';
import { beginning, metered, recordOf, statusOf } from './charge.ts';
import type { Gun, PileState, Start, Visit } from './state.ts';
import {
  arm,
  disarm,
  gunTimer,
  note,
  type PileStep,
  send,
  stay,
  thenStep,
  withGun,
} from './step.ts';

const ASK_AFTER_MS = 1_500;
const ASK_AGAIN_MS = 15_000;
const ASKS_MAX = 2;
const LEAVE_MS = 2_000;
const BEGIN_MS: readonly [number, number] = [300, 1_500];
const UPLOAD_MS: readonly [number, number] = [200, 2_000];
/** A show is watched: there the status comes more often than the profile says. */
const STATUS_PER_TELEMETRY = 4;

/** Says what the gun is at now (104). */
export const report = (state: PileState, gun: Gun, nowMs: number): PileStep =>
  stay(state, send(state, 'status', statusOf(state, gun, nowMs)));

const statusMs = ({ statusSeconds, setup: { pace } }: PileState): number =>
  Math.min(statusSeconds * 1_000, pace.telemetryMs * STATUS_PER_TELEMETRY);

/** 104 every param-23 seconds, whatever the gun is at. */
export function status(state: PileState, gun: Gun, nowMs: number): PileStep {
  const read = metered(gun, nowMs, 'sample');
  return thenStep(report(withGun(state, read), read, nowMs), (s) =>
    stay(s, arm(gunTimer(gun.no, 'status'), statusMs(s))),
  );
}

/** The next car comes after a while. */
export function rest(state: PileState, gun: Gun): PileStep {
  const [min, max] = state.setup.pace.restMs;
  return stay(state, arm(gunTimer(gun.no, 'arrive'), state.setup.random.between(min, max)));
}

function visitOf(state: PileState, gun: Gun): Visit {
  const { random, pace, remoteOneIn, pileNo } = state.setup;
  const [min, max] = pace.chargeMs;
  const pays = random.once(remoteOneIn) ? 'remote' : random.pick(['card', 'card', 'vin'] as const);
  return {
    pays,
    cardNo: cardNoOf(pileNo, gun.no, random.below(CARDS_PER_GUN)),
    chargeMs: random.between(min, max),
    asks: 0,
  };
}

/** A car plugs in; its driver shows a card, trusts the VIN, or waits for a remote start. */
export function arrive(state: PileState, gun: Gun, nowMs: number): PileStep {
  if (!state.ready || state.closing || gun.phase !== 'empty') return rest(state, gun);
  const visit = visitOf(state, gun);
  const plugged: Gun = { ...gun, phase: 'plugged', visit };
  const next = withGun(state, plugged);
  const patience =
    visit.pays === 'remote'
      ? arm(gunTimer(gun.no, 'leave'), state.setup.pace.patienceMs)
      : arm(gunTimer(gun.no, 'ask'), ASK_AFTER_MS);
  return thenStep(report(next, plugged, nowMs), (s) => stay(s, patience));
}

/** 204, by card or by VIN; asked again when no answer comes, then the driver goes. */
export function ask(state: PileState, gun: Gun): PileStep {
  const { visit } = gun;
  if (visit === null || visit.asks >= ASKS_MAX || !state.signedIn) return refuse(state, gun);
  const asking: Gun = { ...gun, phase: 'asking', visit: { ...visit, asks: visit.asks + 1 } };
  const byVin = visit.pays === 'vin';
  return stay(
    withGun(state, asking),
    send(state, 'account', {
      gunNo: gun.no,
      way: byVin ? 'vin' : 'card',
      identity: byVin ? vinOf(state.setup.pileNo, gun.no) : visit.cardNo,
      password: '',
    }),
    arm(gunTimer(gun.no, 'ask'), ASK_AGAIN_MS),
  );
}

/** The driver was not served and goes. */
export const refuse = (state: PileState, gun: Gun): PileStep =>
  stay(
    withGun(state, { ...gun, phase: 'leaving', waits: null }),
    disarm(gunTimer(gun.no, 'ask')),
    arm(gunTimer(gun.no, 'leave'), LEAVE_MS),
  );

/** The car unplugs. */
export function leave(state: PileState, gun: Gun, nowMs: number): PileStep {
  if (gun.phase === 'charging' || gun.phase === 'beginning') return stay(state);
  const empty: Gun = { ...gun, phase: 'empty', visit: null };
  return thenStep(report(withGun(state, empty), empty, nowMs), (s) => rest(s, empty));
}

/** The contactors close soon. */
export const prepare = (state: PileState, gun: Gun, waits: Start): PileStep =>
  stay(
    withGun(state, { ...gun, phase: 'beginning', waits, visit: gun.visit ?? visitOf(state, gun) }),
    disarm(gunTimer(gun.no, 'ask')),
    disarm(gunTimer(gun.no, 'leave')),
    disarm(gunTimer(gun.no, 'arrive')),
    disarm(gunTimer(gun.no, 'plug')),
    arm(gunTimer(gun.no, 'begin'), state.setup.random.between(...BEGIN_MS)),
  );

/** Current flows: 110, and a status that says so. */
export function begin(state: PileState, gun: Gun, nowMs: number): PileStep {
  if (gun.waits === null || gun.phase !== 'beginning') return stay(state);
  const { random, faults, pace } = state.setup;
  const running = beginning(state, gun, gun.waits, nowMs);
  const next = withGun({ ...state, startCount: state.startCount + 1 }, running);
  const chargeMs = gun.visit?.chargeMs ?? pace.chargeMs[0];
  const cut = random.once(faults.rebootOneIn)
    ? [arm(gunTimer(gun.no, 'cut'), random.between(1, chargeMs))]
    : [];
  const { ok } = PROFILE_0.results;
  const told = stay(
    next,
    send(next, 'started', { gunNo: gun.no, user: gun.waits.user, result: ok }),
    arm(gunTimer(gun.no, 'full'), chargeMs),
    ...cut,
  );
  return thenStep(told, (s) => status(s, running, nowMs));
}

/** Ends a charge for whatever reason: books, flash, and the upload soon after. */
export function end(state: PileState, gun: Gun, stopCode: number, nowMs: number): PileStep {
  const read = metered(gun, nowMs, 'end');
  if (read.charge === null) return stay(state);
  const record = recordOf(state, read, read.charge, stopCode);
  const done: Gun = { ...read, phase: 'leaving', charge: null };
  const { recordIndex } = record.body;
  const stored = new Map(state.stored).set(recordIndex, record);
  const next = withGun({ ...state, stored }, done);
  return thenStep(
    stay(
      next,
      note({ note: 'ended', entry: record.entry }),
      disarm(gunTimer(gun.no, 'full')),
      disarm(gunTimer(gun.no, 'cut')),
      arm(`record:${recordIndex}`, state.setup.random.between(...UPLOAD_MS)),
      arm(gunTimer(gun.no, 'leave'), LEAVE_MS),
    ),
    (s) => report(s, done, nowMs),
  );
}
