import { expect, test } from 'vitest';
import { PILE } from '../orders/testing/subjects.ts';
import { openWorld } from './testing/world.ts';

const login = {
  type: 'PileLoggedIn',
  protocolVersion: 'slow',
  firmware: 'V1',
  connectorCount: 2,
  dc: true,
} as const;
const command = {
  id: '01J2Z3N4P5Q6R7S8T9VWXYZABC',
  vendor: 'ykc',
  pileNo: PILE,
  connectorNo: 1,
  deadlineMs: 0,
  op: 'start',
  start: { account: 'app-1', balance: '20.00' },
} as const;

test.each([
  [undefined, 89_000, 90_000],
  [150_000, 149_000, 150_000],
  [10_000, 89_000, 90_000],
])(
  '[JFY-START-4] a pile that says %s ms waits past %i and not past %i',
  async (startConfirmMs, before, after) => {
    const { pile, site, time } = await openWorld();
    await site.onPileEvent({ ...pile.link, startConfirmMs }, login);
    const started = site.execute(command, 5_000);
    await time.pass(before);
    expect(site.memory.openOrders()).toHaveLength(1);
    await time.pass(after - before);
    expect(site.memory.openOrders()).toHaveLength(0);
    expect(await started).toMatchObject({ outcome: 'unknown', reason: 'no-answer' });
  },
);
