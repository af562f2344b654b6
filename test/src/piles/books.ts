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
  endedAtMs: number;
  /** Delivered, 1e-4 kWh, by rate kind 0 … 3. */
  readonly energyByKind: [bigint, bigint, bigint, bigint];
  /** What the driver saw on the screen, 1e-4 yuan. */
  shown: bigint;
  /** What is due in fen: each kind's electricity and service rounded half up, then added. */
  due: bigint;
  stopCode: number;
  /** The pile got its 0x40. */
  confirmed: boolean;
  /** The upload was given out of the pile at least once. */
  uploaded: number;
}

/** The prices that a pile was given: 1e-5 yuan/kWh, four kinds, 48 slots. */
export interface PileTariff {
  readonly modelNo: string;
  readonly electricity: readonly [bigint, bigint, bigint, bigint];
  readonly service: readonly [bigint, bigint, bigint, bigint];
  readonly slots: readonly number[];
}

const halfUp = (value: bigint, unit: bigint): bigint => (value + unit / 2n) / unit;

/** 1e-4 kWh × 1e-5 yuan/kWh is 1e-9 yuan: 10⁵ of those are 1e-4 yuan, 10⁷ are a fen. */
export function moneyOf(
  energyByKind: readonly [bigint, bigint, bigint, bigint],
  tariff: PileTariff,
): { shown: bigint; due: bigint; shownByKind: [bigint, bigint, bigint, bigint] } {
  const shownByKind: [bigint, bigint, bigint, bigint] = [0n, 0n, 0n, 0n];
  let due = 0n;
  for (const kind of [0, 1, 2, 3] as const) {
    const energy = energyByKind[kind];
    shownByKind[kind] = halfUp(energy * (tariff.electricity[kind] + tariff.service[kind]), 100_000n);
    due += halfUp(energy * tariff.electricity[kind], 10_000_000n);
    due += halfUp(energy * tariff.service[kind], 10_000_000n);
  }
  return { shown: shownByKind.reduce((sum, part) => sum + part, 0n), due, shownByKind };
}

export interface BooksReport {
  readonly orders: number;
  readonly unconfirmed: number;
  readonly energyKwh: string;
  readonly shownYuan: string;
  readonly dueYuan: string;
  readonly entries: readonly BookLine[];
}

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
  readonly confirmed: boolean;
  readonly uploaded: number;
}
