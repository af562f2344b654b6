import { type EnergyStep, energyStep } from '@holdfast/shared/units';

/** A decimal as stations write it: a point or a comma, an exponent, blanks around it. */
const DECIMAL = /^\s*([+-]?)(\d{0,24})(?:[.,](\d{0,24}))?(?:[eE]([+-]?\d{1,2}))?\s*$/;

/** As most numbers are written, and so short that a double holds them. */
const SHORT = /^\d{1,15}$/;
const POWERS = Array.from({ length: 32 }, (_, n) => 10n ** BigInt(n));
const powerOf = (places: number): bigint => POWERS[places] ?? 10n ** BigInt(places);

/**
 * `text × 10^shift` as an exact integer, halves away from zero; `undefined` where it is no decimal.
 * A number of JSON is read by its shortest text, so no arithmetic of doubles touches it.
 */
export function scaledOf(value: unknown, shift: number): bigint | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const text = String(value);
  if (shift >= 0 && SHORT.test(text)) return BigInt(text) * powerOf(shift);
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const digits = whole + fraction;
  if (digits === '') return undefined;
  const move = shift + Number(exponent) - fraction.length;
  const count = move >= 0 ? BigInt(digits) * powerOf(move) : roundedBy(BigInt(digits), -move);
  return sign === '-' ? -count : count;
}

function roundedBy(count: bigint, places: number): bigint {
  const divisor = powerOf(places);
  return (count + divisor / 2n) / divisor;
}

/** Thousandths of Wh as energy, halves away from zero. */
export const energyOfMilliWh = (milli: bigint): EnergyStep =>
  energyStep(milli < 0n ? -roundedBy(-milli, 2) : roundedBy(milli, 2));

/** A register in Wh, as `meterStart` and `meterStop` are; `undefined` where it is no decimal. */
export function energyOfWh(value: unknown): EnergyStep | undefined {
  const count = scaledOf(value, 1);
  return count === undefined ? undefined : energyStep(count);
}
