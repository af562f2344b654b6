import {
  encode,
  type GqaaBody,
  type GqaaKnown,
  type GqaaMessage,
  wirePileNo,
} from '@holdfast/protocols/gqaa/codec';
import { PROFILE_0 } from '@holdfast/protocols/gqaa/profile-0';
import { utcTimeOf } from '@holdfast/protocols/kernel/field-time';
import type { Tariff } from '@holdfast/shared/money/tariff';
import { energyStep, moneyStep, priceStep } from '@holdfast/shared/units';
import type { UpName } from '../step.ts';

export const PILE = '99000100000001';
export const NOW_MS = Date.UTC(2026, 10, 22, 4, 0, 0);
export const TRADE = '99000100000001012611221200000001';
export const CARD = '00000000D14B0A54';

const { cot } = PROFILE_0;
const at = { cot: cot.spontaneous, pileNo: wirePileNo(PILE), gunNo: 1 } as const;
const done = { cot: cot.ok, pileNo: wirePileNo(PILE), gunNo: 1, reason: 'none' } as const;
const time = utcTimeOf(NOW_MS);
const none = energyStep(0n);
const free = moneyStep(0n);

/** One sound frame of each kind that a pile sends. */
export const BODIES: { readonly [N in UpName]: GqaaBody<N> } = {
  login: {
    ...at,
    gunNo: 0,
    vendor: 'GAC',
    model: 'DC-120',
    firmware: 'V1.0.3',
    pileType: 'dc',
    gunCount: 2,
    capabilities: 0x3f,
    keySlot: 0,
    modelNo: '0100',
    time,
  },
  heartbeat: { ...at, gunNo: 0, time },
  callAck: done,
  telemetry: {
    ...at,
    tradeNo: TRADE,
    state: 'charging',
    plugged: 'yes',
    voltage: 6_000,
    current: 1_200,
    power: 72_000,
    soc: 64,
    gunTemp: 35,
    batteryMaxTemp: 31,
    chargedMinutes: 40,
    remainMinutes: 20,
    energy: energyStep(46_223n),
    amount: moneyStep(50_000n),
    faultBits: 0,
    time,
  },
  state: { ...at, tradeNo: TRADE, state: 'charging', before: 'starting', time },
  alarm: { ...at, faultBits: 1, vendorCode: 7, time },
  bms: {
    ...at,
    tradeNo: TRADE,
    vin: 'LFPHC7CE7K1B09873',
    soc: 64,
    demandVoltage: 6_000,
    demandCurrent: 1_500,
    maxCellVoltage: 3_650,
    maxTemp: 31,
    minTemp: 25,
    capacity: 2_000,
    maxVoltage: 7_500,
    maxCurrent: 2_500,
  },
  ask: { ...at, method: 'card', cardNo: CARD, passwordMd5: '0'.repeat(32), vin: '' },
  startAck: { ...done, tradeNo: TRADE },
  stopAck: done,
  limitAck: { ...done, maxPower: 30_000 },
  priceModelAck: { ...done, gunNo: 0, modelNo: '0100' },
  order: {
    ...at,
    tradeNo: TRADE,
    startTime: utcTimeOf(NOW_MS - 3_600_000),
    endTime: utcTimeOf(NOW_MS - 60_000),
    sharpPrice: priceStep(120_000n),
    sharpEnergy: energyStep(10_000n),
    sharpAmount: moneyStep(12_000n),
    peakPrice: priceStep(110_000n),
    peakEnergy: none,
    peakAmount: free,
    flatPrice: priceStep(100_000n),
    flatEnergy: energyStep(25_000n),
    flatAmount: moneyStep(25_000n),
    valleyPrice: priceStep(90_000n),
    valleyEnergy: none,
    valleyAmount: free,
    meterStart: energyStep(1_000_000n),
    meterEnd: energyStep(1_035_000n),
    totalEnergy: energyStep(35_000n),
    totalAmount: moneyStep(37_000n),
    modelNo: '0100',
    vin: 'LFPHC7CE7K1B09873',
    startMethod: 'card',
    cardNo: CARD,
    stopReason: 3,
  },
  recallAck: { ...done, gunNo: 0, tradeNo: TRADE },
  clockAck: { ...done, gunNo: 0, time },
  otaAck: { ...done, gunNo: 0 },
  logAck: { ...done, gunNo: 0 },
};

/** A message of a kind, as the sample has it but for `change`. */
export const said = <N extends UpName>(
  name: N,
  change: Partial<GqaaBody<N>> = {},
  seq = '0100',
): GqaaKnown<'pile'> =>
  // The table above gives every name its own body.
  ({ name, seq, body: { ...BODIES[name], ...change } }) as GqaaKnown<'pile'>;

/** The bytes of a message of either side. */
export const wire = (message: GqaaMessage): Uint8Array => encode(message);

/** Prices for all four kinds, all day the third. */
export const TARIFF: Tariff = {
  tariffId: 'station',
  version: 3,
  modelNo: '0100',
  rates: [1, 2, 3, 4].map((n) => ({
    electricity: priceStep(BigInt(n * 10_000)),
    service: priceStep(BigInt(n * 1_000)),
  })),
  slots: Array.from({ length: 48 }, () => 2),
  lossRatio: 0,
};
