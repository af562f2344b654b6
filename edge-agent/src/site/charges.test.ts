import type { Order } from '@holdfast/shared/order/order';
import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import { energyStep, moneyStep } from '@holdfast/shared/units';
import { describe, expect, test } from 'vitest';
import { PILE, RECORD, T0 } from '../orders/testing/subjects.ts';
import { CARD, configFor, openWorld, type World } from './testing/world.ts';

type ChargeBegan = Extract<PileEvent, { type: 'ChargeBegan' }>;

const began = (change: Partial<ChargeBegan> = {}): ChargeBegan => ({
  type: 'ChargeBegan',
  connectorNo: 1,
  request: 'q1',
  charge: { key: 'tx-1', meterStart: energyStep(5_000_000n) },
  tradeNo: null,
  identity: { by: 'token', token: CARD.toLowerCase(), tokenType: 'idTag' },
  startedAtMs: T0 - 5_000,
  late: false,
  rawHex: '5b32',
  frameType: 'StartTransaction',
  ...change,
});
const stored = ({ pile }: World) => pile.last('chargeStored');
const orders = async ({ ledger }: World): Promise<readonly Order[]> =>
  await ledger.orders({ limit: 100 });

/** What an OCPP driver makes of a stop. */
const stop = (world: World, change: object = {}, event: object = {}): Promise<void> =>
  world.pile.says({
    type: 'RecordUploaded',
    record: {
      ...RECORD,
      tradeNo: '',
      rows: [],
      totalAmount: moneyStep(0n),
      ...change,
    },
    rawHex: '5b33',
    frameType: 'StopTransaction',
    charge: { by: 'no', no: stored(world).charge.no },
    request: 'q9',
    ...event,
  });

