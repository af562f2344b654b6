import type { Order, OrderState } from '@holdfast/shared/order/order';

/** States that nothing follows by itself; a restart leaves such orders alone. */
export const CLOSED_STATES: readonly OrderState[] = ['settled', 'failed', 'orphan'];

export const isOpen = (order: Order): boolean => !CLOSED_STATES.includes(order.state);

/** Newest first; orders opened in the same millisecond by number. */
export function byNewest(a: Order, b: Order): number {
  if (a.openedAtMs !== b.openedAtMs) return b.openedAtMs - a.openedAtMs;
  return a.orderNo < b.orderNo ? 1 : -1;
}
