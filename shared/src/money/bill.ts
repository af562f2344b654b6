import type { EnergyStep, Fen, MoneyStep, PriceStep } from '../units.ts';
import type { RateKind } from './tariff.ts';

/** One line of a bill. Each component is rounded half-up to a fen once (billing.md §3). */
export interface BillRow {
  readonly kind: RateKind;
  /** Billed energy, losses included. */
  readonly energy: EnergyStep;
  readonly electricityPrice: PriceStep;
  readonly servicePrice: PriceStep;
  readonly electricity: Fen;
  readonly service: Fen;
  /** Start and end of the row, epoch milliseconds; absent where the pile gave energies by kind only. */
  readonly fromMs?: number;
  readonly toMs?: number;
  /** A boundary inside this row was computed between two samples (billing.md §2). */
  readonly interpolated?: boolean;
  /**
   * No energy: this row moves the total to the one that the pile showed (rule 3.5). Its kind is that
   * of the row with the most energy, so that sums by kind stay whole.
   */
  readonly adjustment?: boolean;
}

/** What a charge costs: the sum of its rounded rows, so every row that a driver sees adds up. */
export interface Bill {
  readonly rows: readonly BillRow[];
  readonly energy: EnergyStep;
  readonly electricity: Fen;
  readonly service: Fen;
  readonly total: Fen;
}

/** What the pile itself claims for one kind (0x3B). */
export interface PileRow {
  readonly kind: RateKind;
  /** Combined price: electricity + service. */
  readonly price: PriceStep;
  readonly energy: EnergyStep;
  readonly lossEnergy: EnergyStep;
  readonly amount: MoneyStep;
}

/**
 * Marks on an order that a person should look at (billing.md §7). `price-electricity-only`: the
 * record's unit prices leave the service price out, as some firmware does.
 */
export const BILL_EXCEPTIONS = [
  'tariff-unknown',
  'clock-wrong',
  'gap-in-samples',
  'energy-sum-differs',
  'meter-differs',
  'meter-fell',
  'meter-jump',
  'price-differs',
  'price-electricity-only',
  'pile-total-differs',
  'record-revised',
  'record-missing',
  'not-authorised',
  'orphan',
] as const;
export type BillException = (typeof BILL_EXCEPTIONS)[number];
