import { decimalOf } from '@holdfast/shared/units';
import { SHOW_TARIFF } from '../world/tariffs.ts';
import type { PileTariff } from './books.ts';
import type { KindEnergies } from './meter.ts';

const pricesOf = (part: 'electricity' | 'service'): KindEnergies => {
  const [sharp, peak, flat, valley] = SHOW_TARIFF.rates.map((rate) => decimalOf(rate[part], 5));
  return [sharp ?? 0n, peak ?? 0n, flat ?? 0n, valley ?? 0n];
};

/** The show's prices for the books of piles that are told none. */
export const BOOK_TARIFF: PileTariff = {
  modelNo: SHOW_TARIFF.modelNo,
  electricity: pricesOf('electricity'),
  service: pricesOf('service'),
  slots: [...SHOW_TARIFF.slots].map(Number),
};
