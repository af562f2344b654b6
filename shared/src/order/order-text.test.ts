import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tariffText } from '../money/tariff-check.ts';
import { anyTariff } from '../money/testing.ts';
import {
  billOf,
  billText,
  orderJson,
  orderOf,
  orderText,
  recordOf,
  recordText,
  tariffOf,
} from './order-text.ts';
import { anyBill, anyOrder, anyRecord } from './testing.ts';

const throughJson = (text: unknown): unknown => JSON.parse(JSON.stringify(text));

test('every order comes back from its text exactly', () => {
  fc.assert(
    fc.property(anyOrder, (order) => {
      expect(orderOf(throughJson(orderText(order)))).toEqual({ ok: true, value: order });
    }),
  );
});

test('the text of an order is its JSON, also when two orders take turns', () => {
  fc.assert(
    fc.property(anyOrder, anyOrder, (a, b) => {
      for (const order of [a, b, a, { ...a }]) {
        expect(orderJson(order)).toBe(JSON.stringify(orderText(order)));
      }
    }),
  );
});

test('records, bills and tariffs come back from their texts exactly', () => {
  fc.assert(
    fc.property(anyRecord, anyBill, anyTariff, (record, bill, tariff) => {
      expect(recordOf(throughJson(recordText(record)))).toEqual({ ok: true, value: record });
      expect(billOf(throughJson(billText(bill)))).toEqual({ ok: true, value: bill });
      expect(tariffOf(throughJson(tariffText(tariff)))).toEqual({ ok: true, value: tariff });
    }),
  );
});

test('counts are exact decimals of their unit', () => {
  const bill = fc.sample(anyBill, { numRuns: 1, seed: 3 })[0];
  if (bill === undefined) throw new TypeError('a sample is made');
  const text = billText(bill);
  expect(text.total).toMatch(/^-?\d+\.\d\d$/);
  expect(text.energy).toMatch(/^\d+\.\d{4}$/);
});

test('whatever the JSON is, reading answers and never throws', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (json) => {
      const read = orderOf(json);
      expect(read.ok ? '' : read.reason).not.toBe('');
    }),
  );
});

test('an order with one field broken is refused, and the field is named', () => {
  const broken = fc.constantFrom<unknown>(
    undefined,
    {},
    true,
    1.5,
    -1,
    '1.123456',
    'x',
    Number.NaN,
  );
  fc.assert(
    fc.property(anyOrder, fc.nat(), broken, (order, pick, junk) => {
      const text: Record<string, unknown> = { ...orderText(order) };
      // Any text is good in a field of plain text, so these cannot be broken by one.
      const plain = ['orderNo', 'siteId', 'vendor', 'pileNo', 'failReason'];
      const fields = Object.keys(text).filter(
        (f) => typeof junk !== 'string' || !plain.includes(f),
      );
      const field = fields[pick % fields.length] ?? '';
      const read = orderOf({ ...text, [field]: junk });
      expect(read.ok ? '' : read.reason.split(/[:.[]/)[0]).toBe(field);
    }),
  );
});

test('all faults are told at once, and a flood of them is counted', () => {
  expect(
    billOf({ rows: 'none', energy: '1', electricity: 1, service: '0.00', total: '0.001' }),
  ).toEqual({
    ok: false,
    reason:
      'rows: a list is wanted; electricity: a decimal string with at most 2 decimals is wanted; ' +
      'total: a decimal string with at most 2 decimals is wanted',
  });
  const read = billOf({ rows: new Array(100).fill(null) });
  expect(read.ok ? '' : read.reason).toMatch(/; and \d+ more$/);
});

test('[SYNC-11] fields of a newer side are passed over', () => {
  fc.assert(
    fc.property(anyOrder, (order) => {
      const text = { ...orderText(order), parkingFee: '1.00' };
      expect(orderOf(text)).toEqual({ ok: true, value: order });
    }),
  );
});

test('a slot without a rate is refused', () => {
  const read = tariffOf({
    tariffId: 't',
    version: 1,
    modelNo: '0001',
    rates: [{ electricity: '1.00000', service: '0.50000' }],
    slots: `1${'0'.repeat(47)}`,
    lossRatio: '0.0000',
  });
  expect(read).toEqual({ ok: false, reason: 'slots: kind 1 has no rate' });
});
