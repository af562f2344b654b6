import { hash } from 'node:crypto';
import type { Bill } from '@holdfast/shared/money/bill';
import type { Tariff } from '@holdfast/shared/money/tariff';
import type { Order, OrderEvent, OrderEventKind } from '@holdfast/shared/order/order';
import type { ChargeRecord } from '@holdfast/shared/order/record';
import { chainLink } from '@holdfast/shared/sync/chain';
import type { ConnectorChanged, MeasuredEvent } from '@holdfast/shared/sync/events';
import type { LaneName, StreamId } from '@holdfast/shared/sync/lanes';
import { energyStep, fen, moneyStep, priceStep } from '@holdfast/shared/units';
import type { Commit, OutboxRow, OutboxSlice, OutgoingEvent } from '../../../ports/ledger.ts';

/** What the tests and the benchmark of this folder share. Nothing else imports it. */

/** 2025-07-15 12:00 in Shanghai. */
export const NOON_MS = 1_752_552_000_000;
export const stream = (lane: LaneName, vendor = 'ykc'): StreamId => ({ vendor, lane });
export const WHOLE = { events: 1_000_000, bytes: 1_000_000_000 } as const;

const tradeNo = (n: number): string => `55031412782305012507151200${String(n).padStart(6, '0')}`;

const energyOf = (n: number) => energyStep(BigInt(100_000 + (n % 1000) * 7));
const rate = { electricity: priceStep(82_000n), service: priceStep(40_000n) };
const pileNo = (n: number): string => `5503141278${String(2300 + (n % 50))}`;

const tariff: Tariff = {
  tariffId: 'T-2025-07',
  version: 3,
  modelNo: '0100',
  rates: [rate, rate, rate, rate],
  slots: Array.from({ length: 48 }, (_, i) => (i < 16 ? 3 : i % 3)),
  lossRatio: 0,
};

/** What the pile says of charge `n`: four rates, as real ones have. */
const recordOf = (n: number): ChargeRecord => ({
  tradeNo: tradeNo(n),
  pileNo: pileNo(n),
  connectorNo: 1 + (n % 2),
  startedAtMs: NOON_MS + n,
  endedAtMs: NOON_MS + n + 1_800_000,
  receivedAtMs: NOON_MS + n + 1_803_000,
  rows: [0, 1, 2, 3].map((kind) => ({
    kind,
    price: priceStep(122_000n),
    energy: energyOf(n),
    lossEnergy: energyOf(n),
    amount: moneyStep(122_000n),
  })),
  meterStart: energyStep(10_000_000n),
  meterEnd: energyStep(10_400_000n),
  totalEnergy: energyStep(400_000n),
  totalLossEnergy: energyStep(400_000n),
  totalAmount: moneyStep(488_000n),
  vin: 'LSVAM4187C2184841',
  startMethod: 'remote',
  cardNo: null,
  stopCode: 0x40,
  stopClass: 'normal',
});

const billOf = (n: number): Bill => ({
  rows: [0, 1, 2].map((kind) => ({
    kind,
    energy: energyOf(n),
    electricityPrice: rate.electricity,
    servicePrice: rate.service,
    electricity: fen(820n),
    service: fen(400n),
    fromMs: NOON_MS + kind * 600_000,
    toMs: NOON_MS + (kind + 1) * 600_000,
    interpolated: false,
  })),
  energy: energyStep(3n * energyOf(n)),
  electricity: fen(2_460n),
  service: fen(1_200n),
  total: fen(3_660n),
});

