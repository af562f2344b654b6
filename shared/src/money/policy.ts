import { type EnergyStep, energyStep, type Fen, fen } from '../units.ts';
import { type MeterRange, SIX_DIGITS } from './rollover.ts';

/** How an operator settles: what is billed, and how much a pile may differ before a person looks. */
export interface SettlePolicy {
  /** Whose total is due when both agree within tolerance (rule 3.5): ours, or the one that was shown. */
  readonly billed: 'edge' | 'pile';
  /** Between sum of rows, total and meter. Piles in the field differ by 2 to 4 Wh (ykc.md §12.8). */
  readonly energyTolerance: EnergyStep;
  /** Between the totals, for each row of the bill (rule 3.5). */
  readonly fenPerRow: Fen;
  /** Between the end of a live record and its arrival (billing.md §7). */
  readonly clockToleranceMs: number;
  /** More than this share of rated power × time is a meter that jumped, in percent. */
  readonly jumpPercent: number;
  readonly meterRange: MeterRange;
}

export const DEFAULT_POLICY: SettlePolicy = {
  billed: 'edge',
  energyTolerance: energyStep(2n),
  fenPerRow: fen(1n),
  clockToleranceMs: 5 * 60_000,
  jumpPercent: 110,
  meterRange: SIX_DIGITS,
};
