import { pileTimeOf } from '@holdfast/protocols/kernel/field-time';
import type { YkcBody } from '@holdfast/protocols/ykc/codec';
import { energyStep, moneyStep, priceStep } from '@holdfast/shared/units';
import { type BookEntry, moneyOf } from '../books.ts';
import { flowTo, noEnergies, totalOf } from '../meter.ts';
import { vinOf } from '../setup.ts';
import type { Charge, Gun, PileState, StoredRecord } from './state.ts';

/** Stop codes that a virtual pile uses (ykc.md §9). */
export const STOP = {
  remote: 0x40,
  energy: 0x42,
  byHand: 0x45,
  balance: 0x6e,
  powerCut: 0x83,
} as const;
/** A clock further off than this made the pile's split worthless; the driver pays by true time. */
const CLOCK_TRUST_MS = 5 * 60_000;
const START_MARK = { remote: 'remote', card: 'card', vin: 'vin' } as const;

export const noTradeNo = '0'.repeat(32);

/** The energy has flowed up to `nowMs`. */
export function readMeter(charge: Charge, nowMs: number): Charge {
  const { tariff, clockOffsetMs, flow } = charge;
  return { ...charge, flow: flowTo(flow, nowMs, tariff.slots, clockOffsetMs) };
}

export function newCharge(
  state: PileState,
  gun: Gun,
  start: Pick<Charge, 'tradeNo' | 'startedBy' | 'balanceFen'>,
  nowMs: number,
): Charge | undefined {
  const { tariff, clockOffsetMs, platformOffsetMs, setup } = state;
  if (tariff === null) return undefined;
  const flow = {
    powerW: setup.powerW,
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

/** Live values of a gun (0x13). */
export function realtimeOf(state: PileState, gun: Gun, nowMs: number): YkcBody<'realtime'> {
  const { setup } = state;
  const { charge } = gun;
  const shown = charge === null ? { energy: 0n, amount: 0n } : shownOf(charge);
  const minutes = charge === null ? 0 : Math.floor((nowMs - charge.startedAtMs) / 60_000);
  const running = charge !== null;
  return {
    tradeNo: charge?.tradeNo ?? noTradeNo,
    pileNo: setup.pileNo,
    gunNo: String(gun.no).padStart(2, '0'),
    status: running ? 'charging' : 'idle',
    gunHomed: gun.phase === 'empty' ? 'yes' : 'no',
    plugged: gun.phase === 'empty' ? 'no' : 'yes',
    voltage: running ? 6_000 : 0,
    current: running ? Math.round(setup.powerW / 60) : 0,
    cableTemp: running ? 35 : null,
    cableCode: '0'.repeat(16),
    soc: running ? Math.min(100, 20 + minutes) : 0,
    batteryMaxTemp: running ? 31 : null,
    chargedMinutes: minutes,
    remainMinutes: 0,
    energy: energyStep(shown.energy),
    lossEnergy: energyStep(shown.energy),
    amount: moneyStep(shown.amount),
    faultBits: 0,
  };
}

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

/** Ends a charge: the record (0x3B) as it will go up, and the page of the books. */
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
  const ended = pileTimeOf(entry.endedAtMs + clockOffsetMs);
  return {
    entry,
    body: {
      tradeNo: charge.tradeNo,
      pileNo: state.setup.pileNo,
      gunNo: String(gun.no).padStart(2, '0'),
      startTime: pileTimeOf(entry.startedAtMs + clockOffsetMs),
      endTime: ended,
      sharpPrice: price(0),
      sharpEnergy: energy(0),
      sharpLossEnergy: energy(0),
      sharpAmount: amount(0),
      peakPrice: price(1),
      peakEnergy: energy(1),
      peakLossEnergy: energy(1),
      peakAmount: amount(1),
      flatPrice: price(2),
      flatEnergy: energy(2),
      flatLossEnergy: energy(2),
      flatAmount: amount(2),
      valleyPrice: price(3),
      valleyEnergy: energy(3),
      valleyLossEnergy: energy(3),
      valleyAmount: amount(3),
      meterStart: energyStep(meterStart),
      meterEnd: energyStep(meterStart + entry.energy),
      totalEnergy: energyStep(entry.energy),
      totalLossEnergy: energyStep(entry.energy),
      totalAmount: moneyStep(entry.shown),
      vin: charge.startedBy === 'vin' ? vinOf(state.setup.pileNo, gun.no) : '',
      startMethod: START_MARK[charge.startedBy],
      tradeTime: ended,
      stopReason: stopCode,
      physicalCardNo: gun.visit?.cardNo ?? '0'.repeat(16),
    },
  };
}
