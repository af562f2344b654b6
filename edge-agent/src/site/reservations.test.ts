import { energyStep } from '@holdfast/shared/units';
import { describe, expect, test } from 'vitest';
import { PILE, T0 } from '../orders/testing/subjects.ts';
import { byCard, CARD, openWorld, SECOND_CARD, type World } from './testing/world.ts';

const reserve = (world: World, change: object = {}) =>
  world.site.reservations.make({
    pileNo: PILE,
    connectorNo: 1,
    token: SECOND_CARD,
    account: null,
    expiresAtMs: T0 + 600_000,
    ...change,
  });
const begins = (world: World, token: string, change: object = {}): Promise<void> =>
  world.pile.says({
    type: 'ChargeBegan',
    connectorNo: 1,
    request: 'q1',
    charge: { key: token, meterStart: energyStep(0n) },
    tradeNo: null,
    identity: { by: 'token', token, tokenType: 'idTag' },
    startedAtMs: T0,
    late: false,
    rawHex: '',
    frameType: 'StartTransaction',
    ...change,
  });

describe('[SITE-7] a reserved connector', () => {
  test('is refused to another card, and used up by its own, in the commit of the order', async () => {
    const world = await openWorld();
    await reserve(world);
    await world.pile.ask(byCard(CARD));
    expect(world.pile.last('refuseStart')).toMatchObject({ refusal: 'reserved' });
    await world.pile.ask(byCard(SECOND_CARD));
    expect(world.pile.last('allowStart')).toMatchObject({ connectorNo: 1 });
    expect(world.site.reservations.list()).toEqual([]);
    expect(await world.ledger.reservations()).toEqual([]);
  });

  test('[OCPP-D13] a charge that its pile begins there all the same is stopped, and owed', async () => {
    const world = await openWorld();
    await reserve(world);
    await begins(world, CARD);
    expect(world.pile.last('chargeStored')).toMatchObject({ refusal: 'reserved' });
    expect(world.pile.last('stop')).toEqual({ do: 'stop', connectorNo: 1 });
    expect(world.site.memory.openOrders()).toMatchObject([{ exceptions: ['not-authorised'] }]);
    await begins(world, SECOND_CARD);
    expect(world.pile.last('chargeStored')).toMatchObject({ refusal: null });
    expect(world.site.reservations.list()).toEqual([]);
  });

  test('a charge of before says nothing about it', async () => {
    const world = await openWorld();
    await reserve(world);
    await begins(world, CARD, { late: true });
    expect(world.pile.last('chargeStored')).toMatchObject({ refusal: null });
    expect(world.site.reservations.list()).toHaveLength(1);
  });

  test('a remote start is for its account; the reservation outlives a restart, and its time', async () => {
    const first = await openWorld();
    await reserve(first, { token: null, account: 'app' });
    const world = await first.restart();
    await world.pile.logIn();
    const start = (account: string) =>
      world.site.execute(
        {
          id: account,
          vendor: 'ykc',
          pileNo: PILE,
          connectorNo: 1,
          op: 'start',
          deadlineMs: T0 + 60_000,
          start: { account, balance: '50.00' },
        },
        1_000,
      );
    expect(await start('other')).toEqual({ outcome: 'refused', reason: 'reserved' });
    await world.time.pass(600_000);
    void start('other');
    await world.time.settle();
    expect(world.pile.last('start')).toMatchObject({ connectorNo: 1 });
  });

  test('when the ledger refuses the order, the reservation stays', async () => {
    const world = await openWorld();
    await reserve(world);
    world.ledger.refusing = true;
    await world.pile.ask(byCard(SECOND_CARD));
    expect(world.pile.last('refuseStart')).toMatchObject({ refusal: 'ledger-full' });
    world.ledger.refusing = false;
    expect(world.site.reservations.list()).toHaveLength(1);
  });
});
