import { DEFAULT_POLICY } from '@holdfast/shared/money/policy';
import type { Tariff } from '@holdfast/shared/money/tariff';
import type { Order, OrderState } from '@holdfast/shared/order/order';
import type { ChargeRecord } from '@holdfast/shared/order/record';
import { energyStep, fen, moneyStep, priceStep } from '@holdfast/shared/units';
import { type OrderOpening, orderOf, sessionOf } from '../opening.ts';
import type { RecordFacts } from '../records.ts';
import type { ChargeBegin, Moment, Session } from '../session.ts';

/* Orders, records and moments that tests and the generated page are made of. */

/** 2025-07-15 09:40 in Shanghai. */
export const T0 = Date.UTC(2025, 6, 15, 1, 40);

/** So many milliseconds after the start, on both clocks. */
export const momentAt = (ms: number): Moment => ({ wallMs: T0 + ms, monoMs: 1_000_000 + ms });

export const PILE = '32010200000001';
export const ORDER_NO = `${PILE}012507150940000001`;

/** 尖 峰 平 谷 of billing.md §8, service 0.40 in all; flat all day, so that sums are easy. */
export const TARIFF: Tariff = {
  tariffId: 'flat',
  version: 1,
  modelNo: '0100',
  rates: [148_750n, 119_000n, 70_000n, 26_600n].map((electricity) => ({
    electricity: priceStep(electricity),
    service: priceStep(40_000n),
  })),
  slots: Array.from({ length: 48 }, () => 2),
  lossRatio: 0,
};

export const OPENING: OrderOpening = {
  orderNo: ORDER_NO,
  siteId: 's1',
  vendor: 'ykc',
  pileNo: PILE,
  connectorNo: 1,
  startMethod: 'card',
  payer: { account: 'fleet-7', cardNo: '00000000d14b0a54', vin: null },
  balance: fen(5_000n),
  tariff: TARIFF,
};

/** 10 kWh at 1.10 yuan, from 09:40 to 10:40. */
export const RECORD: ChargeRecord = {
  tradeNo: ORDER_NO,
  pileNo: PILE,
  connectorNo: 1,
  startedAtMs: T0,
  endedAtMs: T0 + 3_600_000,
  receivedAtMs: T0 + 3_605_000,
  rows: [
    {
      kind: 2,
      price: priceStep(110_000n),
      energy: energyStep(100_000n),
      lossEnergy: energyStep(100_000n),
      amount: moneyStep(110_000n),
    },
  ],
  meterStart: energyStep(5_000_000n),
  meterEnd: energyStep(5_100_000n),
  totalEnergy: energyStep(100_000n),
  totalLossEnergy: energyStep(100_000n),
  totalAmount: moneyStep(110_000n),
  vin: 'LSVAA49J132047371',
  startMethod: 'card',
  cardNo: null,
  stopCode: 0x45,
  stopClass: 'normal',
};

export const factsOf = (record: ChargeRecord): RecordFacts => ({
  record,
  live: true,
  ratedPowerW: 120_000,
  policy: DEFAULT_POLICY,
  orphan: {
    orderNo: record.tradeNo,
    siteId: 's1',
    vendor: 'ykc',
    tariff: TARIFF,
    account: null,
  },
});

const CHANGES: Readonly<Record<OrderState, Partial<Order>>> = {
  starting: {},
  charging: { chargingAtMs: T0 + 10_000 },
  stopping: { chargingAtMs: T0 + 10_000 },
  'awaiting-record': { chargingAtMs: T0 + 10_000, endedAtMs: T0 + 3_600_000 },
  settled: { chargingAtMs: T0 + 10_000, endedAtMs: T0 + 3_600_000, record: RECORD },
  failed: { failReason: 'no-confirmation', endedAtMs: T0 + 90_000 },
  orphan: { record: RECORD, exceptions: ['orphan'] },
};

/** A session whose order is in `state`, with its pile connected. */
export const sessionIn = (state: OrderState, change: Partial<Session> = {}): Session => {
  const order = { ...orderOf(OPENING, T0), ...CHANGES[state], state, eventNo: 1 };
  const session = sessionOf(order, momentAt(0));
  return { ...session, onlineMono: momentAt(0).monoMs, lostMono: null, ...change };
};

/** A charge that its pile began ten seconds after T0. */
export const beginOf = (change: Partial<ChargeBegin> = {}): ChargeBegin => ({
  opening: OPENING,
  charge: { key: 'tx-1', no: 1_001, meterStart: null },
  startedAtMs: T0 + 10_000,
  request: 'r1',
  refusal: null,
  group: null,
  expiresAtMs: null,
  late: false,
  ...change,
});
