import { CARDS_PER_GUN, cardNoOf, vinOf } from '../setup.ts';
import { newCharge, readMeter, realtimeOf, recordOf, STOP, shownOf } from './charge.ts';
import type { Charge, Gun, PileState, Visit } from './state.ts';
import {
  arm,
  disarm,
  gunNoText,
  gunTimer,
  note,
  OWN_SEQ,
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
const UPLOAD_MS: readonly [number, number] = [200, 2_000];

/** Says what the gun shows now (0x13). */
export const report = (state: PileState, gun: Gun, nowMs: number): PileStep =>
  stay(state, send({ name: 'realtime', seq: OWN_SEQ, body: realtimeOf(state, gun, nowMs) }));

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

/** 0x31, by card or by VIN; asked again when no answer comes, then the driver goes. */
export function ask(state: PileState, gun: Gun): PileStep {
  const { visit } = gun;
  if (visit === null || visit.asks >= ASKS_MAX || !state.loggedIn) return refuse(state, gun);
  const asking: Gun = { ...gun, phase: 'asking', visit: { ...visit, asks: visit.asks + 1 } };
  const byVin = visit.pays === 'vin';
  const request = send({
    name: 'startApply',
    seq: OWN_SEQ,
    body: {
      pileNo: state.setup.pileNo,
      gunNo: gunNoText(gun.no),
      method: byVin ? 'vin' : 'card',
      needPassword: 'no',
      account: byVin ? '0'.repeat(16) : visit.cardNo,
      password: '0'.repeat(32),
      vin: byVin ? vinOf(state.setup.pileNo, gun.no) : '',
    },
  });
  return stay(withGun(state, asking), request, arm(gunTimer(gun.no, 'ask'), ASK_AGAIN_MS));
}

/** The driver was not served and goes. */
export const refuse = (state: PileState, gun: Gun): PileStep =>
  stay(
    withGun(state, { ...gun, phase: 'leaving' }),
    disarm(gunTimer(gun.no, 'ask')),
    arm(gunTimer(gun.no, 'leave'), LEAVE_MS),
  );

/** The car unplugs. */
export function leave(state: PileState, gun: Gun, nowMs: number): PileStep {
  if (gun.phase === 'charging') return stay(state);
  const empty: Gun = { ...gun, phase: 'empty', visit: null };
  return thenStep(report(withGun(state, empty), empty, nowMs), (s) => rest(s, empty));
}

/** Current flows. */
export function begin(
  state: PileState,
  gun: Gun,
  start: Pick<Charge, 'tradeNo' | 'startedBy' | 'balanceFen'>,
  nowMs: number,
): PileStep {
  const charge = newCharge(state, gun, start, nowMs);
  if (charge === undefined) return refuse(state, gun);
  const { random, faults, pace } = state.setup;
  const visit = gun.visit ?? visitOf(state, gun);
  const running: Gun = { ...gun, phase: 'charging', visit, charge, lateStart: null };
  const cut = random.once(faults.rebootOneIn)
    ? [arm(gunTimer(gun.no, 'cut'), random.between(1, visit.chargeMs))]
    : [];
  return thenStep(report(withGun(state, running), running, nowMs), (s) =>
    stay(
      s,
      disarm(gunTimer(gun.no, 'ask')),
      disarm(gunTimer(gun.no, 'leave')),
      arm(gunTimer(gun.no, 'telemetry'), pace.telemetryMs),
      arm(gunTimer(gun.no, 'full'), visit.chargeMs),
      ...cut,
    ),
  );
}

/** Reads the meter, tells what it shows, and stops where the balance ends. */
export function telemetry(state: PileState, gun: Gun, nowMs: number): PileStep {
  if (gun.charge === null) return stay(state);
  const charge = readMeter(gun.charge, nowMs);
  const read: Gun = { ...gun, charge };
  const next = withGun(state, read);
  if (shownOf(charge).amount >= charge.balanceFen * 100n)
    return end(next, read, STOP.balance, nowMs);
  return thenStep(report(next, read, nowMs), (s) =>
    stay(s, arm(gunTimer(gun.no, 'telemetry'), state.setup.pace.telemetryMs)),
  );
}

/** Ends a charge for whatever reason: books, flash, and the upload soon after. */
export function end(state: PileState, gun: Gun, stopCode: number, nowMs: number): PileStep {
  if (gun.charge === null) return stay(state);
  const record = recordOf(state, gun, readMeter(gun.charge, nowMs), stopCode);
  const { entry } = record;
  const done: Gun = { ...gun, phase: 'leaving', charge: null, meter: gun.meter + entry.energy };
  const stored = new Map(state.stored).set(entry.tradeNo, record);
  const next = withGun({ ...state, stored }, done);
  const soon = state.setup.random.between(...UPLOAD_MS);
  return thenStep(
    stay(
      next,
      note({ note: 'ended', entry }),
      disarm(gunTimer(gun.no, 'telemetry')),
      disarm(gunTimer(gun.no, 'full')),
      disarm(gunTimer(gun.no, 'cut')),
      arm(`order:${entry.tradeNo}`, soon),
      arm(gunTimer(gun.no, 'leave'), LEAVE_MS),
    ),
    (s) => report(s, done, nowMs),
  );
}
