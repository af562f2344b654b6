import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ORDER_NO, PILE, RECORD, T0 } from './testing/subjects.ts';
import { isNoNumber, numberOfRecord, tradeNoOf } from './trade-no.ts';

const parts = { pileNo: PILE, connectorNo: 1, atMs: T0, epoch: 0, count: 1 };

test('[ORD-14] pile, gun, second, epoch, count', () => {
  expect(tradeNoOf(parts)).toBe(ORDER_NO);
  expect(tradeNoOf({ ...parts, epoch: 107, count: 1_234 }).slice(-4)).toBe('0734');
  expect(tradeNoOf({ ...parts, pileNo: '00000000000007' })).toMatch(/^00000000000007/);
});

test('[ORD-14] numbers of one second, gun and epoch differ while fewer than 100 are given', () => {
  const numbers = Array.from({ length: 100 }, (_, count) => tradeNoOf({ ...parts, count }));
  expect(new Set(numbers).size).toBe(100);
});

test('[ORD-14] any pile, gun and time gives 32 digits', () => {
  const anyParts = fc.record({
    pileNo: fc.oneof(fc.stringMatching(/^\d{1,14}$/), fc.string()),
    connectorNo: fc.nat(99),
    atMs: fc.nat({ max: 4_000_000_000_000 }),
    epoch: fc.nat(),
    count: fc.nat(),
  });
  fc.assert(
    fc.property(anyParts, (p) => {
      expect(tradeNoOf(p)).toMatch(/^\d{32}$/);
    }),
  );
});

test('[ORD-11] a record without a number gets one of its own content', () => {
  expect(isNoNumber('0'.repeat(32))).toBe(true);
  expect(isNoNumber('')).toBe(true);
  expect(isNoNumber(RECORD.tradeNo)).toBe(false);
  const number = numberOfRecord(RECORD);
  expect(number).toMatch(/^\d{28}f[0-9a-f]{3}$/);
  expect(numberOfRecord({ ...RECORD, receivedAtMs: 0 })).toBe(number);
  expect(numberOfRecord({ ...RECORD, stopCode: 1 })).not.toBe(number);
  const timeless = { ...RECORD, startedAtMs: null, endedAtMs: null };
  expect(numberOfRecord(timeless)).toMatch(/^\d{28}f[0-9a-f]{3}$/);
});
