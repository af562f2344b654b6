import type { JfyBody } from '@holdfast/protocols/jfy/codec';
import { PROFILE_0 } from '@holdfast/protocols/jfy/profile-0';
import { bcdTimeOf } from '@holdfast/protocols/kernel/field-bcd-time';
import { energyStep, fen } from '@holdfast/shared/units';
import type { BookEntry } from '../books.ts';
import { dueOf, energyOf } from '../ocpp/due.ts';
import { type Reading, readUntil, riseOf, SLOT_MS, shownOf } from '../ocpp/register.ts';
import { vinOf } from '../setup.ts';
import { BOOK_TARIFF } from '../show-tariff.ts';
import type { Charge, Gun, PileState, Start, StoredRecord } from './state.ts';

/** Stop codes that a virtual pile uses. */
export const STOP = { byUser: 200, energy: 306, remote: 311, powerCut: 320 } as const;

const STEPS_PER_WH = 10n;
/** Meters of the status count 0.01 kWh. */
const WH_PER_STATUS_COUNT = 10n;
const ZONE_MS = 8 * 3_600_000;
const VOLTS = 600;

/** The register now, with its half-hour readings on the way; kept with the charge that runs. */
export function metered(gun: Gun, nowMs: number, why: Reading['why']): Gun {
  const { charge } = gun;
  if (charge === null) return gun;
  const { register, readings } = readUntil(gun.register, nowMs, charge.clockOffsetMs);
  const last: Reading = { atMs: nowMs, wh: shownOf(register), why };
  // Looks between the half hours are of no interest to the record: only the newest is kept.
  const kept = charge.readings.filter((one) => one.why !== 'sample');
  const before = why === 'end' ? readings.filter(({ atMs }) => atMs < nowMs) : readings;
  return { ...gun, register, charge: { ...charge, readings: [...kept, ...before, last] } };
}

/** What a gun may give now, W; a limit of the whole pile is shared evenly. */
export function powerOf({ setup, limits }: PileState, gunNo: number): number {
  const shared = Math.floor((limits[0] ?? Number.POSITIVE_INFINITY) / setup.connectorCount);
  return Math.min(setup.powerW, limits[gunNo] ?? setup.powerW, shared);
}

/** A charge begins: the first reading, and current from now on. */
export function beginning(state: PileState, gun: Gun, start: Start, nowMs: number): Gun {
  const register = { ...gun.register, powerW: powerOf(state, gun.no), atMs: nowMs };
  const charge: Charge = {
    ...start,
    clockOffsetMs: state.clockOffsetMs,
    recordIndex: state.startCount + 1,
    readings: [{ atMs: nowMs, wh: shownOf(register), why: 'begin' }],
  };
  return { ...gun, phase: 'charging', charge, register, waits: null };
}

const firstOf = ({ readings }: Charge): Reading => readings[0] ?? { atMs: 0, wh: 0n, why: 'begin' };
const lastOf = (charge: Charge): Reading => charge.readings.at(-1) ?? firstOf(charge);
const steps = (wh: bigint) => energyStep(wh * STEPS_PER_WH);
const coarse = (wh: bigint) => steps((wh / WH_PER_STATUS_COUNT) * WH_PER_STATUS_COUNT);

const START_WAYS = { remote: 'remote', card: 'card', vin: 'vin' } as const;

/** Energy of each half hour of the day by the pile's clock. */
function slotsOf({ readings, clockOffsetMs }: Charge): JfyBody<'record'>['slots'] {
  const wh = new Array<bigint>(PROFILE_0.slots).fill(0n);
  for (const [i, after] of readings.entries()) {
    const before = readings[i - 1];
    if (before === undefined) continue;
    const local = before.atMs + clockOffsetMs + ZONE_MS;
    const slot = Math.floor((local % (PROFILE_0.slots * SLOT_MS)) / SLOT_MS);
    wh[slot] = (wh[slot] ?? 0n) + riseOf(before.wh, after.wh);
  }
  return wh.map((energy) => ({ energy: steps(energy) }));
}

/** A pile's clock splits its energy; one that is off by more than this is not believed. */
const CLOCK_TRUST_MS = 5 * 60_000;