/** A charge that its pile has just recorded, as large as real ones are. */
export const settledOrder = (n: number, changed: Partial<Order> = {}): Order => ({
  orderNo: tradeNo(n),
  siteId: 'S1',
  vendor: 'ykc',
  pileNo: pileNo(n),
  connectorNo: 1 + (n % 2),
  state: 'settled',
  startMethod: 'remote',
  payer: { account: `A${n % 97}`, cardNo: null, vin: 'LSVAM4187C2184841' },
  balance: fen(10_000n),
  tariff,
  openedAtMs: NOON_MS + n,
  chargingAtMs: NOON_MS + n + 20_000,
  endedAtMs: NOON_MS + n + 1_800_000,
  settledAtMs: NOON_MS + n + 1_803_000,
  record: recordOf(n),
  bill: billOf(n),
  pileTotal: fen(3_660n),
  difference: fen(0n),
  exceptions: [],
  failReason: null,
  eventNo: 4,
  ...changed,
});

export const orderEvent = (order: Order, kind: OrderEventKind = 'OrderSettled'): OrderEvent => ({
  kind,
  eventNo: order.eventNo,
  atMs: order.settledAtMs ?? order.openedAtMs,
  order,
});

/** An event of the money lane. */
export const money = (order: Order, kind?: OrderEventKind): OutgoingEvent => ({
  stream: stream('money', order.vendor),
  event: orderEvent(order, kind),
  atMs: order.settledAtMs ?? order.openedAtMs,
});

/** What the upload of an order commits: the order, the raw record, the event. */
export function uploadOf(n: number): Commit {
  const order = settledOrder(n);
  const record = {
    tradeNo: order.orderNo,
    pileNo: order.pileNo,
    frameType: '0x3B',
    rawHex: `68a2${String(n).padStart(8, '0')}003b${'0123456789abcdef'.repeat(19)}ffff`,
    receivedAtMs: order.settledAtMs ?? 0,
  };
  return {
    changes: [
      { save: 'order', order },
      { save: 'record', record },
    ],
    events: [money(order)],
  };
}

/** A state of a connector. */
export function connector(
  connectorNo: number,
  atMs: number,
  faults: readonly string[] = [],
): OutgoingEvent {
  const event: ConnectorChanged = {
    kind: 'ConnectorChanged',
    pileNo: '55031412782305',
    connectorNo,
    state: faults.length > 0 ? 'faulted' : 'idle',
    plugged: false,
    orderNo: null,
    faults,
  };
  return { stream: stream('state'), event, atMs };
}

/** A measurement, in the live lane unless told otherwise. */
export function measured(
  connectorNo: number,
  atMs: number,
  lane: LaneName = 'telemetry',
): OutgoingEvent {
  const event: MeasuredEvent = {
    kind: 'Measured',
    pileNo: '55031412782305',
    measurement: {
      connectorNo,
      tradeNo: tradeNo(connectorNo),
      status: 'charging',
      plugged: true,
      homed: false,
      voltageMv: 380_000,
      currentMa: 120_000,
      soc: 55,
      energy: energyStep(123_456n),
      lossEnergy: energyStep(123_456n),
      amount: moneyStep(150_000n),
      chargedMinutes: 20,
      remainMinutes: 35,
      cableTempC: 30,
      batteryMaxTempC: 31,
      faults: [],
    },
  };
  return { stream: stream(lane), event, atMs };
}

/** Every number that a slice speaks of, missing ones as their reason. */
export function numbersOf(slice: OutboxSlice): readonly (number | string)[] {
  const told: (readonly [number, number | string])[] = slice.rows.map(({ seq }) => [seq, seq]);
  for (const gap of slice.gaps) {
    for (let n = gap.from; n <= gap.to; n += 1) told.push([n, gap.reason]);
  }
  return told.sort(([a], [b]) => a - b).map(([, what]) => what);
}

/** A commit of events alone. */
export const eventsOnly = (...events: readonly OutgoingEvent[]): Commit => ({
  changes: [],
  events,
});

/** The chain of rows of one day, computed anew. */
export const chainOf = (lane: LaneName, rows: readonly OutboxRow[]): string =>
  rows.reduce((before, row) => hash('sha256', chainLink(lane, before, row), 'hex'), '');
