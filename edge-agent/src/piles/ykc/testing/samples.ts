import { pileTimeOf } from '@holdfast/protocols/kernel/field-time';
import { type YkcBody, type YkcKnown, ykc } from '@holdfast/protocols/ykc/codec';
import type { Tariff } from '@holdfast/shared/money/tariff';
import { energyStep, moneyStep, priceStep } from '@holdfast/shared/units';
import type { UpName } from '../step.ts';

export const PILE = '32010600213533';
export const NOW_MS = Date.UTC(2025, 10, 22, 4, 0, 0);
export const TRADE = '32010600213533012511221200000001';
const NO_BYTES = '0'.repeat(16);

const at = { pileNo: PILE, gunNo: '01' } as const;
const session = { tradeNo: TRADE, ...at } as const;
const none = energyStep(0n);

const bmsWord = { reason: 0, fault: 0, error: 0 } as const;
const apply: YkcBody<'startApply'> = {
  ...at,
  method: 'card',
  needPassword: 'no',
  account: '00000000D14B0A54',
  password: '0'.repeat(32),
  vin: '',
};
const order: YkcBody<'order'> = {
  ...session,
  startTime: pileTimeOf(NOW_MS - 3_600_000),
  endTime: pileTimeOf(NOW_MS - 60_000),
  sharpPrice: priceStep(120_000n),
  sharpEnergy: energyStep(10_000n),
  sharpLossEnergy: energyStep(10_000n),
  sharpAmount: moneyStep(12_000n),
  peakPrice: priceStep(110_000n),
  peakEnergy: none,
  peakLossEnergy: none,
  peakAmount: moneyStep(0n),
  flatPrice: priceStep(100_000n),
  flatEnergy: energyStep(25_000n),
  flatLossEnergy: energyStep(25_000n),
  flatAmount: moneyStep(25_000n),
  valleyPrice: priceStep(90_000n),
  valleyEnergy: none,
  valleyLossEnergy: none,
  valleyAmount: moneyStep(0n),
  meterStart: energyStep(1_000_000n),
  meterEnd: energyStep(1_035_000n),
  totalEnergy: energyStep(35_000n),
  totalLossEnergy: energyStep(35_000n),
  totalAmount: moneyStep(37_000n),
  vin: 'LFPHC7CE7K1B09873',
  startMethod: 'card',
  tradeTime: pileTimeOf(NOW_MS - 60_000),
  stopReason: 0x41,
  physicalCardNo: '00000000D14B0A54',
};

