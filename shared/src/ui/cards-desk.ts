import type { CardRequest, CardResource, CardsWish, GroupResource } from '../api/cards.ts';
import type { CommandResource, Page } from '../api/resources.ts';
import { type ApiClient, ProblemError } from './api-client.ts';

/** The cards of a site, wherever the page is: at the site itself, or at the hub, which asks the site. */
export interface CardsDesk {
  readonly cards: (siteId: string) => Promise<readonly CardResource[]>;
  readonly groups: (siteId: string) => Promise<readonly GroupResource[]>;
  readonly enter: (siteId: string, token: string, card: CardRequest) => Promise<unknown>;
  readonly remove: (siteId: string, token: string) => Promise<unknown>;
  readonly enterGroup: (
    siteId: string,
    group: string,
    state: GroupResource['state'],
  ) => Promise<unknown>;
}

/** Pages of a list that are read at most; a list is longer only where somebody does not mean to read it. */
const PAGES_MOST = 50;

async function everyPage<T>(
  read: (after: string | undefined) => Promise<Page<T>>,
): Promise<readonly T[]> {
  const items: T[] = [];
  let after: string | undefined;
  for (let page = 0; page < PAGES_MOST; page += 1) {
    const { items: some, next } = await read(after);
    items.push(...some);
    if (next === null) break;
    after = next;
  }
  return items;
}

/** Straight at the site. */
export function cardsHere({ ask }: ApiClient): CardsDesk {
  const query = (after: string | undefined): string =>
    after === undefined ? '?limit=200' : `?limit=200&after=${encodeURIComponent(after)}`;
  const put = (path: string, body: unknown): Promise<unknown> =>
    ask(path, { method: 'PUT', body: JSON.stringify(body) });
  const cardPath = (token: string): string => `/cards/${encodeURIComponent(token)}`;
  return {
    cards: () => everyPage((after) => ask<Page<CardResource>>(`/cards${query(after)}`)),
    groups: () => everyPage((after) => ask<Page<GroupResource>>(`/card-groups${query(after)}`)),
    enter: (_, token, card) => put(cardPath(token), card),
    remove: (_, token) => ask(cardPath(token), { method: 'DELETE' }),
    enterGroup: (_, group, state) => put(`/card-groups/${encodeURIComponent(group)}`, { state }),
  };
}

const LOOK_MS = 250;
const PATIENCE_MS = 30_000;

const problem = (titles: { readonly title: string; readonly titleZh: string }, detail: string) =>
  new ProblemError({
    type: 'about:blank',
    ...titles,
    detail,
    status: 0,
    code: 'site-refused',
    retry: true,
  });

const NO_ANSWER = { title: 'The site did not answer.', titleZh: '场站没有应答。' };
const REFUSED = { title: 'The site refused.', titleZh: '场站拒绝执行。' };

const whyOf = (answer: unknown): string =>
  typeof answer === 'object' && answer !== null && 'why' in answer ? String(answer.why) : '';

/** By a command of the hub, whose answer comes back from the site. */
export function cardsAfar(api: ApiClient): CardsDesk {
  async function outcome(sent: CommandResource): Promise<CommandResource> {
    const until = Date.now() + PATIENCE_MS;
    let command = sent;
    while (command.state === 'sent' && Date.now() < until) {
      await new Promise((done) => setTimeout(done, LOOK_MS));
      command = await api.seenCommand(sent.id);
    }
    return command;
  }
  async function wish<T>(siteId: string, cards: CardsWish): Promise<T> {
    const request = { siteId, pileNo: '', connectorNo: 0, op: 'cards', cards } as const;
    const { state, reason, answer } = await outcome(await api.command(request));
    if (state === 'done') return answer as T;
    throw state === 'refused'
      ? problem(REFUSED, whyOf(answer) || (reason ?? ''))
      : problem(NO_ANSWER, '');
  }
  const list = <T>(siteId: string, ask: 'list' | 'groups') =>
    everyPage((name) => wish<Page<T>>(siteId, name === undefined ? { ask } : { ask, name }));
  return {
    cards: (siteId) => list<CardResource>(siteId, 'list'),
    groups: (siteId) => list<GroupResource>(siteId, 'groups'),
    enter: (siteId, name, value) => wish(siteId, { ask: 'enter', name, value }),
    remove: (siteId, name) => wish(siteId, { ask: 'remove', name }),
    enterGroup: (siteId, name, state) =>
      wish(siteId, { ask: 'enter-group', name, value: { state } }),
  };
}
