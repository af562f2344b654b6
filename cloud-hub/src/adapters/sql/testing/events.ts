import type { Order, OrderEvent } from '@holdfast/shared/order/order';
import type { Measurement } from '@holdfast/shared/pile/measurement';
import type { ConnectorChanged, MeasuredEvent, PileChanged } from '@holdfast/shared/sync/events';
import { energyStep, fen, moneyStep, priceStep } from '@holdfast/shared/units';

/** 2026-03-01 12:00 in Shanghai. */
export const NOON_MS = Date.UTC(2026, 2, 1, 4);
export const SITE = 'S0001';
export const VENDOR = 'ykc';
export const PILE = '32010600019236';

export const orderNoOf = (n: number): string => `${PILE}01260301${String(n).padStart(8, '0')}`;

const TARIFF: Order['tariff'] = {
  tariffId: 'T1',
  version: 3,
  modelNo: '0100',
  rates: [120_000n, 100_000n, 80_000n, 40_000n].map((electricity) => ({
    electricity: priceStep(electricity),
    service: priceStep(40_000n),
  })),
  slots: Array.from({ length: 48 }, (_, slot) => Math.floor(slot / 12)),
  lossRatio: 0,
};

/** An order that was opened, not yet more. */
export function openedOrder(n: number, more: Partial<Order> = {}): Order {
  return {
    orderNo: orderNoOf(n),
    siteId: SITE,
    vendor: VENDOR,
    pileNo: PILE,
    connectorNo: 1,
    state: 'starting',
    startMethod: 'remote',
    payer: { account: `account-${n}`, cardNo: null, vin: null },
    balance: fen(10_000n),
    tariff: TARIFF,
    openedAtMs: NOON_MS + n * 1_000,
    chargingAtMs: null,
    endedAtMs: null,
    settledAtMs: null,
    record: null,
    bill: null,
    pileTotal: null,
    difference: null,
    exceptions: [],
    failReason: null,
    eventNo: 1,
    ...more,
  };
}

/** The same order when it is settled: 40 kWh for `totalFen`. */
export function settledOrder(n: number, totalFen = 5_600n, more: Partial<Order> = {}): Order {
  const opened = openedOrder(n);
  const endedAtMs = opened.openedAtMs + 1_800_000;
  const energy = energyStep(400_000n);
  const row = {
    kind: 1,
    energy,
    electricityPrice: priceStep(100_000n),
    servicePrice: priceStep(40_000n),
    electricity: fen(totalFen - 1_600n),
    service: fen(1_600n),
    fromMs: opened.openedAtMs,
    toMs: endedAtMs,
  };
  return {
    ...opened,
    state: 'settled',
    chargingAtMs: opened.openedAtMs + 5_000,
    endedAtMs,
    settledAtMs: endedAtMs + 1_000,
    bill: {
      rows: [row],
      energy,
      electricity: row.electricity,
      service: row.service,
      total: fen(totalFen),
    },
    pileTotal: fen(totalFen),
    difference: fen(0n),
    eventNo: 3,
    ...more,
  };
}

const KIND_OF_STATE = {
  starting: 'OrderOpened',
  charging: 'ChargingStarted',
  stopping: 'StopRequested',
  'awaiting-record': 'ChargingEnded',
  settled: 'OrderSettled',
  failed: 'OrderFailed',
  orphan: 'OrphanKept',
} as const;

/** The event that brought an order to where it is. */
export const orderEvent = (order: Order): OrderEvent => ({
  kind: KIND_OF_STATE[order.state],
  eventNo: order.eventNo,
  atMs: order.settledAtMs ?? order.chargingAtMs ?? order.openedAtMs,
  order,
});

/** The life of order `n` as its site tells it: opened, charging, settled. */
export const lifeOf = (n: number, totalFen?: bigint): readonly OrderEvent[] => [
  orderEvent(openedOrder(n)),
  orderEvent(
    openedOrder(n, { state: 'charging', chargingAtMs: NOON_MS + n * 1_000 + 5_000, eventNo: 2 }),
  ),
  orderEvent(settledOrder(n, totalFen)),
];

export const pileChanged = (more: Partial<PileChanged> = {}): PileChanged => ({
  kind: 'PileChanged',
  pileNo: PILE,
  vendor: VENDOR,
  online: true,
  adopted: true,
  connectorCount: 2,
  dc: true,
  firmware: 'V4.1.50',
  protocolVersion: '1.6',
  ...more,
});

export const connectorChanged = (more: Partial<ConnectorChanged> = {}): ConnectorChanged => ({
  kind: 'ConnectorChanged',
  pileNo: PILE,
  connectorNo: 1,
  state: 'charging',
  plugged: true,
  orderNo: null,
  faults: [],
  ...more,
});

export const measured = (more: Partial<Measurement> = {}): MeasuredEvent => ({
  kind: 'Measured',
  pileNo: PILE,
  measurement: {
    connectorNo: 1,
    tradeNo: orderNoOf(1),
    status: 'charging',
    plugged: true,
    homed: null,
    voltageMv: 400_000,
    currentMa: 120_500,
    soc: 57,
    energy: energyStep(123_456n),
    lossEnergy: energyStep(123_456n),
    amount: moneyStep(17_284n),
    chargedMinutes: 12,
    remainMinutes: 30,
    cableTempC: 41,
    batteryMaxTempC: null,
    faults: [],
    ...more,
  },
});
