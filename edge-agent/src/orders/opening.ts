import type { Tariff } from '@holdfast/shared/money/tariff';
import type { Order, OrderEvent, OrderEventKind, Payer } from '@holdfast/shared/order/order';
import type { StartMethod } from '@holdfast/shared/order/record';
import type { Fen } from '@holdfast/shared/units';
import type { Moment, Session } from './session.ts';

/** Everything that a new order is made of; the tariff is locked here. */
export interface OrderOpening {
  readonly orderNo: string;
  readonly siteId: string;
  readonly vendor: string;
  readonly pileNo: string;
  readonly connectorNo: number;
  readonly startMethod: StartMethod;
  readonly payer: Payer;
  readonly balance: Fen;
  readonly tariff: Tariff;
}

/** An order that nobody asked for before it was a charge: it may lack a balance and a tariff. */
export type UnaskedOpening = Omit<OrderOpening, 'balance' | 'tariff'> &
  Pick<Order, 'balance' | 'tariff'>;

/** The order of an opening, before its first event. */
export const orderOf = (opening: UnaskedOpening, atMs: number): Order => ({
  ...opening,
  state: 'starting',
  openedAtMs: atMs,
  chargingAtMs: null,
  endedAtMs: null,
  settledAtMs: null,
  record: null,
  bill: null,
  pileTotal: null,
  difference: null,
  exceptions: [],
  failReason: null,
  eventNo: 0,
});

/** The next event of an order: what it is afterwards, under the next number. */
export function eventOf(kind: OrderEventKind, order: Order, atMs: number): OrderEvent {
  const eventNo = order.eventNo + 1;
  return { kind, eventNo, atMs, order: { ...order, eventNo } };
}

/** How long ago a wall time was; a time to come counts as now. */
const ageOf = (wallMs: number, at: Moment): number => Math.max(0, at.wallMs - wallMs);

/**
 * The session of an order as a restart finds it: deadlines go on from what is on disk, the pile counts
 * as away until it logs in.
 */
export function sessionOf(order: Order, at: Moment): Session {
  const { openedAtMs, endedAtMs } = order;
  return {
    order,
    openedMono: at.monoMs - ageOf(openedAtMs, at),
    endedMono: endedAtMs === null ? null : at.monoMs - ageOf(endedAtMs, at),
    accepted: false,
    waitsForPlug: false,
    idleReports: 0,
    idleSinceMs: null,
    stopSentMono: null,
    reportMono: null,
    onlineMono: null,
    lostMono: at.monoMs,
    samples: [],
  };
}

/** The session of a new order; its pile is connected, for it (or a command to it) opened the order. */
export const newSession = (opening: UnaskedOpening, at: Moment): Session => ({
  ...sessionOf(orderOf(opening, at.wallMs), at),
  onlineMono: at.monoMs,
  lostMono: null,
});
