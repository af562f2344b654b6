import type { Bill, BillException } from '../money/bill.ts';
import type { Tariff } from '../money/tariff.ts';
import type { PileCharge } from '../pile/pile-charge.ts';
import type { Fen } from '../units.ts';
import type { ChargeRecord, StartMethod } from './record.ts';

/**
 * States of an order at the edge (billing.md §6).
 *
 * starting → charging → stopping → awaiting-record → settled; `failed` is a start that never became
 * a charge (a record that arrives all the same settles it); `orphan` is a record whose number nobody
 * here gave out.
 */
export const ORDER_STATES = [
  'starting',
  'charging',
  'stopping',
  'awaiting-record',
  'settled',
  'failed',
  'orphan',
] as const;
export type OrderState = (typeof ORDER_STATES)[number];

/** Who pays. `account` is the name that the site's lists give to a card or a VIN. */
export interface Payer {
  readonly account: string | null;
  readonly cardNo: string | null;
  readonly vin: string | null;
}

/** 订单: the bill of one charge. Never edited by hand: each change is an event with the next number. */
export interface Order {
  /** The trade number that the pile knows (32 digits). */
  readonly orderNo: string;
  readonly siteId: string;
  /** 桩企: brand and protocol, e.g. `ykc`. */
  readonly vendor: string;
  readonly pileNo: string;
  readonly connectorNo: number;
  readonly state: OrderState;
  readonly startMethod: StartMethod;
  readonly payer: Payer;
  /** What the payer may spend, as told to the pile at the start. */
  readonly balance: Fen | null;
  /** The tariff version locked at the start; `null` only for orphans. */
  readonly tariff: Tariff | null;
  /** Edge clock, epoch milliseconds. */
  readonly openedAtMs: number;
  readonly chargingAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly settledAtMs: number | null;
  /** The pile's own figures, kept beside ours. */
  readonly record: ChargeRecord | null;
  /**
   * What is due; `null` until a record is settled, or when it is held for a person to decide. While the
   * order awaits its record and is marked `record-missing`, an estimate that is not due.
   */
  readonly bill: Bill | null;
  /** The pile's total rounded to a fen, and ours minus it. */
  readonly pileTotal: Fen | null;
  readonly difference: Fen | null;
  readonly exceptions: readonly BillException[];
  /** Why a start failed, in the neutral vocabulary of `shared/pile/refusals`. */
  readonly failReason: string | null;
  /** How its pile names it; left out where the pile knows the order number. */
  readonly charge?: PileCharge;
  /** Number of the newest event of this order; with `orderNo` the natural key of that event. */
  readonly eventNo: number;
}

/** What happened to an order; each carries the whole order as it is afterwards. */
export const ORDER_EVENT_KINDS = [
  'OrderOpened',
  'ChargingStarted',
  'StopRequested',
  'ChargingEnded',
  'OrderSettled',
  'OrderFailed',
  'OrderRevised',
  'OrphanKept',
] as const;
export type OrderEventKind = (typeof ORDER_EVENT_KINDS)[number];

export interface OrderEvent {
  readonly kind: OrderEventKind;
  readonly eventNo: number;
  /** Edge clock, epoch milliseconds. */
  readonly atMs: number;
  readonly order: Order;
}
