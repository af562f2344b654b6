import fc from 'fast-check';
import { expect, test } from 'vitest';
import { energyOfMilliWh, energyOfWh, scaledOf } from './decimal.ts';

test.each([
  ['27010.0', 1, 270_100n],
  ['27010,05', 1, 270_101n],
  [27_010.05, 3, 27_010_050n],
  [' 1.5 ', 0, 2n],
  ['-0.05', 1, -1n],
  ['.5', 1, 5n],
  ['5.', 0, 5n],
  ['1e3', 0, 1_000n],
  [1e21, 0, 10n ** 21n],
  [1e-7, 7, 1n],
  ['+7', 0, 7n],
] as const)('%s is read exactly', (value, shift, count) => {
  expect(scaledOf(value, shift)).toBe(count);
});

test.each(['', '-', 'NaN', 'abc', '1.2.3', '0x10', '1 000', null, undefined, {}, Number.NaN])(
  '%s is no decimal',
  (value) => {
    expect(scaledOf(value, 3)).toBeUndefined();
  },
);

test('[OCPP-C14] no double touches energy: every count of 0.1 Wh survives as text and as number', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 45 }), (steps) => {
      const text = `${Math.floor(steps / 10)}.${steps % 10}`;
      expect(energyOfWh(text)).toBe(BigInt(steps));
      expect(energyOfWh(Number(text))).toBe(BigInt(steps));
      expect(energyOfMilliWh(BigInt(steps) * 100n)).toBe(BigInt(steps));
    }),
  );
});

test('halves of a step go away from zero', () => {
  expect([energyOfMilliWh(150n), energyOfMilliWh(-150n), energyOfMilliWh(149n)]).toEqual([
    2n,
    -2n,
    1n,
  ]);
});
