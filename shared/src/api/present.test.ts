import { Value } from 'typebox/value';
import { expect, test } from 'vitest';
import type { Order } from '../order/order.ts';
import type { Measurement } from '../pile/measurement.ts';
import { energyStep, fen, moneyStep, priceStep } from '../units.ts';
import { commandResource, connectorResource, orderResource, pileResource } from './present.ts';
import { problemOf } from './problem.ts';
import {
  CommandResource,
  ConnectorResource,
  OrderResource,
  PileResource,
  Problem,
} from './resources.ts';

const atMs = Date.UTC(2025, 6, 15, 1, 40);

const order: Order = {
  orderNo: '32010200000001012507150940000101',
  siteId: 's1',
  vendor: 'ykc',
  pileNo: '32010200000001',
  connectorNo: 1,
  state: 'settled',
  startMethod: 'card',
  payer: { account: 'fleet-7', cardNo: 'd14b0a54', vin: null },
  balance: fen(10_000n),
  tariff: {
    tariffId: 'day',
    version: 3,
    modelNo: '0100',
    rates: [],
    slots: [],
    lossRatio: 0,
  },
  openedAtMs: atMs,
  chargingAtMs: atMs + 5_000,
  endedAtMs: atMs + 600_000,
  settledAtMs: atMs + 601_000,
  record: {
    tradeNo: '32010200000001012507150940000101',
    pileNo: '32010200000001',
    connectorNo: 1,
    startedAtMs: atMs,
    endedAtMs: atMs + 600_000,
    receivedAtMs: atMs + 601_000,
    rows: [],
    meterStart: energyStep(0n),
    meterEnd: energyStep(198_765n),
    totalEnergy: energyStep(198_765n),
    totalLossEnergy: energyStep(0n),
    totalAmount: moneyStep(218_641n),
    vin: null,
    startMethod: 'card',
    cardNo: null,
    stopCode: 0x72,
    stopClass: 'aborted',
  },
  bill: {
    rows: [
      {
        kind: 2,
        energy: energyStep(198_765n),
        electricityPrice: priceStep(70_000n),
        servicePrice: priceStep(40_000n),
        electricity: fen(1_391n),
        service: fen(795n),
        fromMs: atMs,
        toMs: atMs + 600_000,
      },
    ],
    energy: energyStep(198_765n),
    electricity: fen(1_391n),
    service: fen(795n),
    total: fen(2_186n),
  },
  pileTotal: fen(2_187n),
  difference: fen(-1n),
  exceptions: ['clock-wrong'],
  failReason: null,
  eventNo: 4,
};

test('an order is shown with exact decimals, zoned times and the words of its stop code', () => {
  const shown = orderResource(order);
  expect(Value.Check(OrderResource, shown)).toBe(true);
  expect(shown).toMatchObject({
    openedAt: '2025-07-15T09:40:00.000+08:00',
    energyKwh: '19.8765',
    totalYuan: '21.86',
    pileTotalYuan: '21.87',
    differenceYuan: '-0.01',
    stopReason: { zh: '急停开入', en: 'Emergency stop' },
    tariff: { tariffId: 'day', version: 3 },
    rows: [{ kind: 'flat', electricityPrice: '0.70000', electricityYuan: '13.91' }],
  });
});

test('an open order shows what is not known yet as null', () => {
  const shown = orderResource({ ...order, state: 'charging', bill: null, record: null });
  expect(Value.Check(OrderResource, shown)).toBe(true);
  expect(shown).toMatchObject({ totalYuan: null, stopReason: null, stopCode: null, rows: [] });
});

test('a stop code without words of its own gets those of its class', () => {
  const record = order.record === null ? null : { ...order.record, stopCode: 0x99 };
  expect(orderResource({ ...order, record }).stopReason?.en).toBe('Aborted');
  expect(orderResource({ ...order, vendor: 'other' }).stopReason?.en).toBe('Aborted');
});

const measurement: Measurement = {
  connectorNo: 1,
  tradeNo: order.orderNo,
  status: 'charging',
  plugged: true,
  homed: false,
  voltageMv: 214_300,
  currentMa: 31_840,
  soc: 40,
  energy: energyStep(46_223n),
  lossEnergy: energyStep(0n),
  amount: moneyStep(50_845n),
  chargedMinutes: 40,
  remainMinutes: 80,
  cableTempC: null,
  batteryMaxTempC: null,
  faults: [],
};
const changed = {
  pileNo: '32010200000001',
  connectorNo: 1,
  state: 'charging',
  plugged: true,
  orderNo: order.orderNo,
  faults: ['door-open'],
} as const;

test('a connector shows its newest measurement, and energy only of a charge', () => {
  const of = { siteId: 's1', vendor: 'ykc' };
  const shown = connectorResource(of, changed, { measurement, atMs });
  expect(Value.Check(ConnectorResource, shown)).toBe(true);
  expect(shown).toMatchObject({
    voltageV: '214.3',
    currentA: '31.8',
    powerKw: '6.823',
    energyKwh: '4.6223',
    amountYuan: '5.0845',
    measuredAt: '2025-07-15T09:40:00.000+08:00',
  });
  const idle = { measurement: { ...measurement, tradeNo: null }, atMs };
  expect(connectorResource(of, changed, idle)).toMatchObject({ energyKwh: null, amountYuan: null });
  const unseen = connectorResource(of, changed, undefined);
  expect(Value.Check(ConnectorResource, unseen)).toBe(true);
  expect(unseen).toMatchObject({ voltageV: null, measuredAt: null });
});

test('piles, commands and problems fit their schemas', () => {
  const pile = {
    pileNo: '32010200000001',
    vendor: 'ykc',
    online: true,
    adopted: true,
    connectorCount: 2,
    dc: true,
    firmware: 'V1.0',
    protocolVersion: '1.6',
  };
  expect(Value.Check(PileResource, pileResource('s1', pile, null))).toBe(true);
  expect(pileResource('s1', pile, null).unverified).toBeNull();
  const command = {
    id: '01J2Z3N4P5Q6R7S8T9VWXYZABC',
    vendor: 'ykc',
    pileNo: '32010200000001',
    connectorNo: 1,
    op: 'stop',
    deadlineMs: atMs + 30_000,
  } as const;
  const given = { siteId: 's1', command, sentAtMs: atMs, answer: null };
  expect(Value.Check(CommandResource, commandResource(given))).toBe(true);
  const answer = { id: command.id, outcome: 'refused', reason: 'not-charging', atMs } as const;
  expect(commandResource({ ...given, answer })).toMatchObject({
    state: 'refused',
    reason: 'not-charging',
    answeredAt: '2025-07-15T09:40:00.000+08:00',
  });
  const problem = problemOf('invalid-input', 'two fields', [{ path: '/a', message: 'required' }]);
  expect(Value.Check(Problem, problem)).toBe(true);
  expect(problem).toMatchObject({ status: 400, code: 'invalid-input', retry: false });
});

test.each(['jfy', 'gqaa'])('a pile of %s is marked unverified, with the reason', (vendor) => {
  const pile = {
    pileNo: '99000100000001',
    vendor,
    online: true,
    adopted: true,
    connectorCount: 2,
    dc: true,
    firmware: 'V1',
    protocolVersion: `${vendor}-profile-0`,
  };
  const shown = pileResource('s1', pile, null);
  expect(Value.Check(PileResource, shown)).toBe(true);
  expect(shown.unverified).toMatchObject({ profile: pile.protocolVersion });
  expect(shown.unverified?.zh).toContain('未经真桩验证');
});
