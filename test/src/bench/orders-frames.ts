import { pileTimeOf } from '@holdfast/protocols/kernel/field-time';
import { gunNoOf, seqOf, type YkcBody, ykc } from '@holdfast/protocols/ykc/codec';
import { energyStep, type MoneyStep, moneyStep, priceStep } from '@holdfast/shared/units';
import { cardNoOf } from '../piles/setup.ts';
import { SHOW_TARIFF } from '../world/tariffs.ts';

/* What a pile of the order benchmark says. */

const HALF_HOUR_MS = 1_800_000;

export const loginFrame = (pileNo: string, gunCount: number): Uint8Array =>
  ykc.encode({
    name: 'login',
    seq: '0000',
    body: {
      pileNo,
      pileType: 'dc',
      gunCount,
      protocolVersion: 0x10,
      firmware: 'V2.4.1',
      networkType: 'sim',
      iccid: '89860000000000000000',
      carrier: 'mobile',
    },
  });

/** The pile holds the prices of today, so nothing is pushed to it. */
export const priceCheckFrame = (pileNo: string): Uint8Array =>
  ykc.encode({
    name: 'priceModelCheck',
    seq: '0100',
    body: { pileNo, modelNo: SHOW_TARIFF.modelNo },
  });

export const heartbeatFrame = (pileNo: string, count: number): Uint8Array =>
  ykc.encode({
    name: 'heartbeat',
    seq: seqOf(count),
    body: { pileNo, gunNo: '01', gunStatus: 'normal' },
  });

/** A driver shows the card of this gun. */
export const startFrame = (pileNo: string, gun: number): Uint8Array =>
  ykc.encode({
    name: 'startApply',
    seq: seqOf(gun + 1),
    body: {
      pileNo,
      gunNo: gunNoOf(gun),
      method: 'card',
      needPassword: 'no',
      account: cardNoOf(pileNo, gun, 0),
      password: '0'.repeat(32),
      vin: '',
    },
  });

/** The first report of a charge: now it runs. */
export const chargingFrame = (pileNo: string, gun: number, tradeNo: string): Uint8Array =>
  ykc.encode({
    name: 'realtime',
    seq: seqOf(gun + 3),
    body: {
      tradeNo,
      pileNo,
      gunNo: gunNoOf(gun),
      status: 'charging',
      gunHomed: 'no',
      plugged: 'yes',
      voltage: 6_000,
      current: 1_000,
      cableTemp: 35,
      cableCode: '0'.repeat(16),
      soc: 50,
      batteryMaxTemp: 30,
      chargedMinutes: 0,
      remainMinutes: 20,
      energy: energyStep(100n),
      lossEnergy: energyStep(100n),
      amount: moneyStep(110n),
      faultBits: 0,
    },
  });

/** 5 kWh of each kind; 1e-4 kWh × 1e-5 yuan is 1e-9 yuan, and the wire counts 1e-4. */
const ENERGY = energyStep(50_000n);
const PRICES = [188_750n, 160_000n, 112_000n, 69_600n] as const;
const amountOf = (price: bigint): MoneyStep => moneyStep((ENERGY * price) / 100_000n);

function figures(): Omit<
  YkcBody<'order'>,
  'tradeNo' | 'pileNo' | 'gunNo' | 'startTime' | 'endTime' | 'tradeTime' | 'physicalCardNo'
> {
  const [sharp, peak, flat, valley] = PRICES;
  const total = energyStep(4n * ENERGY);
  return {
    sharpPrice: priceStep(sharp),
    sharpEnergy: ENERGY,
    sharpLossEnergy: ENERGY,
    sharpAmount: amountOf(sharp),
    peakPrice: priceStep(peak),
    peakEnergy: ENERGY,
    peakLossEnergy: ENERGY,
    peakAmount: amountOf(peak),
    flatPrice: priceStep(flat),
    flatEnergy: ENERGY,
    flatLossEnergy: ENERGY,
    flatAmount: amountOf(flat),
    valleyPrice: priceStep(valley),
    valleyEnergy: ENERGY,
    valleyLossEnergy: ENERGY,
    valleyAmount: amountOf(valley),
    meterStart: energyStep(1_000_000n),
    meterEnd: energyStep(1_000_000n + total),
    totalEnergy: total,
    totalLossEnergy: total,
    totalAmount: moneyStep(PRICES.reduce((sum, price) => sum + amountOf(price), 0n)),
    vin: '',
    startMethod: 'card',
    stopReason: 0x42,
  };
}

/** The record (0x3B) of a charge of half an hour that has just ended. */
export function orderFrame(pileNo: string, gun: number, tradeNo: string, seq: number): Uint8Array {
  const nowMs = Date.now();
  const ended = pileTimeOf(nowMs);
  return ykc.encode({
    name: 'order',
    seq: seqOf(seq),
    body: {
      ...figures(),
      tradeNo,
      pileNo,
      gunNo: gunNoOf(gun),
      startTime: pileTimeOf(nowMs - HALF_HOUR_MS),
      endTime: ended,
      tradeTime: ended,
      physicalCardNo: cardNoOf(pileNo, gun, 0),
    },
  });
}
