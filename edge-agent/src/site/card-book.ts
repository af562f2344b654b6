import type { Order } from '@holdfast/shared/order/order';
import type { Identity } from '@holdfast/shared/pile/pile-event';
import { fen } from '@holdfast/shared/units';
import { cardKey, type Lists, type Spender, vinKey } from '../config/lists.ts';
import type { StoredCard } from '../ports/cards.ts';
import type { Ledger } from '../ports/ledger.ts';

/** Counter of the ledger: goes up with each change of the cards. */
const VERSION = 'card-list';
const HEX = /^[0-9a-f]+$/i;

/** A card of the list as drivers send it to piles. */
export interface ListedCard {
  readonly token: string;
  readonly state: StoredCard['state'];
  readonly expiresAtMs: number | null;
  readonly group: string | null;
}

/**
 * Who may charge here: the configuration's lists, and over them what was entered at the site. An entry
 * of the site wins; when it is taken away, that of the configuration holds again.
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
  /** Every card with its state, and the number of the last change. */
  readonly list: () => { readonly version: number; readonly cards: readonly ListedCard[] };
  readonly onChanged: (listener: () => void) => void;
}

const tokenKey = (token: string): string => token.toLowerCase();

const spenderOfCard = (card: StoredCard): Spender => ({
  token: card.token,
  account: card.account,
  balance: fen(BigInt(card.balanceFen)),
  asOf: card.asOf,
  frozen: card.state === 'blocked',
  passwordMd5: null,
  expiresAtMs: card.expiresAtMs,
  group: card.group,
  concurrent: card.concurrent,
});

/** Opens the book on what the ledger holds. */
export async function openCardBook(
  ledger: Pick<Ledger, 'cards' | 'counter' | 'commit'>,
  lists: Lists,
): Promise<CardBook> {
  const entered = new Map<string, StoredCard>();
  /** By what a reader of bytes says: zero bytes at either end do not count. */
  const byBytes = new Map<string, StoredCard>();
  const listeners: (() => void)[] = [];
  let version = await ledger.counter(VERSION);

  const put = (card: StoredCard): void => {
    entered.set(tokenKey(card.token), card);
    if (HEX.test(card.token)) byBytes.set(cardKey(card.token), card);
  };
  for (const card of await ledger.cards()) put(card);

  function byToken(token: string): Spender | undefined {
    const card = entered.get(tokenKey(token));
    if (card !== undefined) return spenderOfCard(card);
    return HEX.test(token) ? byCard(token) : undefined;
  }

  function byCard(cardNo: string): Spender | undefined {
    const card = entered.get(tokenKey(cardNo)) ?? byBytes.get(cardKey(cardNo));
    return card === undefined ? lists.cards.get(cardKey(cardNo)) : spenderOfCard(card);
  }

  async function change(
    changes: Parameters<Ledger['commit']>[0]['changes'],
    apply: () => void,
  ): Promise<void> {
    const next = version + 1;
    const counted = { save: 'counter', name: VERSION, value: next } as const;
    await ledger.commit({ changes: [...changes, counted], events: [] });
    version = next;
    apply();
    for (const listener of listeners) listener();
  }

  return {
    spenderOf(identity) {
      if (identity.by === 'vin') return lists.vins.get(vinKey(identity.vin));
      return identity.by === 'card' ? byCard(identity.cardNo) : byToken(identity.token);
    },
    payerOf({ startMethod, payer }) {
      if (startMethod === 'remote') return undefined;
      if (payer.cardNo !== null) return byToken(payer.cardNo);
      // Many records name the car; it pays only where it was the car that asked.
      return startMethod === 'vin' && payer.vin !== null
        ? lists.vins.get(vinKey(payer.vin))
        : undefined;
    },
    entered: () => [...entered.values()].sort((a, b) => (a.token < b.token ? -1 : 1)),
    find: (token) => entered.get(tokenKey(token)),
    enter: (card) => change([{ save: 'card', card }], () => put(card)),
    async remove(token) {
      const card = entered.get(tokenKey(token));
      if (card === undefined) return false;
      await change([{ save: 'card-gone', token }], () => {
        entered.delete(tokenKey(token));
        if (HEX.test(token)) byBytes.delete(cardKey(token));
      });
      return true;
    },
    list() {
      const configured = [...lists.cards.values()]
        .filter(({ token }) => !entered.has(tokenKey(token)))
        .map(({ token, frozen }): ListedCard => {
          const state = frozen ? 'blocked' : 'accepted';
          return { token, state, expiresAtMs: null, group: null };
        });
      const own = [...entered.values()].map(
        ({ token, state, expiresAtMs, group }): ListedCard => ({
          token,
          state,
          expiresAtMs,
          group,
        }),
      );
      return { version, cards: [...configured, ...own] };
    },
    onChanged: (listener) => void listeners.push(listener),
  };
}