describe('charges that piles begin', () => {
  test('[ORD-18] the order, the message and the number are on disk before the answer', async () => {
    const world = await openWorld();
    world.journal.length = 0;
    await world.pile.says(began());
    expect(world.journal.slice(0, 2)).toMatchObject([
      { commit: ['OrderOpened'] },
      { sent: { do: 'chargeStored', request: 'q1', refusal: null } },
    ]);
    const [order] = await orders(world);
    expect(order).toMatchObject({
      state: 'charging',
      chargingAtMs: T0 - 5_000,
      payer: { account: 'fleet-7' },
      charge: { key: 'tx-1', no: stored(world).charge.no },
    });
    expect(await world.ledger.records(order?.orderNo ?? '')).toMatchObject([
      { frameType: 'StartTransaction', rawHex: '5b32' },
    ]);
  });

  test('[ORD-18] the same begin again: the same order and number, nothing new, also after a restart', async () => {
    const world = await openWorld();
    await world.pile.says(began());
    const first = stored(world);
    await world.pile.says(began({ request: 'q2' }));
    expect(stored(world)).toEqual({ ...first, request: 'q2' });
    const again = await world.restart();
    await again.pile.logIn();
    await again.pile.says(began({ request: 'q3' }));
    expect(stored(again)).toEqual({ ...first, request: 'q3' });
    expect(await orders(again)).toHaveLength(1);
  });

  test('[ORD-20] numbers go on after a restart and begin above 1,000', async () => {
    const world = await openWorld();
    await world.pile.says(began());
    const first = stored(world).charge.no;
    expect(first).toBeGreaterThan(1_000);
    const again = await world.restart();
    await again.pile.logIn();
    await again.pile.says(
      began({ connectorNo: 2, charge: { key: 'tx-2', meterStart: null }, identity: null }),
    );
    expect(stored(again).charge.no).toBe(first + 1);
    await again.ledger.setEpoch(7);
    await again.pile.says(began({ connectorNo: 2, charge: { key: 'tx-3', meterStart: null } }));
    const other = stored(again).charge.no;
    expect(other).toBeGreaterThan(first + 2);
    expect(other).toBeLessThan(2 ** 31);
  });

  test('[ORD-1] when the ledger refuses, nothing is answered and nothing has changed', async () => {
    const world = await openWorld();
    world.ledger.refusing = true;
    await expect(world.pile.says(began())).rejects.toThrow();
    expect(world.pile.sent.filter(({ do: what }) => what === 'chargeStored')).toEqual([]);
    world.ledger.refusing = false;
    expect(await orders(world)).toEqual([]);
    await world.pile.says(began());
    expect(await orders(world)).toHaveLength(1);
  });

  test('[ORD-19] a stranger’s charge is written down, refused, stopped, and owed', async () => {
    const world = await openWorld();
    await world.pile.says(
      began({ identity: { by: 'token', token: 'nobody', tokenType: 'idTag' } }),
    );
    expect(stored(world)).toMatchObject({ refusal: 'account-missing' });
    expect(stored(world).charge.no).toBeGreaterThan(1_000);
    expect(world.pile.last('stop')).toEqual({ do: 'stop', connectorNo: 1 });
    await stop(world);
    const [order] = await orders(world);
    expect(order).toMatchObject({ state: 'settled', exceptions: ['not-authorised'] });
    expect(order?.bill?.energy).toBe(100_000n);
  });

  test('[ORD-18] a charge of days ago is priced as it was then, and nothing is stopped', async () => {
    const old = { ...configFor() };
    const world = await openWorld(old);
    const threeDays = 3 * 86_400_000;
    await world.pile.says(
      began({
        late: true,
        startedAtMs: T0 - threeDays,
        identity: { by: 'token', token: 'nobody', tokenType: 'idTag' },
      }),
    );
    expect(world.pile.sent.filter(({ do: what }) => what === 'stop')).toEqual([]);
    await stop(world, {
      startedAtMs: T0 - threeDays,
      endedAtMs: T0 - threeDays + 3_600_000,
      receivedAtMs: T0,
    });
    const [order] = await orders(world);
    expect(order).toMatchObject({ state: 'settled', chargingAtMs: T0 - threeDays });
    expect(order?.bill?.energy).toBe(100_000n);
    expect(order?.bill?.rows[0]?.fromMs).toBe(T0 - threeDays);
  });

  test('[ORD-18] a begin that answers a remote start of ours is its charge', async () => {
    const world = await openWorld();
    const command = {
      id: '01',
      vendor: 'ykc',
      pileNo: world.pile.link.pileNo,
      connectorNo: 1,
      op: 'start',
      deadlineMs: T0 + 60_000,
      start: { account: 'app', balance: '50.00' },
    } as const;
    const result = world.site.execute(command, 60_000);
    await world.time.settle();
    const { tradeNo } = world.pile.last('start');
    await world.pile.says(began({ tradeNo }));
    expect(await result).toEqual({ outcome: 'done', orderNo: tradeNo });
    expect(await orders(world)).toMatchObject([
      { orderNo: tradeNo, state: 'charging', startMethod: 'remote', payer: { account: 'app' } },
    ]);
  });

  test('[ORD-18] a new charge on the connector ends the one before, which waits for its record', async () => {
    const world = await openWorld();
    await world.pile.says(began());
    const first = stored(world);
    await world.pile.says(began({ request: 'q2', charge: { key: 'tx-2', meterStart: null } }));
    const states = (await orders(world)).map(({ charge, state }) => [charge?.key, state]);
    expect(new Map(states as [string, string][])).toEqual(
      new Map([
        ['tx-1', 'awaiting-record'],
        ['tx-2', 'charging'],
      ]),
    );
    await stop(world, {}, { charge: { by: 'no', no: first.charge.no } });
    expect(await world.ledger.order(first.tradeNo)).toMatchObject({ state: 'settled' });
  });
});

