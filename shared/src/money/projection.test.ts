import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decimalText, energyStep } from '../units.ts';
import { projectEnergies } from './projection.ts';
import { divideHalfUp } from './round.ts';
import { kwh } from './testing.ts';
import { e1 } from './vectors/cases.ts';

test('[E11] the rows of E1 with two decimals add up', () => {
  const { rows, total } = projectEnergies(
    e1.rows.map(({ energy }) => kwh(energy)),
    2,
  );
  expect(rows.map((row) => decimalText(row, 2))).toEqual(['19.88', '54.12', '26.12', '1.88']);
  expect(decimalText(total, 2)).toBe('102.00');
});

test('[E11] where they do not add, the largest row takes the residue', () => {
  const up = projectEnergies([kwh('1.0049'), kwh('2.0049')], 2);
  expect(up).toEqual({ rows: [100n, 201n], total: 301n });
  const down = projectEnergies([kwh('1.0050'), kwh('2.0050')], 2);
  expect(down).toEqual({ rows: [101n, 200n], total: 301n });
});

test('four rows of half a unit: no row falls below zero', () => {
  const halves = Array.from({ length: 4 }, () => kwh('0.0050'));
  expect(projectEnergies(halves, 2)).toEqual({ rows: [0n, 0n, 1n, 1n], total: 2n });
});

test('rows add to the rounded total, none is negative', () => {
  const energies = fc.array(fc.bigInt(0n, 2_000n).map(energyStep), { maxLength: 8 });
  fc.assert(
    fc.property(energies, fc.constantFrom<(0 | 1 | 2 | 3)[]>(0, 1, 2, 3), (parts, places) => {
      const { rows, total } = projectEnergies(parts, places);
      const unit = 10n ** BigInt(4 - places);
      expect(rows.reduce((sum, row) => sum + row, 0n)).toBe(total);
      expect(total).toBe(
        divideHalfUp(
          parts.reduce((sum, part) => sum + part, 0n),
          unit,
        ),
      );
      expect(rows.every((row) => row >= 0n)).toBe(true);
    }),
  );
});
