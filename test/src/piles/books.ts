import { decimalText } from '@holdfast/shared/units';
import type { KindEnergies } from './meter.ts';

/**
 * A pile's own books: the truth that edge and hub are compared with. They are kept with arithmetic of
 * their own, so that an error in the billing of the product cannot hide in both.
 */
export interface BookEntry {
  readonly tradeNo: string;
  readonly pileNo: string;
  readonly connectorNo: number;
  readonly startedBy: 'card' | 'vin' | 'remote';
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  /** Delivered, 1e-4 kWh. */
  readonly energy: bigint;
  /** What the driver saw on the screen, 1e-4 yuan. */
  readonly shown: bigint;
  /** What is due in fen: each kind's electricity and service rounded half up, then added. */
  readonly due: bigint;
  readonly stopCode: number;
  /** The pile's own name of the charge, where it is not told our order number (OCPP). */
  readonly chargeKey?: string;
}

/** The prices that a pile was given: 1e-5 yuan/kWh, four kinds, 48 slots. */
export interface PileTariff {
  readonly modelNo: string;
  readonly electricity: KindEnergies;
  readonly service: KindEnergies;
  readonly slots: readonly number[];
}

const halfUp = (value: bigint, unit: bigint): bigint => (value + unit / 2n) / unit;

/** 1e-4 kWh × 1e-5 yuan/kWh is 1e-9 yuan: 10⁵ of those are 1e-4 yuan, 10⁷ are a fen. */
export function moneyOf(
  energyByKind: KindEnergies,
  tariff: PileTariff,
): { shown: bigint; due: bigint; shownByKind: KindEnergies } {
  const shownByKind: KindEnergies = [0n, 0n, 0n, 0n];
  let due = 0n;
  for (const kind of [0, 1, 2, 3] as const) {
    const energy = energyByKind[kind];
    shownByKind[kind] = halfUp(
      energy * (tariff.electricity[kind] + tariff.service[kind]),
      100_000n,
    );
    due += halfUp(energy * tariff.electricity[kind], 10_000_000n);
    due += halfUp(energy * tariff.service[kind], 10_000_000n);
  }
  return { shown: shownByKind.reduce((sum, part) => sum + part, 0n), due, shownByKind };
}

/** One line of the report; exact decimals as text. */
export interface BookLine {
  readonly tradeNo: string;
  readonly pileNo: string;
  readonly connectorNo: number;
  readonly startedBy: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly energyKwh: string;
  readonly shownYuan: string;
  readonly dueYuan: string;
  readonly stopCode: number;
  readonly uploads: number;
  readonly confirmed: boolean;
}

export interface BooksReport {
  readonly seed: number;
  readonly piles: number;
  readonly orders: number;
  readonly unconfirmed: number;
  /** Records that the other side called illegal (0x40 01): it must never. */
  readonly refused: number;
  readonly energyKwh: string;
  readonly shownYuan: string;
  readonly dueYuan: string;
  readonly entries: readonly BookLine[];
}

/** What a pile writes into its books. */
export type BookNote =
  | { readonly note: 'ended'; readonly entry: BookEntry }
  | { readonly note: 'uploaded'; readonly tradeNo: string }
  | { readonly note: 'answered'; readonly tradeNo: string; readonly stored: boolean };

/** Books of a whole fleet. */
export interface Books {
  readonly ended: (entry: BookEntry) => void;
  readonly uploaded: (tradeNo: string) => void;
  readonly answered: (tradeNo: string, stored: boolean) => void;
  readonly unconfirmed: () => number;
  readonly entries: () => readonly BookEntry[];
  readonly report: (seed: number, piles: number) => BooksReport;
}

const isoOf = (ms: number): string =>
  new Date(ms + 8 * 3_600_000).toISOString().replace('Z', '+08:00');

export function openBooks(): Books {
  const entries = new Map<string, BookEntry>();
  const uploads = new Map<string, number>();
  const confirmed = new Set<string>();
  const refused = new Set<string>();
  const unconfirmed = (): number =>
    [...entries.keys()].filter((tradeNo) => !confirmed.has(tradeNo)).length;
  const lineOf = (entry: BookEntry): BookLine => ({
    tradeNo: entry.tradeNo,
    pileNo: entry.pileNo,
    connectorNo: entry.connectorNo,
    startedBy: entry.startedBy,
    startedAt: isoOf(entry.startedAtMs),
    endedAt: isoOf(entry.endedAtMs),
    energyKwh: decimalText(entry.energy, 4),
    shownYuan: decimalText(entry.shown, 4),
    dueYuan: decimalText(entry.due, 2),
    stopCode: entry.stopCode,
    uploads: uploads.get(entry.tradeNo) ?? 0,
    confirmed: confirmed.has(entry.tradeNo),
  });
  const sum = (part: (entry: BookEntry) => bigint): bigint =>
    [...entries.values()].reduce((total, entry) => total + part(entry), 0n);
  return {
    ended: (entry) => entries.set(entry.tradeNo, entry),
    uploaded: (tradeNo) => uploads.set(tradeNo, (uploads.get(tradeNo) ?? 0) + 1),
    answered: (tradeNo, stored) => (stored ? confirmed : refused).add(tradeNo),
    unconfirmed,
    entries: () => [...entries.values()],
    report: (seed, piles) => ({
      seed,
      piles,
      orders: entries.size,
      unconfirmed: unconfirmed(),
      refused: refused.size,
      energyKwh: decimalText(
        sum((entry) => entry.energy),
        4,
      ),
      shownYuan: decimalText(
        sum((entry) => entry.shown),
        4,
      ),
      dueYuan: decimalText(
        sum((entry) => entry.due),
        2,
      ),
      entries: [...entries.values()].map(lineOf),
    }),
  };
}

export function keepNote(books: Books, note: BookNote): void {
  if (note.note === 'ended') books.ended(note.entry);
  else if (note.note === 'uploaded') books.uploaded(note.tradeNo);
  else books.answered(note.tradeNo, note.stored);
}
