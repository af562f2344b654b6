import type { Faults } from './faults.ts';
import type { Random } from './random.ts';

/** How quickly life goes at a pile, milliseconds; a demonstration is faster than a car park. */
export interface Pace {
  /** Between one car and the next. */
  readonly restMs: readonly [min: number, max: number];
  /** How long a car charges. */
  readonly chargeMs: readonly [min: number, max: number];
  /** How long a driver waits for a remote start before the car leaves. */
  readonly patienceMs: number;
  readonly telemetryMs: number;
  readonly idleTelemetryMs: number;
  readonly heartbeatMs: number;
  /** A record that is not confirmed is sent again after this; the protocol says 30 s. */
  readonly orderRetryMs: number;
}

/** The protocol's own times (ykc.md §6) with the charges of a car park. */
export const FIELD_PACE: Pace = {
  restMs: [60_000, 1_200_000],
  chargeMs: [600_000, 3_600_000],
  patienceMs: 600_000,
  telemetryMs: 15_000,
  idleTelemetryMs: 300_000,
  heartbeatMs: 10_000,
  orderRetryMs: 30_000,
};

/** Short charges, so that orders appear while somebody watches. */
export const SHOW_PACE: Pace = {
  restMs: [2_000, 15_000],
  chargeMs: [8_000, 30_000],
  patienceMs: 60_000,
  telemetryMs: 3_000,
  idleTelemetryMs: 60_000,
  heartbeatMs: 10_000,
  orderRetryMs: 5_000,
};

/** What one virtual pile is given. */
export interface PileSetup {
  readonly pileNo: string;
  readonly connectorCount: number;
  readonly powerW: number;
  readonly pace: Pace;
  readonly faults: Faults;
  readonly random: Random;
  /** Share of drivers that wait for a remote start instead of showing a card or a VIN: one in so many. */
  readonly remoteOneIn: number;
}

/** 14 digits, unlike any real operator's. */
export const pileNoOf = (index: number): string => `990001${String(index + 1).padStart(8, '0')}`;

/** Each gun has cards of its own, so that one car never blocks another. */
export const CARDS_PER_GUN = 3;

/** Physical card number, eight bytes as hex. The last is never zero: zero bytes at an end do not count. */
export function cardNoOf(pileNo: string, connectorNo: number, index: number): string {
  return `${pileNo.slice(-8)}${String(connectorNo).padStart(2, '0')}${String(index + 1).padStart(2, '0')}`
    .padStart(16, '0')
    .toUpperCase();
}

/** A VIN with a Chinese maker's code and no letter I, O or Q. */
export function vinOf(pileNo: string, connectorNo: number): string {
  return `LHF${pileNo.slice(-8)}${String(connectorNo).padStart(2, '0')}ABCD`;
}

/** What an OCPP pile proves itself with: as long as the standard wants it, and of no worth elsewhere. */
export const passwordOf = (pileNo: string): string => `virtual-pile-${pileNo}`;
