import type { Order } from '@holdfast/shared/order/order';
import type { Identity } from '@holdfast/shared/pile/pile-event';
import { type Lists, type Spender, vinKey } from '../config/lists.ts';
import type { CardGroup, StoredCard } from '../ports/cards.ts';
import type { Change, Ledger } from '../ports/ledger.ts';
import { cardRegister, type ListedCard } from './card-register.ts';

/** Counter of the ledger: goes up with each change of the cards. */
const VERSION = 'card-list';

/**
 * Who may charge here: the configuration's lists, and over them what was entered at the site. An entry
 * of the site wins; when it is taken away, that of the configuration holds again. A group that is
 * blocked blocks its cards.
 */
export interface CardBook {
  readonly spenderOf: (identity: Identity) => Spender | undefined;
  /** Whose balance an order is paid from; a remote start brought its own. */
  readonly payerOf: (order: Pick<Order, 'startMethod' | 'payer'>) => Spender | undefined;
  /** Entries of the site, by token. */
  readonly entered: () => readonly StoredCard[];
  readonly find: (token: string) => StoredCard | undefined;
  /** On disk when it resolves. Throws `FaultError`. */
  readonly enter: (card: StoredCard) => Promise<void>;
  readonly remove: (token: string) => Promise<boolean>;
  /** Groups that were entered; a group that only stands in cards is accepted. */
  readonly groups: () => readonly CardGroup[];
  readonly enterGroup: (group: CardGroup) => Promise<void>;
  readonly removeGroup: (group: string) => Promise<boolean>;
  /** Every card with its state, and the number of the last change. */
  readonly list: () => { readonly version: number; readonly cards: readonly ListedCard[] };
  readonly expired: (fromMs: number, toMs: number) => boolean;
  readonly onChanged: (listener: () => void) => void;
}

/** Opens the book on what the ledger holds. */
export async function openCardBook(
  ledger: Pick<Ledger, 'cards' | 'cardGroups' | 'counter' | 'commit'>,
  lists: Lists,
): Promise<CardBook> {
  const register = cardRegister(lists);
  const listeners: (() => void)[] = [];
  let version = await ledger.counter(VERSION);
  for (const card of await ledger.cards()) register.put(card);
  for (const group of await ledger.cardGroups()) register.putGroup(group);

  async function change(what: Change, apply: () => void): Promise<void> {
    const next = version + 1;
    const counted = { save: 'counter', name: VERSION, value: next } as const;
    await ledger.commit({ changes: [what, counted], events: [] });
    version = next;
    apply();
    for (const listener of listeners) listener();
  }

  return {
    spenderOf(identity) {
      if (identity.by === 'vin') return lists.vins.get(vinKey(identity.vin));
      return identity.by === 'card'
        ? register.byCard(identity.cardNo)
        : register.byToken(identity.token);
    },
    payerOf({ startMethod, payer }) {
      if (startMethod === 'remote') return undefined;
      if (payer.cardNo !== null) return register.byToken(payer.cardNo);
      // Many records name the car; it pays only where it was the car that asked.
      return startMethod === 'vin' && payer.vin !== null
        ? lists.vins.get(vinKey(payer.vin))
        : undefined;
    },
    entered: register.entered,
    find: register.find,
    enter: (card) => change({ save: 'card', card }, () => register.put(card)),
    async remove(token) {
      if (register.find(token) === undefined) return false;
      await change({ save: 'card-gone', token }, () => register.remove(token));
      return true;
    },
    groups: register.groups,
    enterGroup: (group) => change({ save: 'card-group', group }, () => register.putGroup(group)),
    async removeGroup(group) {
      if (!register.groups().some((one) => one.group === group)) return false;
      await change({ save: 'card-group-gone', group }, () => register.removeGroup(group));
      return true;
    },
    expired: register.expired,
    list: () => ({ version, cards: register.listed() }),
    onChanged: (listener) => void listeners.push(listener),
  };
}