/** One sound frame of each kind that a pile sends. */
export const BODIES: { readonly [N in UpName]: YkcBody<N> } = {
  login: {
    pileNo: PILE,
    pileType: 'dc',
    gunCount: 2,
    protocolVersion: 0x10,
    firmware: 'V4.1.50',
    networkType: 'sim',
    iccid: '89860000000000000000',
    carrier: 'mobile',
  },
  heartbeat: { ...at, gunStatus: 'normal' },
  priceModelCheck: { pileNo: PILE, modelNo: '0100' },
  priceModelRequest: { pileNo: PILE },
  realtime: {
    ...session,
    status: 'charging',
    gunHomed: 'no',
    plugged: 'yes',
    voltage: 2_143,
    current: 318,
    cableTemp: 35,
    cableCode: NO_BYTES,
    soc: 64,
    batteryMaxTemp: 31,
    chargedMinutes: 40,
    remainMinutes: 20,
    energy: energyStep(46_223n),
    lossEnergy: energyStep(46_223n),
    amount: moneyStep(50_000n),
    faultBits: 0,
  },
  bmsHandshake: {
    ...session,
    bmsProtocolVersion: '010100',
    batteryType: 'iron-phosphate',
    ratedCapacity: 2_000,
    ratedVoltage: 3_500,
    batteryMaker: 'CATL',
    batterySerial: '00000001',
    prodYear: 36,
    prodMonth: 5,
    prodDay: 1,
    chargeCount: 12,
    ownership: 'owned',
    reserved: 0,
    vin: 'LFPHC7CE7K1B09873',
    bmsSoftware: '0102030405FFFFFF',
  },
  bmsConfig: {
    ...session,
    maxCellVoltage: 420,
    maxCurrent: -2_500,
    nominalEnergy: energyStep(600_000n),
    maxPackVoltage: 4_200,
    maxTemp: 55,
    soc: 400,
    packVoltage: 3_600,
    chargerMaxVoltage: 7_500,
    chargerMinVoltage: 2_000,
    chargerMaxCurrent: -2_500,
    chargerMinCurrent: -10,
  },
  bmsEnd: {
    ...session,
    endSoc: 90,
    minCellVoltage: 400,
    maxCellVoltage: 410,
    minTemp: 25,
    maxTemp: 31,
    chargedMinutes: 40,
    outputEnergy: energyStep(46_000n),
    chargerNo: 1,
  },
  bmsError: { ...session, bem1: 0, bem2: 1, bem3: 0, bem4: 0, cem1: 0, cem2: 0, cem3: 0, cem4: 0 },
  bmsAbort: { ...session, ...bmsWord },
  chargerAbort: { ...session, ...bmsWord },
  bmsDemand: {
    ...session,
    demandVoltage: 4_000,
    demandCurrent: -1_000,
    chargeMode: 'constant-current',
    measuredVoltage: 3_900,
    measuredCurrent: -990,
    maxCellVoltageGroup: 400,
    soc: 64,
    remainMinutes: 20,
    outputVoltage: 3_900,
    outputCurrent: -990,
    chargedMinutes: 40,
  },
  bmsInfo: {
    ...session,
    maxCellNo: 1,
    maxTemp: 31,
    maxTempPoint: 1,
    minTemp: 25,
    minTempPoint: 2,
    flags1: 0,
    flags2: 0x10,
  },
  startApply: apply,
  remoteStartAck: { ...session, result: 'ok', failReason: 'none' },
  remoteStopAck: { ...at, result: 'ok', failReason: 'none' },
  orderV12: { ...session, rest: '0102' },
  order,
  orderV17: {
    ...order,
    meterNo: '123456789012',
    meterCipher: '0'.repeat(68),
    meterProtocol: '0100',
    meterEncryption: 0,
  },
  orderV14: { ...session, rest: '0102' },
  balanceUpdateAck: { pileNo: PILE, physicalCardNo: NO_BYTES, result: 'ok' },
  offlineCardSyncAck: { pileNo: PILE, result: 'ok', failReason: 'none' },
  offlineCardClearAck: {
    pileNo: PILE,
    cards: [{ physicalCardNo: '00000000D14B0A54', cleared: 'ok', failReason: 0 }],
  },
  offlineCardQueryAck: {
    pileNo: PILE,
    cards: [{ physicalCardNo: '00000000D14B0A54', present: 'yes' }],
  },
  workParamAck: { pileNo: PILE, result: 'ok' },
  timeSyncAck: { pileNo: PILE, time: pileTimeOf(NOW_MS) },
  priceModelSetAck: { pileNo: PILE, result: 'ok' },
  parkLockStatus: {
    pileNo: PILE,
    gunNo: 1,
    lockState: 'up',
    bayState: 'empty',
    battery: 80,
    alarm: 'none',
    reserved: '00000000',
  },
  parkLockControlAck: { pileNo: PILE, gunNo: 1, result: 'ok', reserved: '00000000' },
  rebootAck: { pileNo: PILE, result: 'ok' },
  otaAck: { pileNo: PILE, status: 'ok' },
  parallelStartApply: { ...apply, role: 'main', parallelNo: '251122120000' },
  parallelRemoteStartAck: {
    ...session,
    result: 'ok',
    failReason: 'none',
    role: 'main',
    parallelNo: '251122120000',
  },
  qrPrefixAck: { pileNo: PILE, result: 1 },
};

/** A message of a kind, as the sample has it but for `change`. */
export const said = <N extends UpName>(
  name: N,
  change: Partial<YkcBody<N>> = {},
  seq = '0100',
): YkcKnown<'pile'> =>
  // The table above gives every name its own body.
  ({ name, seq, body: { ...BODIES[name], ...change } }) as YkcKnown<'pile'>;

/** The bytes of such a message. */
export const bytesOf = <N extends UpName>(
  name: N,
  change: Partial<YkcBody<N>> = {},
  seq = '0100',
): Uint8Array => ykc.encode(said(name, change, seq));

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
