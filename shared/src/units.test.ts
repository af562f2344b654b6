import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  decimalOf,
  decimalText,
  energyStep,
  energyText,
  fen,
  fenText,
  moneyStep,
  moneyStepText,
  priceStep,
  priceText,
  smallCount,
} from './units.ts';

test('counts are written with their decimals', () => {
  expect(decimalText(1020004n, 4)).toBe('102.0004');
  expect(decimalText(0n, 2)).toBe('0.00');
  expect(decimalText(-5n, 2)).toBe('-0.05');
  expect(decimalText(-120n, 0)).toBe('-120');
});

test('each unit has its own number of decimals', () => {
  expect(energyText(energyStep(198_765n))).toBe('19.8765');
  expect(priceText(priceStep(148_750n))).toBe('1.48750');
  expect(moneyStepText(moneyStep(1_592_929n))).toBe('159.2929');
  expect(fenText(fen(15_929n))).toBe('159.29');
});

test('a small count becomes a number, a large one is refused', () => {
  expect([smallCount(0n), smallCount(-7n), smallCount(2n ** 31n - 1n)]).toEqual([
    0, -7, 2147483647,
  ]);
  expect(() => smallCount(2n ** 31n)).toThrow(RangeError);
});

test('decimals with fewer digits than the unit are read exactly', () => {
  expect(decimalOf('1.5', 4)).toBe(15_000n);
  expect(decimalOf('20', 2)).toBe(2_000n);
  expect(decimalOf('-0.05', 2)).toBe(-5n);
  expect(decimalOf('7', 0)).toBe(7n);
});

test.each([
  '',
  '-',
  '.5',
  '5.',
  '1.00001',
  '1e3',
  '0x10',
  ' 1',
  '1 ',
  '+1',
  '1,5',
  'NaN',
  '١',
  '1.2.3',
  '1234567890123456789',
  '--1',
  '1\n',
])('%j is no decimal of four places', (text) => {
  expect(decimalOf(text, 4)).toBeUndefined();
});

test('what is written is read back to the same count', () => {
  const places = fc.nat(9);
  const count = fc.bigInt(-(10n ** 18n) + 1n, 10n ** 18n - 1n);
  fc.assert(
    fc.property(count, places, (n, p) => {
      expect(decimalOf(decimalText(n, p), p)).toBe(n);
    }),
  );
});

test('any text is either read as the count that it says, or not at all', () => {
  const digits = fc.stringMatching(/^-?\d{1,6}(\.\d{1,7})?$/);
  fc.assert(
    fc.property(fc.oneof(digits, fc.string()), (text) => {
      const count = decimalOf(text, 5);
      if (count === undefined) return;
      // Trailing zeros apart, the text that comes back is the text that went in.
      const plain = (s: string) =>
        s
          .replace(/^(-?)0+(?=\d)/, '$1')
          .replace(/(\.\d*?)0+$/, '$1')
          .replace(/\.$/, '');
      const sign = (s: string) => (/[1-9]/.test(s) ? s : s.replace('-', ''));
      expect(plain(decimalText(count, 5))).toBe(sign(plain(text)));
    }),
  );
});
