import type { EnergyStep } from '../units.ts';

/**
 * How a pile names one of its charges where it is not told our order number (OCPP). Kept in the order,
 * so that a stop that comes after a restart, or days later, finds the order that it ends.
 */
export interface PileCharge {
  /** Natural key at its pile: the same begin, sent again, has the same key. */
  readonly key: string;
  /** The transaction number that the edge gave out: 1001 … 2³¹ − 1, never twice at a site. */
  readonly no: number;
  /** The meter's register when it began, 1e-4 kWh; `null`: the pile did not say. */
  readonly meterStart: EnergyStep | null;
}

/**
 * What a pile says to mean one of its charges. `otherwise`: under what its record is kept where no
 * charge has the number, so that the same record sent again is found there.
 */
export type ChargeRef =
  | { readonly by: 'key'; readonly key: string }
  | { readonly by: 'no'; readonly no: number; readonly otherwise?: string };
