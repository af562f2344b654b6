import type {
  CardRequest,
  CardResource,
  GroupRequest,
  GroupResource,
} from '@holdfast/shared/api/cards';
import { FaultError } from '@holdfast/shared/errors/fault';
import { isoText } from '@holdfast/shared/time/shanghai';
import { decimalOf, fen, fenText } from '@holdfast/shared/units';
import type { CardGroup, StoredCard } from '../ports/cards.ts';
import type { Clock } from '../ports/clock.ts';
import type { CardBook } from '../site/card-book.ts';
import { type Listing, type PageQuery, pageOf } from './paging.ts';

/* Cards that were entered at the site; those of the configuration are not shown here. */

export interface CardApi {
  readonly cards: (query: PageQuery) => Listing<CardResource>;
  readonly card: (token: string) => CardResource;
  /** On disk when it resolves. */
  readonly enter: (token: string, request: CardRequest) => Promise<CardResource>;
  readonly remove: (token: string) => Promise<void>;
  readonly groups: (query: PageQuery) => Listing<GroupResource>;
  readonly enterGroup: (group: string, request: GroupRequest) => Promise<GroupResource>;
  readonly removeGroup: (group: string) => Promise<void>;
}

const resourceOf = (card: StoredCard): CardResource => ({
  token: card.token,
  account: card.account,
  balanceYuan: fenText(fen(BigInt(card.balanceFen))),
  asOf: card.asOf,
  state: card.state,
  expiresAt: card.expiresAtMs === null ? null : isoText(card.expiresAtMs),
  group: card.group,
  concurrent: card.concurrent,
  changedAt: isoText(card.changedAtMs),
});

const expiryOf = (text: string | undefined): number | null => {
  if (text === undefined) return null;
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new FaultError('invalid-input', 'expiresAt: no time');
  return ms;
};

const groupResourceOf = ({ group, state, changedAtMs }: CardGroup): GroupResource => ({
  group,
  state,
  changedAt: isoText(changedAtMs),
});

export function cardApi(cards: CardBook, clock: Pick<Clock, 'nowMs'>): CardApi {
  const cardOf = (token: string): StoredCard => {
    const card = cards.find(token);
    if (card === undefined) throw new FaultError('not-found', `no card ${token} was entered`);
    return card;
  };
  return {
    cards: (query) =>
      pageOf(cards.entered().map(resourceOf), query, ({ token }) => token.toLowerCase()),
    card: (token) => resourceOf(cardOf(token)),
    async enter(token, request) {
      const { account, balanceYuan, asOf, state, expiresAt, group, concurrent } = request;
      const card: StoredCard = {
        token,
        account,
        balanceFen: String(decimalOf(balanceYuan, 2) ?? 0n),
        asOf: asOf ?? '',
        state,
        expiresAtMs: expiryOf(expiresAt),
        group: group ?? null,
        concurrent: concurrent ?? false,
        changedAtMs: clock.nowMs(),
      };
      await cards.enter(card);
      return resourceOf(card);
    },
    async remove(token) {
      if (!(await cards.remove(token))) cardOf(token);
    },
    groups: (query) => pageOf(cards.groups().map(groupResourceOf), query, ({ group }) => group),
    async enterGroup(group, { state }) {
      const entered: CardGroup = { group, state, changedAtMs: clock.nowMs() };
      await cards.enterGroup(entered);
      return groupResourceOf(entered);
    },
    async removeGroup(group) {
      if (!(await cards.removeGroup(group))) {
        throw new FaultError('not-found', `no group ${group} was entered`);
      }
    },
  };
}
