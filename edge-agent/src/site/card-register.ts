import { fen } from '@holdfast/shared/units';
import { cardKey, isBytes, type Lists, type Spender } from '../config/lists.ts';
import type { CardGroup, StoredCard } from '../ports/cards.ts';

/** Tokens are compared without regard to capitals. */
export const tokenKey = (token: string): string => token.toLowerCase();

/** A card of the list as drivers send it to piles. */
export interface ListedCard {
  readonly token: string;
  readonly state: StoredCard['state'];
  readonly expiresAtMs: number | null;
  readonly group: string | null;
}

/**
 * Cards in memory: those that were entered at the site, over those of the configuration. One card is
 * found by what one pile reads as bytes and another as text.
 */
export function cardRegister(lists: Lists) {
  const entered = new Map<string, StoredCard>();
  /** By what a reader of bytes says: zero bytes at either end do not count. */
  const byBytes = new Map<string, StoredCard>();
  const groups = new Map<string, CardGroup>();

  const isBlocked = ({ state, group }: StoredCard): boolean =>
    state === 'blocked' || (group !== null && groups.get(group)?.state === 'blocked');

  const spenderOf = (card: StoredCard): Spender => ({
    token: card.token,
    account: card.account,
    balance: fen(BigInt(card.balanceFen)),
    asOf: card.asOf,
    frozen: isBlocked(card),
    passwordMd5: null,
    expiresAtMs: card.expiresAtMs,
    group: card.group,
    concurrent: card.concurrent,
  });

  function byCard(cardNo: string): Spender | undefined {
    const card = entered.get(tokenKey(cardNo)) ?? byBytes.get(cardKey(cardNo));
    return card === undefined ? lists.cards.get(cardKey(cardNo)) : spenderOf(card);
  }

  function byToken(token: string): Spender | undefined {
    if (isBytes(token)) return byCard(token);
    const card = entered.get(tokenKey(token));
    if (card !== undefined) return spenderOf(card);
    const listed = lists.cards.get(cardKey(token));
    return listed !== undefined && tokenKey(listed.token) === tokenKey(token) ? listed : undefined;
  }

  return {
    byCard,
    byToken,
    find: (token: string): StoredCard | undefined => entered.get(tokenKey(token)),
    put(card: StoredCard): void {
      entered.set(tokenKey(card.token), card);
      if (isBytes(card.token)) byBytes.set(cardKey(card.token), card);
    },
    remove(token: string): void {
      entered.delete(tokenKey(token));
      if (isBytes(token)) byBytes.delete(cardKey(token));
    },
    putGroup: (group: CardGroup): void => void groups.set(group.group, group),
    removeGroup: (group: string): boolean => groups.delete(group),
    groups: (): readonly CardGroup[] =>
      [...groups.values()].sort((a, b) => (a.group < b.group ? -1 : 1)),
    /** Whether a card has expired after `fromMs` and until `toMs`. */
    expired: (fromMs: number, toMs: number): boolean =>
      [...entered.values()].some(({ expiresAtMs: at }) => at !== null && at > fromMs && at <= toMs),
    entered: (): readonly StoredCard[] =>
      [...entered.values()].sort((a, b) => (tokenKey(a.token) < tokenKey(b.token) ? -1 : 1)),
    listed(): readonly ListedCard[] {
      const configured = [...lists.cards.values()]
        .filter(({ token }) => !entered.has(tokenKey(token)))
        .map(({ token, frozen }): ListedCard => {
          const state = frozen ? 'blocked' : 'accepted';
          return { token, state, expiresAtMs: null, group: null };
        });
      const own = [...entered.values()].map((card): ListedCard => {
        const { token, expiresAtMs, group } = card;
        return { token, state: isBlocked(card) ? 'blocked' : 'accepted', expiresAtMs, group };
      });
      return [...configured, ...own];
    },
  };
}
