import type { MeterReading } from '@holdfast/shared/money/readings';
import type { Order, OrderEvent } from '@holdfast/shared/order/order';
import type { PileCharge } from '@holdfast/shared/pile/pile-charge';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { Refusal } from '@holdfast/shared/pile/refusals';
import type { EnergyStep } from '@holdfast/shared/units';
import type { OrderOpening, UnaskedOpening } from './opening.ts';
import type { RecordFacts } from './records.ts';

/** An instant on both clocks: the wall for what is written down, the monotonic one for deadlines. */
export interface Moment {
  readonly wallMs: number;
  readonly monoMs: number;
}

/**
 * An order and what its charge needs besides. Only the order is on disk: the rest is forgotten by a
 * restart, and nothing that is owed depends on it.
 */
export interface Session {
  readonly order: Order;
  /** When the order was opened, on the monotonic clock. */
  readonly openedMono: number;
  /** When it ended, on the monotonic clock. */
  readonly endedMono: number | null;
  /** The pile took the start. */
  readonly accepted: boolean;
  /** The pile refused for want of a plug, and may still start (ykc.md §6). */
  readonly waitsForPlug: boolean;
  /** Idle reports in a row, and the wall time of the first. */
  readonly idleReports: number;
  readonly idleSinceMs: number | null;
  readonly stopSentMono: number | null;
  /** The last word of this charge: a report with its number. */
  readonly reportMono: number | null;
  /** Since when the pile is connected; `null`: it is not. */
  readonly onlineMono: number | null;
  /** Since when it is not. */
  readonly lostMono: number | null;
  /** Energy of this charge so far at the edge's receive times, thinned to a bounded number. */
  readonly samples: readonly MeterReading[];
}

/** What is known of a charge that its pile began. */
export interface ChargeBegin {
  /** The order to open, where it answers none of ours. */
  readonly opening: UnaskedOpening;
  readonly charge: PileCharge;
  /** Edge time as far as the pile's clock can be believed, epoch milliseconds. */
  readonly startedAtMs: number;
  /** Comes back to the driver with the answer. */
  readonly request: string;
  /** Why it should not have begun; the charge is written down all the same. */
  readonly refusal: Refusal | null;
  readonly group: string | null;
  /** When the payer's card expires; `null`: it does not. */
  readonly expiresAtMs: number | null;
  /** It may be over long since: nothing is done but to write it down. */
  readonly late: boolean;
}

export type OrderInput =
  /** A card or a VIN at the pile, authorised. Again for the same order: the answer was lost. */
  | { readonly on: 'start-allowed'; readonly opening: OrderOpening; readonly request: string }
  /** A command of the hub or of the local API. */
  | { readonly on: 'start-commanded'; readonly opening: OrderOpening }
  /** A charge that its pile began, told now or late ([ORD-18]). */
  | { readonly on: 'charge-began'; readonly begin: ChargeBegin }
  /** Readings that came late; they say when its energy flowed. */
  | { readonly on: 'read-late'; readonly readings: readonly MeterReading[] }
  | { readonly on: 'start-accepted' }
  | { readonly on: 'start-refused'; readonly refusal: Refusal }
  /** A report "charging" with this order's number. `overspent`: the balance guard says stop. */
  | { readonly on: 'reported-charging'; readonly energy: EnergyStep; readonly overspent: boolean }
  /** A report of the connector that it is idle, or that it charges under another number. */
  | { readonly on: 'reported-idle'; readonly certain: boolean }
  | { readonly on: 'stop-commanded' }
  | { readonly on: 'stop-answered'; readonly refusal: Refusal | null }
  | { readonly on: 'record'; readonly facts: RecordFacts }
  | { readonly on: 'pile-lost' }
  | { readonly on: 'pile-logged-in' }
  /** A deadline of `deadlineOf` has come. */
  | { readonly on: 'time' };

/** What a step wants done. Everything that is saved is one commit; sends come after it. */
export type OrderEffect =
  | { readonly do: 'save'; readonly event: OrderEvent }
  /** Keeps the raw record in the same commit. */
  | { readonly do: 'keep-record' }
  | { readonly do: 'send'; readonly command: PileCommand }
  | { readonly do: 'tell'; readonly news: OrderNews }
  | { readonly do: 'raise'; readonly alarm: OrderAlarm };

/** What whoever gave a command waits for. */
export type OrderNews =
  | { readonly news: 'started' }
  | { readonly news: 'not-started'; readonly refusal: Refusal }
  | { readonly news: 'stopped' }
  | { readonly news: 'not-stopped'; readonly refusal: Refusal };

export type OrderAlarm =
  | 'charges-without-order'
  | 'stop-ignored'
  | 'record-missing'
  | 'record-revised';

export interface Step {
  readonly session: Session;
  readonly effects: readonly OrderEffect[];
}

/** Time limits of orders. The first three are the protocol's own (ykc.md §6, billing.md §7). */
export interface OrderRules {
  /** From the start until the pile must have reported "charging". */
  readonly confirmMs: number;
  /** From the start until a driver must have plugged in: 60 s and a margin for the answer's way. */
  readonly plugMs: number;
  /** From the end of a charge (or the return of its pile) until the record counts as missing. */
  readonly recordWaitMs: number;
  /** A pile that stays away so long will not go on with a charge. */
  readonly lostWaitMs: number;
  /** A pile that goes on charging is told again to stop, at most so often. */
  readonly stopAgainMs: number;
  /** Samples a charge may keep, and how far apart they are at first. */
  readonly samples: number;
  readonly sampleMs: number;
}

export const ORDER_RULES: OrderRules = {
  confirmMs: 90_000,
  plugMs: 65_000,
  recordWaitMs: 10 * 60_000,
  lostWaitMs: 2 * 3_600_000,
  stopAgainMs: 20_000,
  samples: 2_000,
  sampleMs: 10_000,
};
