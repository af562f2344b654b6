import type { gunStates } from '@holdfast/protocols/gqaa/codes';
import { CARDS_PER_GUN, cardNoOf, vinOf } from '../setup.ts';
import type { Visit } from '../ykc/state.ts';
import {
  newCharge,
  noTradeNo,
  powerOf,
  readMeter,
  recordOf,
  STOP,
  shownOf,
  stateOf,
  telemetryOf,
} from './charge.ts';
import type { Charge, Gun, PileState } from './state.ts';
import {
  arm,
  disarm,
  gunTimer,
  insist,
  note,
  type PileStep,
  pileTime,
  say,
  stay,
  thenStep,
  withGun,
} from './step.ts';

const ASK_AFTER_MS = 1_500;
const ASK_AGAIN_MS = 15_000;
const ASKS_MAX = 2;
const LEAVE_MS = 2_000;
const UPLOAD_MS: readonly [number, number] = [200, 2_000];

/** Says what the gun shows now (0x11). */
export const report = (state: PileState, gun: Gun, nowMs: number): PileStep =>
  say(state, 'telemetry', gun.no, telemetryOf(state, gun, nowMs));

/** Says that the gun is at something else than before (0x12), then what it shows. */
function changed(
  state: PileState,
  gun: Gun,
  before: keyof typeof gunStates,
  nowMs: number,
): PileStep {
  if (!state.loggedIn) return stay(state);
  const tradeNo = gun.charge?.tradeNo ?? noTradeNo;
  const body = { tradeNo, state: stateOf(gun), before, time: pileTime(state, nowMs) };
  return thenStep(insist(state, 'state', gun.no, body), (s) => report(s, gun, nowMs));
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
  const patience =
    visit.pays === 'remote'
      ? arm(gunTimer(gun.no, 'leave'), state.setup.pace.patienceMs)
      : arm(gunTimer(gun.no, 'ask'), ASK_AFTER_MS);
  return thenStep(changed(withGun(state, plugged), plugged, 'idle', nowMs), (s) =>
    stay(s, patience),
  );
}

/** 0x31, by card or by VIN; asked again when no answer comes, then the driver goes. */
export function ask(state: PileState, gun: Gun): PileStep {
  const { visit } = gun;
  if (visit === null || visit.asks >= ASKS_MAX || !state.loggedIn) return refuse(state, gun);
  const asking: Gun = { ...gun, phase: 'asking', visit: { ...visit, asks: visit.asks + 1 } };
  const byVin = visit.pays === 'vin';
  const body = {
    method: byVin ? 'vin' : 'card',
    cardNo: byVin ? '0'.repeat(16) : visit.cardNo,
    passwordMd5: '0'.repeat(32),
    vin: byVin ? vinOf(state.setup.pileNo, gun.no) : '',
  } as const;
  return thenStep(insist(withGun(state, asking), 'ask', gun.no, body), (s) =>
    stay(s, arm(gunTimer(gun.no, 'ask'), ASK_AGAIN_MS)),
  );
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
  return thenStep(changed(withGun(state, empty), empty, stateOf(gun), nowMs), (s) =>
    rest(s, empty),
  );
}

/** What the car says of its battery (0x20). */
const battery = (state: PileState, gun: Gun): PileStep =>
  insist(state, 'bms', gun.no, {
    tradeNo: gun.charge?.tradeNo ?? noTradeNo,
    vin: vinOf(state.setup.pileNo, gun.no),
    soc: 20,
    demandVoltage: 6_000,
    demandCurrent: 2_000,
    maxCellVoltage: 3_650,
    maxTemp: 31,
    minTemp: 25,
    capacity: 2_000,
    maxVoltage: 7_500,
    maxCurrent: 2_500,
  });

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
  const told = changed(withGun(state, running), running, stateOf(gun), nowMs);
  return thenStep(
    thenStep(told, (s) => battery(s, running)),
    (s) =>
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
  if (shownOf(charge).amount >= charge.balanceFen * 100n) {
    return end(next, read, STOP.balance, nowMs);
  }
  return thenStep(report(next, read, nowMs), (s) =>
    stay(s, arm(gunTimer(gun.no, 'telemetry'), state.setup.pace.telemetryMs)),
  );
}

/** Another set-point from now on: what has flowed stays as it was measured. */
export function limited(
  state: PileState,
  gun: Gun,
  limitW: number | null,
  nowMs: number,
): PileState {
  const bound: Gun = { ...gun, limitW };
  if (gun.charge === null) return withGun(state, bound);
  const read = readMeter(gun.charge, nowMs);
  const flow = { ...read.flow, powerW: powerOf(state, bound) };
  return withGun(state, { ...bound, charge: { ...read, flow } });
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
    (s) => changed(s, done, 'charging', nowMs),
  );
}
