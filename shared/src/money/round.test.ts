import fc from 'fast-check';
import { expect, test } from 'vitest';
import { energyText, fen, fenText, moneyStep, moneyStepText } from '../units.ts';
import {
  divideHalfUp,
  divideUp,
  fenOf,
  fenOfNano,
  moneyOf,
  moneyStepOf,
  withLoss,
} from './round.ts';
import { kwh, perKwh } from './testing.ts';
import { e3 } from './vectors/cases.ts';

const anyCount = fc.bigInt(-(10n ** 15n), 10n ** 15n);
const anyDivisor = fc.oneof(
  fc.bigInt(1n, 1_000n),
  fc.bigInt(-1_000n, -1n),
  fc.constant(10_000_000n),
);

test('halves go away from zero, on both sides of it', () => {
  const tenths = [4n, 5n, 6n, 14n, 15n, -4n, -5n, -6n, -15n];
  expect(tenths.map((n) => divideHalfUp(n, 10n))).toEqual([0n, 1n, 1n, 1n, 2n, 0n, -1n, -1n, -2n]);
  expect(divideHalfUp(5n, -10n)).toBe(-1n);
  expect(divideHalfUp(-5n, -10n)).toBe(1n);
});

test('rounding is the nearest, is odd, and keeps order', () => {
  fc.assert(
    fc.property(anyCount, anyCount, anyDivisor, (n, m, d) => {
      const q = divideHalfUp(n, d);
      const twiceRest = 2n * (n - q * d);
      expect(twiceRest * twiceRest <= d * d).toBe(true);
      expect(divideHalfUp(-n, d)).toBe(-q);
      const size = d < 0n ? -d : d;
      expect(n <= m ? divideHalfUp(n, size) <= divideHalfUp(m, size) : true).toBe(true);
    }),
  );
});

test('rounding up never gives less', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 10n ** 15n), fc.bigInt(1n, 10n ** 9n), (n, d) => {
      const q = divideUp(n, d);
      expect(q * d >= n && (q - 1n) * d < n).toBe(true);
    }),
  );
});

test('[E3] three rows of 0.1050 kWh: rounded rows sum to 0.33, rounded once it is 0.32', () => {
  let sum = 0n;
  let nano = 0n;
  for (const [energy, price] of e3.rows) {
    sum += moneyOf(kwh(energy), perKwh(price));
    nano += kwh(energy) * perKwh(price);
  }
  expect(fenText(fen(sum))).toBe(e3.sum_of_rounded);
  expect(fenText(fenOfNano(nano))).toBe(e3.rounded_once);
});

test('1.005 yuan is 1.01, where a binary float would say 1.00', () => {
  expect(fenText(moneyOf(kwh('1.0050'), perKwh('1.00000')))).toBe('1.01');
});

test('a pile counts four decimals and is read to a fen', () => {
  expect(moneyStepText(moneyStepOf(kwh('21.7535'), perKwh('1.10000')))).toBe('23.9289');
  expect([49n, 50n, 149n, 150n].map((n) => fenOf(moneyStep(n)))).toEqual([0n, 1n, 1n, 2n]);
});

test('losses are added half-up to a step', () => {
  expect(energyText(withLoss(kwh('19.8765'), 500))).toBe('20.8703');
  expect(energyText(withLoss(kwh('19.8765'), 0))).toBe('19.8765');
});
