declare const unit: unique symbol;

/** An exact count of a unit. Branded, so yuan never adds to kWh. */
type Count<U extends string> = bigint & { readonly [unit]: U };

/** 0.0001 kWh: the finest step a pile reports. */
export type EnergyStep = Count<'1e-4 kWh'>;
/** 0.00001 yuan per kWh: the finest price a tariff holds. */
export type PriceStep = Count<'1e-5 yuan/kWh'>;
/** 0.0001 yuan: what a pile counts and shows while it charges. */
export type MoneyStep = Count<'1e-4 yuan'>;
/** 0.01 yuan (分). Every sum of money that is billed. */
export type Fen = Count<'fen'>;

export const energyStep = (n: bigint): EnergyStep => n as EnergyStep;
export const priceStep = (n: bigint): PriceStep => n as PriceStep;
export const moneyStep = (n: bigint): MoneyStep => n as MoneyStep;
export const fen = (n: bigint): Fen => n as Fen;

/** Writes an exact count with `places` decimals: `decimalText(1020004n, 4)` is "102.0004". */
export function decimalText(count: bigint, places: number): string {
  const digits = (count < 0n ? -count : count).toString().padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  const sign = count < 0n ? '-' : '';
  return places === 0 ? `${sign}${whole}` : `${sign}${whole}.${digits.slice(-places)}`;
}

/** Reads an exact decimal with at most `places` decimals; `undefined` when the text is anything else. */
export function decimalOf(text: string, places: number): bigint | undefined {
  const match = /^(-?)(\d{1,18})(?:\.(\d+))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = ''] = match;
  if (fraction.length > places) return undefined;
  const count = BigInt(whole + fraction.padEnd(places, '0'));
  return sign === '-' ? -count : count;
}

/**
 * A count that a limit keeps small, as a number: ratios and numbers of things, never money or energy.
 * Throws `RangeError` where a number would not be exact beyond doubt.
 */
export function smallCount(n: bigint): number {
  if (n !== BigInt.asIntN(32, n)) throw new RangeError(`${n} is no small count`);
  return Number(n);
}

/** kWh with four decimals. */
export const energyText = (n: EnergyStep): string => decimalText(n, 4);
/** Yuan per kWh with five decimals. */
export const priceText = (n: PriceStep): string => decimalText(n, 5);
/** Yuan with four decimals. */
export const moneyStepText = (n: MoneyStep): string => decimalText(n, 4);
/** Yuan with two decimals. */
export const fenText = (n: Fen): string => decimalText(n, 2);
