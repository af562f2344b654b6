import { type GqaaBody, wirePileNo } from '@holdfast/protocols/gqaa/codec';
import { PROFILE_0 } from '@holdfast/protocols/gqaa/profile-0';
import { utcTimeOf } from '@holdfast/protocols/kernel/field-time';
import { energyStep, moneyStep, priceStep } from '@holdfast/shared/units';
import { type BookEntry, moneyOf } from '../books.ts';
import { flowTo, noEnergies, totalOf } from '../meter.ts';
import { vinOf } from '../setup.ts';
import type { Charge, Gun, PileState, StoredRecord } from './state.ts';
import { pileTime } from './step.ts';

/** Stop codes that a virtual pile uses. */
export const STOP = { remote: 2, full: 3, balance: 4, powerCut: 9 } as const;
/** A clock further off than this made the pile's split worthless; the driver pays by true time. */
const CLOCK_TRUST_MS = 5 * 60_000;

export const noTradeNo = '0'.repeat(32);

/** The energy has flowed up to `nowMs`. */
export function readMeter(charge: Charge, nowMs: number): Charge {
  const { tariff, clockOffsetMs, flow } = charge;
  return { ...charge, flow: flowTo(flow, nowMs, tariff.slots, clockOffsetMs) };
}

/** Power that a gun gives now, W. */
export const powerOf = ({ setup }: PileState, { limitW }: Gun): number =>
  Math.min(setup.powerW, limitW ?? setup.powerW);

export function newCharge(
  state: PileState,
  gun: Gun,
  start: Pick<Charge, 'tradeNo' | 'startedBy' | 'balanceFen'>,
  nowMs: number,
): Charge | undefined {
  const { tariff, clockOffsetMs, platformOffsetMs } = state;
  if (tariff === null) return undefined;
  const flow = {
    powerW: powerOf(state, gun),
    atMs: nowMs,
    rest: 0,
    byPileClock: noEnergies(),
    byTrueClock: noEnergies(),
  };
  const clocks = { clockOffsetMs, platformOffsetMs };
  return { ...start, startedAtMs: nowMs, ...clocks, tariff, meterStart: gun.meter, flow };
}

/** What the screen shows now: energy, 1e-4 kWh, and money, 1e-4 yuan. */
export function shownOf(charge: Charge): { energy: bigint; amount: bigint } {
  const { flow, tariff } = charge;
  return { energy: totalOf(flow.byPileClock), amount: moneyOf(flow.byPileClock, tariff).shown };
}

type Told = Omit<GqaaBody<'telemetry'>, 'cot' | 'pileNo' | 'gunNo'>;

/** Live values of a gun (0x11). */
export function telemetryOf(state: PileState, gun: Gun, nowMs: number): Told {
  const { charge } = gun;
  const shown = charge === null ? { energy: 0n, amount: 0n } : shownOf(charge);
  const minutes = charge === null ? 0 : Math.floor((nowMs - charge.startedAtMs) / 60_000);
  const power = charge?.flow.powerW ?? 0;
  return {
    tradeNo: charge?.tradeNo ?? noTradeNo,
    state: stateOf(gun),
    plugged: gun.phase === 'empty' ? 'no' : 'yes',
    voltage: charge === null ? 0 : 6_000,
    current: Math.round(power / 60),
    power,
    soc: charge === null ? 0 : Math.min(100, 20 + minutes),
    gunTemp: charge === null ? null : 35,
    batteryMaxTemp: charge === null ? null : 31,
    chargedMinutes: minutes,
    remainMinutes: 0,
    energy: energyStep(shown.energy),
    amount: moneyStep(shown.amount),
    faultBits: 0,
    time: pileTime(state, nowMs),
  };
}

const STATES = {
  empty: 'idle',
  plugged: 'plugged',
  asking: 'plugged',
  charging: 'charging',
  leaving: 'finished',
} as const;

/** The phase of a gun in the words of the profile. */
export const stateOf = ({ phase }: Gun): (typeof STATES)[keyof typeof STATES] => STATES[phase];

function entryOf(state: PileState, gun: Gun, charge: Charge, stopCode: number): BookEntry {
  const { flow, tariff } = charge;
  const paid =
    Math.abs(charge.clockOffsetMs - charge.platformOffsetMs) > CLOCK_TRUST_MS
      ? flow.byTrueClock
      : flow.byPileClock;
  return {
    tradeNo: charge.tradeNo,
    pileNo: state.setup.pileNo,
    connectorNo: gun.no,
    startedBy: charge.startedBy,
    startedAtMs: charge.startedAtMs,
    endedAtMs: flow.atMs,
    energy: totalOf(flow.byPileClock),
    shown: moneyOf(flow.byPileClock, tariff).shown,
    due: moneyOf(paid, tariff).due,
    stopCode,
  };
}

/** Ends a charge: the record (0x51) as it will go up, and the page of the books. */
export function recordOf(
  state: PileState,
  gun: Gun,
  charge: Charge,
  stopCode: number,
): StoredRecord {
  const entry = entryOf(state, gun, charge, stopCode);
  const { tariff, flow, clockOffsetMs, meterStart } = charge;
  const money = moneyOf(flow.byPileClock, tariff);
  const price = (kind: 0 | 1 | 2 | 3) => priceStep(tariff.electricity[kind] + tariff.service[kind]);
  const energy = (kind: 0 | 1 | 2 | 3) => energyStep(flow.byPileClock[kind]);
  const amount = (kind: 0 | 1 | 2 | 3) => moneyStep(money.shownByKind[kind]);
  return {
    entry,
    body: {
      cot: PROFILE_0.cot.spontaneous,
      pileNo: wirePileNo(state.setup.pileNo),
      gunNo: gun.no,
      tradeNo: charge.tradeNo,
      startTime: utcTimeOf(entry.startedAtMs + clockOffsetMs),
      endTime: utcTimeOf(entry.endedAtMs + clockOffsetMs),
      sharpPrice: price(0),
      sharpEnergy: energy(0),
      sharpAmount: amount(0),
      peakPrice: price(1),
      peakEnergy: energy(1),
      peakAmount: amount(1),
      flatPrice: price(2),
      flatEnergy: energy(2),
      flatAmount: amount(2),
      valleyPrice: price(3),
      valleyEnergy: energy(3),
      valleyAmount: amount(3),
      meterStart: energyStep(meterStart),
      meterEnd: energyStep(meterStart + entry.energy),
      totalEnergy: energyStep(entry.energy),
      totalAmount: moneyStep(entry.shown),
      modelNo: tariff.modelNo,
      vin: charge.startedBy === 'vin' ? vinOf(state.setup.pileNo, gun.no) : '',
      startMethod: charge.startedBy,
      cardNo: gun.visit?.cardNo ?? '0'.repeat(16),
      stopReason: stopCode,
    },
  };
}
