import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fen, priceStep } from '../units.ts';
import { adjustedTo } from './adjust.ts';
import type { Bill, BillRow } from './bill.ts';
import { sumOf } from './bill-of.ts';
import { kwh, yuan } from './testing.ts';

const line = (kind: number, energy: string, electricity: bigint, service: bigint): BillRow => ({
  kind,
  energy: kwh(energy),
  electricityPrice: priceStep(0n),
  servicePrice: priceStep(0n),
  electricity: fen(electricity),
  service: fen(service),
});

test('[BILL-3.5] the difference is one more row, of the kind with the most energy, without any', () => {
  const bill = sumOf([line(2, '1', 70n, 40n), line(1, '3', 357n, 120n), line(3, '3', 80n, 120n)]);
  const up = adjustedTo(bill, fen(bill.total + 2n));
  expect(up.rows.slice(0, 3)).toEqual(bill.rows);
  expect(up.rows.slice(3)).toEqual([{ ...line(1, '0', 0n, 2n), adjustment: true }]);
  expect(up.energy).toBe(bill.energy);
});

test('it comes out of the service first, then out of the electricity', () => {
  const down = (total: bigint) => {
    const { electricity, service } = adjustedTo(sumOf([line(0, '0.01', 3n, 1n)]), fen(total));
    return [electricity, service];
  };
  expect(down(3n)).toEqual([3n, 0n]);
  expect(down(1n)).toEqual([1n, 0n]);
  expect(down(0n)).toEqual([0n, 0n]);
});

test('equal totals, or a bill without rows, need no row', () => {
  const bill = sumOf([line(0, '1', 3n, 1n)]);
  expect(adjustedTo(bill, bill.total)).toBe(bill);
  const empty = sumOf([]);
  expect(adjustedTo(empty, yuan('0.01'))).toBe(empty);
});

test('any total that is not negative is reached, and no sum falls below zero', () => {
  const money = fc.bigInt(0n, 1_000n);
  const bills = fc
    .array(fc.tuple(money, money), { minLength: 1, maxLength: 5 })
    .map((rows): Bill => sumOf(rows.map(([e, s], kind) => line(kind, '1', e, s))));
  fc.assert(
    fc.property(bills, money, (bill, total) => {
      const adjusted = adjustedTo(bill, fen(total));
      expect(adjusted.total).toBe(total);
      expect(adjusted.electricity >= 0n && adjusted.service >= 0n).toBe(true);
      expect(adjusted).toEqual(sumOf(adjusted.rows));
    }),
  );
});
