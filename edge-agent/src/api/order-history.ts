import type { Order, OrderEvent } from '@holdfast/shared/order/order';
import type { SiteMemory } from '../site/site.ts';

/** Orders whose history is remembered. */
const ORDERS_KEPT = 2_000;

/**
 * What happened to orders since the agent started. The ledger keeps an order as it is now; its whole
 * history is the hub's. Of an older order the first and the newest event are known.
 */
export interface OrderHistory {
  readonly of: (order: Order) => readonly OrderEvent[];
}

/** What an order in a state was last told by. */
const NEWEST: Readonly<Record<Order['state'], OrderEvent['kind']>> = {
  starting: 'OrderOpened',
  charging: 'ChargingStarted',
  stopping: 'StopRequested',
  'awaiting-record': 'ChargingEnded',
  settled: 'OrderSettled',
  failed: 'OrderFailed',
  orphan: 'OrphanKept',
};

const newestOf = (order: Order): OrderEvent => ({
  kind: order.exceptions.includes('record-revised') ? 'OrderRevised' : NEWEST[order.state],
  eventNo: order.eventNo,
  atMs: order.settledAtMs ?? order.endedAtMs ?? order.chargingAtMs ?? order.openedAtMs,
  order,
});

/** Orphans have no balance: nobody opened them. */
const openingOf = (order: Order): OrderEvent => ({
  kind: order.balance === null ? 'OrphanKept' : 'OrderOpened',
  eventNo: 1,
  atMs: order.openedAtMs,
  order: { ...order, state: order.balance === null ? 'orphan' : 'starting' },
});

export function orderHistory(memory: Pick<SiteMemory, 'onTouched'>): OrderHistory {
  const byOrder = new Map<string, OrderEvent[]>();
  memory.onTouched((touched) => {
    if (touched.what !== 'order') return;
    const { event } = touched;
    const { orderNo } = event.order;
    const events = byOrder.get(orderNo) ?? [];
    events.push(event);
    byOrder.delete(orderNo);
    byOrder.set(orderNo, events);
    const oldest = byOrder.size > ORDERS_KEPT ? byOrder.keys().next().value : undefined;
    if (oldest !== undefined) byOrder.delete(oldest);
  });
  return {
    of(order) {
      const seen = byOrder.get(order.orderNo) ?? [];
      const events = seen[0]?.eventNo === 1 ? seen : [openingOf(order), ...seen];
      return events.at(-1)?.eventNo === order.eventNo ? events : [...events, newestOf(order)];
    },
  };
}
