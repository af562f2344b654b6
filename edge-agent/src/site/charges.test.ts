import type { Order } from '@holdfast/shared/order/order';
import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import { energyStep, moneyStep } from '@holdfast/shared/units';
import { describe, expect, test } from 'vitest';
import { PILE, RECORD, T0 } from '../orders/testing/subjects.ts';
import { CARD, CONFIG_JSON, configFor, openWorld, type World } from './testing/world.ts';

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
    ...('charge' in event ? {} : { charge: { by: 'no', no: stored(world).charge.no } }),
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

  test('[ORD-18] [OCPP-C3] the same begin again: the same order and number, nothing new, also after a restart', async () => {
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

  test('[ORD-20] [OCPP-C4] numbers go on after a restart and begin above 1,000', async () => {
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

  test('[ORD-1] [OCPP-C18] when the ledger refuses, nothing is answered and nothing has changed', async () => {
    const world = await openWorld();
    world.ledger.refusing = true;
    await expect(world.pile.says(began())).rejects.toThrow();
    expect(world.pile.sent.filter(({ do: what }) => what === 'chargeStored')).toEqual([]);
    world.ledger.refusing = false;
    expect(await orders(world)).toEqual([]);
    await world.pile.says(began());
    expect(await orders(world)).toHaveLength(1);
  });

  test('[ORD-19] [OCPP-C7] a stranger’s charge is written down, refused, stopped, and owed', async () => {
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

  test('[ORD-18] [OCPP-C6] a charge of days ago is priced as it was then, and nothing is stopped', async () => {
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

  test('[ORD-18] [ORD-19] the same card anew at the connector, its stop lost, is no second charge', async () => {
    const world = await openWorld();
    await world.pile.says(began());
    const charge = { key: 'tx-2', meterStart: energyStep(5_100_000n) };
    await world.pile.says(began({ charge, request: 'q2', startedAtMs: T0 }));
    expect(stored(world)).toMatchObject({ request: 'q2', refusal: null });
    const again = { key: 'tx-3', meterStart: energyStep(5_200_000n) };
    await world.pile.says(began({ charge: again, request: 'q3', connectorNo: 2 }));
    expect(stored(world)).toMatchObject({ request: 'q3', refusal: 'card-has-open-order' });
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

describe('what comes late, or in another order', () => {
  const key = (name: string) => ({ key: name, meterStart: energyStep(5_000_000n) });

  test('[ORD-18] a charge that was over before the one that runs does not end that one', async () => {
    const world = await openWorld();
    await world.pile.says(began());
    const live = stored(world);
    const old = { startedAtMs: T0 - 7_200_000, late: true } as const;
    await world.pile.says(began({ ...old, charge: key('tx-0'), request: 'q0' }));
    const past = stored(world);
    expect(past.refusal).toBeNull();
    expect(await world.ledger.order(live.tradeNo)).toMatchObject({ state: 'charging' });
    expect(await world.ledger.order(past.tradeNo)).toMatchObject({
      state: 'awaiting-record',
      chargingAtMs: T0 - 7_200_000,
      endedAtMs: T0 - 5_000,
      exceptions: [],
    });
    await stop(world, { startedAtMs: T0 - 7_200_000, endedAtMs: T0 - 3_600_000 });
    expect(await world.ledger.order(past.tradeNo)).toMatchObject({ state: 'settled' });
    expect(world.site.orderAt(PILE, 1)).toBe(live.tradeNo);
  });

  test('[ORD-18] an end before its begin: one order, and both are answered', async () => {
    const world = await openWorld();
    await stop(
      { ...world, pile: { ...world.pile, last: () => ({ charge: { no: 0 } }) as never } },
      {},
      { charge: { by: 'key', key: 'tx-1' }, request: 'q8' },
    );
    expect(world.pile.last('recordStored')).toMatchObject({ request: 'q8' });
    await world.pile.says(began({ late: true }));
    const [order, ...others] = await orders(world);
    expect(others).toEqual([]);
    expect(order).toMatchObject({ state: 'orphan', charge: { key: 'tx-1' } });
    expect(stored(world)).toMatchObject({ tradeNo: order?.orderNo, charge: order?.charge });
  });

  test('[ORD-9] [OCPP-C17] an end that is told again by a driver that has forgotten it is the same', async () => {
    const world = await openWorld();
    await world.pile.says(began());
    const { no } = stored(world).charge;
    const again = (change: object) => stop(world, change, { charge: { by: 'no', no } });
    const atMs = T0 + 1_000;
    await again({ readings: [{ atMs, energy: energyStep(50n) }] });
    const forgotten = { meterStart: energyStep(0n), totalEnergy: energyStep(0n) };
    await again({ ...forgotten, startedAtMs: null, cardNo: null, startMethod: 'unknown' });
    expect((await orders(world))[0]?.exceptions).toEqual([]);
    await again({ ...forgotten, meterEnd: energyStep(5_200_000n) });
    const [order] = await orders(world);
    expect(order).toMatchObject({ exceptions: ['record-revised'] });
    expect(order?.bill?.energy).toBe(100_000n);
  });

  test('[ORD-18] what held when it began decides: its prices, its card, and no newer charge', async () => {
    const [tariff] = CONFIG_JSON.tariffs;
    const since = (validFrom: string, version: number) => ({
      ...tariff,
      version,
      modelNo: `0${version}00`,
      validFrom,
    });
    const tariffs = [since('2025-07-01T00:00:00+08:00', 1), since('2025-07-14T00:00:00+08:00', 2)];
    const world = await openWorld(configFor({ tariffs }));
    await world.pile.says(began({ connectorNo: 2 }));
    const late = { late: true, startedAtMs: T0 - 3 * 86_400_000, charge: key('tx-0') } as const;
    await world.pile.says(began(late));
    const past = await world.ledger.order(stored(world).tradeNo);
    expect(past).toMatchObject({ exceptions: [], tariff: { version: 1 } });
  });
});

describe('guests', () => {
  const guest = { account: 'street', balanceYuan: '20.00' };
  const nobody = { by: 'token', token: 'nobody', tokenType: 'idTag' } as const;

  test('[ORD-19] [OCPP-C9] where the site has a guest, nobody is refused, and each charge has its own balance', async () => {
    const world = await openWorld(configFor({ guest }));
    await world.pile.says({ type: 'CardChecked', request: 'c1', identity: nobody });
    expect(world.pile.last('answerCard')).toMatchObject({ refusal: null });
    await world.pile.says(began({ identity: null }));
    await world.pile.says(
      began({ connectorNo: 2, charge: { key: 'tx-2', meterStart: null }, identity: nobody }),
    );
    expect(stored(world)).toMatchObject({ refusal: null });
    const open = await orders(world);
    expect(open.map(({ payer, balance }) => [payer.account, balance])).toEqual([
      ['street', 2_000n],
      ['street', 2_000n],
    ]);
    // 12 kWh each at 1.10 yuan: no guest has spent 20, both together have.
    for (const [n, order] of open.entries()) {
      await world.time.pass(15_000);
      await world.pile.reports({
        connectorNo: order.connectorNo,
        tradeNo: order.orderNo,
        status: 'charging',
        energy: energyStep(120_000n + BigInt(n)),
      });
    }
    expect(world.pile.sent.filter(({ do: what }) => what === 'stop')).toEqual([]);
  });

  test('[ORD-19] a card that is blocked is no guest, and a pile may have none', async () => {
    const piles = [{ pileNo: PILE, ratedKw: 120, guest: false }];
    const world = await openWorld(configFor({ guest, piles }));
    await world.pile.says(began({ identity: nobody }));
    expect(stored(world)).toMatchObject({ refusal: 'account-missing' });
    const open = await openWorld(configFor({ guest }));
    const blocked = { by: 'token', token: '00000000bb', tokenType: 'idTag' } as const;
    await open.pile.says(began({ identity: blocked }));
    expect(stored(open)).toMatchObject({ refusal: 'account-frozen' });
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

  test('[ORD-11] [OCPP-C1] a charge that nobody knows is an orphan, and answered', async () => {
    const world = await openWorld();
    await world.pile.says(began());
    await stop(world, {}, { charge: { by: 'no', no: 999_999 }, request: 'q7' });
    expect(world.pile.last('recordStored')).toMatchObject({ request: 'q7' });
    expect((await orders(world)).map(({ state }) => state).sort()).toEqual(['charging', 'orphan']);
  });

  test.each([
    { by: 'key', key: 'stop|-1' },
    { by: 'no', no: 999_999, otherwise: 'stop|999999' },
  ] as const)(
    '[ORD-11] the same record of nobody ($by) is one orphan, whenever it comes',
    async (charge) => {
      const world = await openWorld();
      const bare = { meterStart: energyStep(0n), totalEnergy: energyStep(0n), startedAtMs: null };
      await stop(world, bare, { charge, request: 'q1' });
      const again = await world.restart();
      await again.pile.logIn();
      // What is known of the pile's clock is another thing by then.
      await stop(again, { ...bare, endedAtMs: T0 + 7_000 }, { charge, request: 'q2' });
      expect(again.pile.last('recordStored')).toMatchObject({ request: 'q2' });
      const all = await orders(again);
      expect(all).toHaveLength(1);
      expect(all[0]?.state).toBe('orphan');
      expect(all[0]?.exceptions).not.toContain('record-revised');
    },
  );
});

test('[SITE-9] [OCPP-E12] what a meter has signed lies with its order, byte for byte', async () => {
  const world = await openWorld();
  await world.pile.says(began());
  const { no } = stored(world).charge;
  const signed = { type: 'MeterSigned', rawHex: 'c0ffee', frameType: 'MeterValues' } as const;
  await world.pile.says({ ...signed, connectorNo: null, charge: { by: 'no', no } });
  await world.pile.says({ ...signed, connectorNo: 1, rawHex: 'beef' });
  await world.pile.says({ ...signed, connectorNo: 2, rawHex: 'dead' });
  const [order] = await orders(world);
  const kept = await world.ledger.records(order?.orderNo ?? '');
  expect(kept.map(({ rawHex }) => rawHex)).toEqual(['5b32', 'c0ffee', 'beef']);
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
    expect(await check(world, 'bb')).toMatchObject({ refusal: 'account-missing' });
    expect(await check(world, '00000000bb')).toMatchObject({ refusal: 'account-frozen' });
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

  test('whoever ends a charge is judged in the receipt, and a start is told until when its card holds', async () => {
    const world = await openWorld();
    const card = {
      token: 'GUEST-1',
      account: 'guests',
      balanceFen: '5000',
      asOf: '',
      state: 'accepted',
      expiresAtMs: T0 + 3_600_000,
      group: 'family',
      concurrent: false,
      changedAtMs: T0,
    } as const;
    await world.site.cards.enter(card);
    const identity = { by: 'token', token: 'guest-1', tokenType: 'idTag' } as const;
    await world.pile.says(began({ identity }));
    const held = { group: 'family', expiresAtMs: T0 + 3_600_000 };
    expect(stored(world)).toMatchObject({ refusal: null, ...held });
    await stop(world, {}, { endedBy: identity });
    expect(world.pile.last('recordStored').card).toEqual({ refusal: null, ...held });
    await world.site.cards.enter({ ...card, state: 'blocked' });
    await stop(world, {}, { endedBy: identity });
    expect(world.pile.last('recordStored').card).toMatchObject({ refusal: 'account-frozen' });
  });

  test('a short token is a name: zeros at its ends count', async () => {
    const world = await openWorld();
    const card = {
      token: '1',
      account: 'one',
      balanceFen: '5000',
      asOf: '',
      state: 'accepted',
      expiresAtMs: null,
      group: null,
      concurrent: false,
      changedAtMs: T0,
    } as const;
    await world.site.cards.enter(card);
    expect(await check(world, '1')).toMatchObject({ refusal: null });
    expect(await check(world, '100')).toMatchObject({ refusal: 'account-missing' });
    await world.site.cards.enter({ ...card, token: '100' });
    await world.pile.says(began({ identity: { by: 'token', token: '1', tokenType: 'idTag' } }));
    const other = { by: 'token', token: '100', tokenType: 'idTag' } as const;
    await world.pile.says(
      began({ connectorNo: 2, charge: { key: 'tx-2', meterStart: null }, identity: other }),
    );
    expect(stored(world)).toMatchObject({ refusal: null });
  });

  test('[ORD-19] a card that charges may be held up again, but begins no second charge', async () => {
    const world = await openWorld();
    await world.pile.says(began());
    expect(await check(world, CARD)).toMatchObject({ refusal: null });
    await world.pile.says(
      began({ connectorNo: 2, charge: { key: 'tx-2', meterStart: null }, request: 'q2' }),
    );
    expect(stored(world)).toMatchObject({ refusal: 'card-has-open-order' });
    expect(world.pile.last('stop')).toEqual({ do: 'stop', connectorNo: 2 });
  });
});
