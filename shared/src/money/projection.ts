import type { EnergyStep } from '../units.ts';
import { divideHalfUp } from './round.ts';

/** Energies with fewer decimals, as partners' forms want them; counts of 10^-places kWh. */
export interface EnergyProjection {
  readonly rows: readonly bigint[];
  /** The rounded total, and the exact sum of `rows`. */
  readonly total: bigint;
}

/** Energy steps have four decimals. */
const ENERGY_PLACES = 4;

/** Order of counts: positive where `a` is the larger. */
const larger = (a: bigint, b: bigint): number => (a === b ? 0 : a > b ? 1 : -1);

/**
 * Rounds rows and their total half-up and makes them add: the residue goes to the largest row, and
 * where that would fall below zero on to the next. Money rows are not touched (billing.md §8, E11).
 */
export function projectEnergies(
  energies: readonly EnergyStep[],
  places: 0 | 1 | 2 | 3,
): EnergyProjection {
  const unit = 10n ** BigInt(ENERGY_PLACES - places);
  const lines = energies.map((energy) => ({ energy, row: divideHalfUp(energy, unit) }));
  const total = divideHalfUp(
    energies.reduce((sum, energy) => sum + energy, 0n),
    unit,
  );
  let residue = total - lines.reduce((sum, line) => sum + line.row, 0n);
  for (const line of lines.toSorted((a, b) => larger(b.energy, a.energy))) {
    const mended = line.row + residue > 0n ? line.row + residue : 0n;
    residue -= mended - line.row;
    line.row = mended;
  }
  return { rows: lines.map((line) => line.row), total };
}
