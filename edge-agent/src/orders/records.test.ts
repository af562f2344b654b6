import type { Order } from '@holdfast/shared/order/order';
import { energyStep, fen, moneyStep } from '@holdfast/shared/units';
import { expect, test } from 'vitest';
import { decideRecord, orphanOf } from './records.ts';
import { factsOf, RECORD, sessionIn, T0, TARIFF } from './testing/subjects.ts';

const AT = T0 + 3_605_000;
const { order } = sessionIn('charging');
const facts = factsOf(RECORD);

function settledOrder(): Order {
  const decision = decideRecord(order, facts, [], AT);
  if (!('event' in decision)) expect.fail('a first record settles');
  return decision.event.order;
}

test('[ORD-9] the first record settles with the locked tariff, beside the pile’s own figures', () => {
  expect(settledOrder()).toMatchObject({
    state: 'settled',
    settledAtMs: AT,
    endedAtMs: T0 + 3_600_000,
    pileTotal: fen(1_100n),
    difference: fen(0n),
    exceptions: [],
    payer: { vin: RECORD.vin },
    record: RECORD,
  });
  expect(settledOrder().bill).toMatchObject({ electricity: fen(700n), service: fen(400n) });
});

test('[ORD-9] the same content is a duplicate, whenever it arrives', () => {
  const again = { ...RECORD, receivedAtMs: AT + 30_000 };
  expect(decideRecord(settledOrder(), factsOf(again), [], AT + 30_000)).toEqual({
    is: 'duplicate',
  });
});

test('[ORD-10] other content marks the order once and leaves its money', () => {
  const other = { ...RECORD, totalEnergy: energyStep(999_999n), totalAmount: moneyStep(1n) };
  const decision = decideRecord(settledOrder(), factsOf(other), [], AT);
  if (!('event' in decision)) expect.fail('a revision is an event');
  const { kind, order: revised } = decision.event;
  expect(kind).toBe('OrderRevised');
  expect(revised).toEqual({ ...settledOrder(), exceptions: ['record-revised'], eventNo: 3 });
  const third = { ...other, stopCode: 1 };
  expect(decideRecord(revised, factsOf(third), [], AT)).toEqual({ is: 'revised-again' });
});

test('[ORD-11] an unknown record becomes an orphan with a price and a mark', () => {
  const { kind, order: orphan } = orphanOf(
    { ...facts, orphan: { ...facts.orphan, account: 'fleet-7' } },
    AT,
  );
  expect(kind).toBe('OrphanKept');
  expect(orphan).toMatchObject({
    state: 'orphan',
    orderNo: RECORD.tradeNo,
    payer: { account: 'fleet-7', vin: RECORD.vin },
    openedAtMs: T0,
    settledAtMs: null,
    exceptions: ['orphan'],
    eventNo: 1,
  });
  expect(orphan.bill?.total).toBe(fen(1_100n));
});

test('[ORD-11] without a tariff an orphan has no price', () => {
  const { order: orphan } = orphanOf({ ...facts, orphan: { ...facts.orphan, tariff: null } }, AT);
  expect(orphan).toMatchObject({ bill: null, exceptions: ['tariff-unknown', 'orphan'] });
});

test('times of a pile that cannot be are not taken over', () => {
  const odd = { ...RECORD, startedAtMs: T0 - 86_400_000 * 400, endedAtMs: AT + 86_400_000 };
  const decision = decideRecord(order, factsOf(odd), [], AT);
  if (!('event' in decision)) expect.fail('a first record settles');
  expect(decision.event.order).toMatchObject({ endedAtMs: AT, chargingAtMs: order.chargingAtMs });
  expect(decision.event.order.exceptions).toContain('clock-wrong');
  const { order: orphan } = orphanOf(factsOf({ ...odd, startedAtMs: null }), AT);
  expect(orphan).toMatchObject({ openedAtMs: AT, endedAtMs: AT, chargingAtMs: null });
});

test('a record that is held is settled without a sum', () => {
  const fell = { ...RECORD, meterStart: energyStep(5_000_000n), meterEnd: energyStep(4_000_000n) };
  const decision = decideRecord({ ...order, tariff: TARIFF }, factsOf(fell), [], AT);
  if (!('event' in decision)) expect.fail('a first record settles');
  expect(decision.event.order).toMatchObject({ state: 'settled', bill: null });
  expect(decision.event.order.exceptions).toContain('meter-fell');
});
