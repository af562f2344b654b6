import type { Order } from '@holdfast/shared/order/order';
import type {
  Change,
  KeptRecord,
  KnownPile,
  Ledger,
  LoggedCommand,
  OrderFilter,
} from '../../ports/ledger.ts';
import { byNewest, isOpen } from './order-listing.ts';

type Reads =
  | 'order'
  | 'openOrders'
  | 'orders'
  | 'records'
  | 'piles'
  | 'command'
  | 'unfinishedCommands'
  | 'counter';

export interface MemoryStore {
  readonly port: Pick<Ledger, Reads>;
  readonly save: (change: Change) => void;
  /** Oldest first. */
  readonly allOrders: () => readonly Order[];
}

function listed(newestFirst: readonly Order[], filter: OrderFilter): readonly Order[] {
  const { after, state, pileNo, exceptionsOnly, limit } = filter;
  const start = after === undefined ? 0 : newestFirst.findIndex((o) => o.orderNo === after) + 1;
  if (after !== undefined && start === 0) return [];
  return newestFirst
    .slice(start)
    .filter((o) => state === undefined || o.state === state)
    .filter((o) => pileNo === undefined || o.pileNo === pileNo)
    .filter((o) => exceptionsOnly !== true || o.exceptions.length > 0)
    .slice(0, limit);
}

/** What the tables of core.db hold, in maps. */
export function memoryStore(): MemoryStore {
  const orders = new Map<string, Order>();
  const records: KeptRecord[] = [];
  const commands = new Map<string, LoggedCommand>();
  const piles = new Map<string, KnownPile>();
  const counters = new Map<string, number>();
  const allOrders = (): readonly Order[] => [...orders.values()].sort(byNewest).reverse();
  return {
    allOrders,
    save: (change) => {
      if (change.save === 'order') orders.set(change.order.orderNo, change.order);
      if (change.save === 'record') records.push(change.record);
      if (change.save === 'command') commands.set(change.logged.command.id, change.logged);
      if (change.save === 'pile') piles.set(change.pile.pileNo, change.pile);
      if (change.save === 'counter') counters.set(change.name, change.value);
    },
    port: {
      order: async (orderNo) => orders.get(orderNo),
      openOrders: async () => allOrders().filter(isOpen),
      orders: async (filter) => listed(allOrders().toReversed(), filter),
      records: async (tradeNo) => records.filter((record) => record.tradeNo === tradeNo),
      piles: async () => [...piles.values()].sort((a, b) => (a.pileNo < b.pileNo ? -1 : 1)),
      command: async (id) => commands.get(id),
      unfinishedCommands: async () =>
        [...commands.values()].filter(({ state }) => state !== 'answered'),
      counter: async (name) => counters.get(name) ?? 0,
    },
  };
}