function entryOf(state: PileState, gun: Gun, charge: Charge, stopCode: number): BookEntry {
  const { clockOffsetMs, readings } = charge;
  const offMs = Math.abs(clockOffsetMs) > CLOCK_TRUST_MS ? 0 : clockOffsetMs;
  const dated = readings.map((reading) => ({ ...reading, atMs: reading.atMs + offMs }));
  return {
    tradeNo: charge.user,
    pileNo: state.setup.pileNo,
    connectorNo: gun.no,
    startedBy: charge.startedBy,
    startedAtMs: firstOf(charge).atMs,
    endedAtMs: lastOf(charge).atMs,
    energy: energyOf(charge.readings),
    shown: 0n,
    due: dueOf(dated, BOOK_TARIFF),
    stopCode,
  };
}

/** Ends a charge: the record (222) as it will go up, and the page of the books. */
export function recordOf(
  state: PileState,
  gun: Gun,
  charge: Charge,
  stopCode: number,
): StoredRecord {
  const { pileNo } = state.setup;
  const entry = entryOf(state, gun, charge, stopCode);
  const { startedAtMs, endedAtMs } = entry;
  return {
    entry,
    body: {
      reserved: '00000000',
      pileNo,
      gunType: 'dc',
      gunNo: gun.no,
      user: charge.user,
      startTime: bcdTimeOf(startedAtMs + charge.clockOffsetMs),
      endTime: bcdTimeOf(endedAtMs + charge.clockOffsetMs),
      seconds: Math.floor((endedAtMs - startedAtMs) / 1_000),
      socStart: 20,
      socEnd: 80,
      stopReason: stopCode,
      energy: energyStep(entry.energy),
      meterBefore: steps(firstOf(charge).wh),
      meterAfter: steps(lastOf(charge).wh),
      amount: fen(0n),
      recordIndex: charge.recordIndex,
      balanceBefore: fen(0n),
      unread: '00'.repeat(14),
      vin: charge.startedBy === 'vin' ? vinOf(pileNo, gun.no) : '',
      plate: '',
      slots: slotsOf(charge),
      startWay: START_WAYS[charge.startedBy],
      serial: charge.user,
      tail: '',
    },
  };
}

const STATES = {
  empty: 'idle',
  plugged: 'idle',
  asking: 'idle',
  beginning: 'preparing',
  charging: 'charging',
  leaving: 'finished',
} as const;

/** Live values of a gun (104). */
export function statusOf(
  state: PileState,
  gun: Gun,
  nowMs: number,
): Omit<JfyBody<'status'>, 'reserved' | 'pileNo'> {
  const { charge, register } = gun;
  const { connectorCount } = state.setup;
  const running = charge !== null;
  const [beganWh, nowWh] = running
    ? [firstOf(charge).wh, lastOf(charge).wh]
    : [shownOf(register), shownOf(register)];
  const beganMs = running ? firstOf(charge).atMs : nowMs;
  const seconds = Math.max(0, Math.floor((nowMs - beganMs) / 1_000));
  return {
    gunCount: connectorCount,
    gunNo: gun.no,
    gunType: 'dc',
    state: STATES[gun.phase],
    soc: running ? Math.min(100, 20 + Math.floor(seconds / 60)) : 0,
    alarm: 0,
    carLink: gun.phase === 'empty' ? 'none' : 'linked',
    fee: fen(0n),
    internalOne: 0,
    internalTwo: 0,
    dcVoltage: running ? 10 * VOLTS : 0,
    dcCurrent: running ? Math.round((10 * register.powerW) / VOLTS) : 0,
    bmsVoltage: running ? 10 * VOLTS : 0,
    bmsCurrent: 0,
    bmsMode: 0,
    acVoltageA: 0,
    acVoltageB: 0,
    acVoltageC: 0,
    acCurrentA: 0,
    acCurrentB: 0,
    acCurrentC: 0,
    remainMinutes: 0,
    seconds,
    energy: coarse(nowWh - beganWh),
    meterBefore: coarse(beganWh),
    meterNow: coarse(nowWh),
    startWay: running ? START_WAYS[charge.startedBy] : 'card',
    strategy: 0,
    strategyValue: 0,
    reservation: 0,
    user: charge?.user ?? '',
    tail: '',
  };
}
