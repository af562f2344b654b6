import { expect, test } from 'vitest';
import { energyText } from '../units.ts';
import { meterRise, SIX_DIGITS } from './rollover.ts';
import { kwh } from './testing.ts';
import { e9 } from './vectors/cases.ts';

test('[E9] a meter that passes its last digit goes on from zero', () => {
  expect(SIX_DIGITS.modulus).toBe(kwh(e9.modulus));
  const rise = meterRise(kwh(e9.old), kwh(e9.new));
  expect(rise?.rolledOver).toBe(true);
  expect(rise && energyText(rise.energy)).toBe(`${e9.energy}00`);
});

test.each([
  ['1000', '1000', '0.0000', false],
  ['1000', '1102.0004', '102.0004', false],
  ['999000', '999.9999', '1999.9999', true],
  ['999999.9999', '0', '0.0001', true],
  // Some meters have more digits than six: rising past the modulus is no rollover.
  ['999999', '1000001', '2.0000', false],
])('%s to %s is %s kWh', (before, after, energy, rolledOver) => {
  const rise = meterRise(kwh(before), kwh(after));
  expect(rise && [energyText(rise.energy), rise.rolledOver]).toEqual([energy, rolledOver]);
});

test.each([
  ['1000', '999.9999', 'in the middle of its range'],
  ['998999.9999', '0', 'not near enough to its end'],
  ['999999', '1000', 'not near enough to zero'],
  ['1000000', '1', 'beyond the range'],
  ['999999', '999998', 'near the end, but not through it'],
])('%s to %s fell: %s', (before, after) => {
  expect(meterRise(kwh(before), kwh(after))).toBeUndefined();
});

test('the range is that of the meter', () => {
  const range = { modulus: kwh('10000'), nearEnd: kwh('100') };
  expect(meterRise(kwh('9999'), kwh('1'), range)).toEqual({ energy: kwh('2'), rolledOver: true });
});
