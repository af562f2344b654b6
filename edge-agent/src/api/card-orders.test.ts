import type { Command } from '@holdfast/shared/sync/commands';
import { expect, test } from 'vitest';
import { openWorld } from '../site/testing/world.ts';
import { cardApi } from './card-api.ts';
import { cardOrders } from './card-orders.ts';

const CARD = { account: 'a', balanceYuan: '10', state: 'accepted', group: 'family' } as const;

async function openOrders() {
  const { site, time } = await openWorld();
  const orders = cardOrders(site, cardApi(site.cards, time.clock));
  const ask = (cards: Command['cards']) => {
    const command = { id: '1', vendor: 'ykc', pileNo: '', connectorNo: 0, deadlineMs: 1e15 };
    const about = cards === undefined ? {} : { cards };
    return orders.execute({ ...command, op: 'cards', ...about }, 1_000);
  };
  return { site, orders, ask };
}

test('[SITE-8] cards and groups are entered, listed and taken away from afar', async () => {
  const { site, ask } = await openOrders();
  const entered = await ask({ ask: 'enter', name: 'one', value: CARD });
  expect(entered).toMatchObject({ outcome: 'done', answer: { token: 'one', group: 'family' } });
  await ask({ ask: 'enter-group', name: 'family', value: { state: 'blocked' } });
  const spender = () => site.cards.spenderOf({ by: 'token', token: 'one', tokenType: '' });
  expect(spender()?.frozen).toBe(true);
  expect(await ask({ ask: 'groups' })).toMatchObject({ answer: { items: [{ group: 'family' }] } });
  await ask({ ask: 'remove-group', name: 'family' });
  expect(spender()?.frozen).toBe(false);
  expect(await ask({ ask: 'list' })).toMatchObject({ answer: { items: [{ token: 'one' }] } });
  expect(await ask({ ask: 'list', name: 'one' })).toMatchObject({ answer: { items: [] } });
  expect(await ask({ ask: 'remove', name: 'one' })).toEqual({ outcome: 'done', answer: null });
  expect(spender()).toBeUndefined();
});

test('[SITE-8] what cannot be is refused with its reason, and changes nothing', async () => {
  const { site, ask } = await openOrders();
  const bad: readonly Command['cards'][] = [
    undefined,
    { ask: 'enter', value: CARD },
    { ask: 'enter', name: 'two words', value: CARD },
    { ask: 'enter', name: 'one', value: { ...CARD, balanceYuan: '-1' } },
    { ask: 'enter', name: 'one', value: { ...CARD, expiresAt: 'soon' } },
    { ask: 'enter-group', name: 'family', value: { state: 'lost' } },
    { ask: 'remove', name: 'nobody' },
    { ask: 'remove-group' },
  ];
  for (const cards of bad) {
    expect(await ask(cards)).toMatchObject({
      outcome: 'refused',
      answer: { why: expect.any(String) },
    });
  }
  expect(site.cards.entered()).toEqual([]);
  expect(site.cards.groups()).toEqual([]);
});