describe('a pile that knows no prices', () => {
  test('the pages show what its charge costs so far, by the tariff of the order', async () => {
    const world = await openWorld();
    await world.pile.says(began());
    const { tradeNo } = stored(world);
    await world.time.pass(60_000);
    await world.pile.reports({ tradeNo, status: 'charging', energy: energyStep(10_000n) });
    // 1 kWh of the flat rate: 0.70 + 0.40 yuan.
    expect(world.site.memory.connector(PILE, 1)?.seen?.measurement.amount).toBe(11_000n);
  });
});

describe('records by the name of their charge', () => {
  test('[ORD-12] answered with their own request, after the commit', async () => {
    const world = await openWorld();
    await world.pile.says(began());
    world.journal.length = 0;
    await stop(world);
    expect(world.journal.slice(0, 2)).toMatchObject([
      { commit: ['OrderSettled'] },
      { sent: { do: 'recordStored', request: 'q9' } },
    ]);
  });

  test('[ORD-11] a driver that has forgotten the charge: the order says where the meter stood', async () => {
    const world = await openWorld();
    await world.pile.says(began());
    const { no } = stored(world).charge;
    const again = await world.restart();
    await again.pile.logIn();
    await stop(
      { ...again, pile: { ...again.pile, last: world.pile.last } },
      { meterStart: energyStep(0n), totalEnergy: energyStep(0n), startedAtMs: null },
      { charge: { by: 'no', no } },
    );
    const [order] = await orders(again);
    expect(order).toMatchObject({ state: 'settled' });
    expect(order?.bill?.energy).toBe(100_000n);
  });

  test('[ORD-11] a charge that nobody knows is an orphan, and answered', async () => {
    const world = await openWorld();
    await world.pile.says(began());
    await stop(world, {}, { charge: { by: 'no', no: 999_999 }, request: 'q7' });
    expect(world.pile.last('recordStored')).toMatchObject({ request: 'q7' });
    expect((await orders(world)).map(({ state }) => state).sort()).toEqual(['charging', 'orphan']);
  });
});

describe('cards', () => {
  const check = async (world: World, token: string) => {
    const identity = { by: 'token', token, tokenType: 'idTag' } as const;
    await world.pile.says({ type: 'CardChecked', request: 'c1', identity });
    return world.pile.last('answerCard');
  };

  test('a token is found as text, and a card as bytes', async () => {
    const world = await openWorld();
    expect(await check(world, CARD)).toMatchObject({ refusal: null });
    expect(await check(world, CARD.toLowerCase())).toMatchObject({ refusal: null });
    expect(await check(world, 'BB')).toMatchObject({ refusal: 'account-frozen' });
    expect(await check(world, 'nobody')).toMatchObject({ refusal: 'account-missing' });
  });

  test('what is entered at the site wins, lasts, expires and goes again', async () => {
    const world = await openWorld();
    const card = {
      token: 'Guest-1',
      account: 'guest',
      balanceFen: '5000',
      asOf: '',
      state: 'accepted',
      expiresAtMs: T0 + 60_000,
      group: 'family',
      concurrent: false,
      changedAtMs: T0,
    } as const;
    await world.site.cards.enter(card);
    await world.site.cards.enter({ ...card, token: CARD, state: 'blocked' });
    const again = await world.restart();
    await again.pile.logIn();
    expect(await check(again, 'GUEST-1')).toMatchObject({ refusal: null, group: 'family' });
    expect(await check(again, CARD)).toMatchObject({ refusal: 'account-frozen' });
    expect(again.site.cards.list().version).toBe(2);
    await again.time.pass(60_000);
    expect(await check(again, 'guest-1')).toMatchObject({ refusal: 'card-expired' });
    expect(await again.site.cards.remove(CARD)).toBe(true);
    expect(await check(again, CARD)).toMatchObject({ refusal: null });
  });

  test('a card with an open order is refused, unless it may charge twice', async () => {
    const world = await openWorld();
    await world.pile.says(began());
    expect(await check(world, CARD)).toMatchObject({ refusal: 'card-has-open-order' });
  });
});
