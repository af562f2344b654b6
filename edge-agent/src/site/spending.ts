import type { Order } from '@holdfast/shared/order/order';
import { type Fen, fen } from '@holdfast/shared/units';
import type { Spender } from '../config/lists.ts';
import type { Change, Ledger } from '../ports/ledger.ts';
import type { CardBook } from './card-book.ts';

/** What accounts have spent of the balances in the lists, kept in the ledger with each order. */
export interface Spending {
  readonly spent: (spender: Spender) => Promise<Fen>;
  /** The change to commit with a bill of an order; `undo` if the ledger refuses it. */
  readonly charge: (order: Order) => Promise<Charge | undefined>;
}

export interface Charge {
  readonly change: Change;
  readonly undo: () => void;
}

const counterOf = ({ account, asOf }: Spender): string => `spent/${account}/${asOf}`;

export function spending(
  ledger: Pick<Ledger, 'counter'>,
  cards: Pick<CardBook, 'payerOf'>,
): Spending {
  const known = new Map<string, bigint>();

  async function read(name: string): Promise<bigint> {
    const before = known.get(name);
    if (before !== undefined) return before;
    const stored = BigInt(await ledger.counter(name));
    // Somebody may have charged it while the ledger was read.
    const now = known.get(name) ?? stored;
    known.set(name, now);
    return now;
  }

  return {
    spent: async (spender) => fen(await read(counterOf(spender))),
    async charge(order) {
      const spender = cards.payerOf(order);
      const total = order.bill?.total ?? 0n;
      if (spender === undefined || total === 0n) return undefined;
      const name = counterOf(spender);
      const after = (await read(name)) + total;
      known.set(name, after);
      return {
        change: { save: 'counter', name, value: Number(after) },
        undo: () => known.set(name, (known.get(name) ?? total) - total),
      };
    },
  };
}
