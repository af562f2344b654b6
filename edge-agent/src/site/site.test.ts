import { energyStep, fen, moneyStep } from '@holdfast/shared/units';
import { describe, expect, test } from 'vitest';
import { PILE, RECORD } from '../orders/testing/subjects.ts';
import {
  byCard,
  CARD,
  CONFIG_JSON,
  configFor,
  openWorld,
  SECOND_CARD,
  VIN,
  type World,
} from './testing/world.ts';

const ULID = '01J2Z3N4P5Q6R7S8T9VWXYZABC';
const command = { id: ULID, vendor: 'ykc', pileNo: PILE, connectorNo: 1, deadlineMs: 0 } as const;
const remote = { ...command, op: 'start', start: { account: 'app-1', balance: '20.00' } } as const;

/** A card starts a charge at connector 1 and the pile reports it; the order's number. */
async function charging({ pile }: World, cardNo = CARD, connectorNo = 1): Promise<string> {
  await pile.ask(byCard(cardNo), connectorNo);
  const { tradeNo } = pile.last('allowStart');
  await pile.reports({ connectorNo, tradeNo, status: 'charging' });
  return tradeNo;
}

const kindsOf = (world: World, lane: string) =>
  world.ledger.events.filter(({ stream }) => stream.lane === lane).map(({ event }) => event.kind);

describe('piles', () => {
  test('a pile of the configuration is served, and the hub is told once', async () => {
    const world = await openWorld();
    await world.pile.logIn();
    await world.time.pass(1_000);
    expect(world.site.pile(PILE)).toMatchObject({
      pileNo: PILE,
      adopted: true,
      dialect: undefined,
    });
    expect(kindsOf(world, 'state').filter((kind) => kind === 'PileChanged')).toHaveLength(1);
    expect(await world.ledger.piles()).toMatchObject([{ pileNo: PILE, connectorCount: 2 }]);
  });

  test('an unknown pile waits for adoption and gets no service; once adopted it does', async () => {
    const world = await openWorld();
    const stranger = world.pileNamed('99999999999999');
    await stranger.logIn();
    await stranger.ask(byCard(CARD));
    await stranger.uploads({});
    expect(stranger.sent).toEqual([]);
    expect(world.site.pile('99999999999999')?.adopted).toBe(false);
    expect(world.site.pile('88888888888888')).toBeUndefined();
    await world.site.adopt('99999999999999');
    await stranger.logIn();
    await stranger.ask(byCard(CARD));
    expect(stranger.last('allowStart').tradeNo).toMatch(/^99999999999999/);
    const again = await world.restart();
    expect(again.site.pile('99999999999999')?.adopted).toBe(true);
    await expect(world.site.adopt('1')).rejects.toThrow(/no pile/);
  });

  test('a pile that leaves the configuration is served no more, one adopted by hand is', async () => {
    const world = await openWorld();
    const stranger = world.pileNamed('99999999999999');
    await stranger.logIn();
    await world.site.adopt('99999999999999');
    await world.time.pass(1_000);
    const { site } = await world.restart(configFor({ piles: [] }));
    expect(site.pile(PILE)?.adopted).toBe(false);
    expect(site.pile('99999999999999')?.adopted).toBe(true);
  });

  test('connections that drive each other out under one number are an alarm', async () => {
    const { site, ledger, time, pileNamed } = await openWorld();
    for (let n = 0; n < 3; n += 1) {
      const pile = pileNamed(PILE);
      await pile.logIn();
      await pile.says({ type: 'PileLost', why: 'evicted' });
    }
    await time.pass(1_000);
    expect(ledger.events.map(({ event }) => event)).toContainEqual(
      expect.objectContaining({ kind: 'AlarmRaised', code: 'pile-number-twice', pileNo: PILE }),
    );
    expect(site.memory.counts().alarms).toBe(1);
  });

  test('of unknown piles only so many are remembered, and none is written to disk', async () => {
    const world = await openWorld(configFor({ limits: { waitingPiles: 5 } }));
    for (let n = 0; n < 20; n += 1) await world.pileNamed(`7${n}`).logIn();
    await world.time.pass(1_000);
    expect(world.site.memory.piles().filter(({ pile }) => !pile.adopted)).toHaveLength(5);
    expect(await world.ledger.piles()).toHaveLength(1);
    expect(kindsOf(world, 'state').filter((kind) => kind === 'PileChanged')).toHaveLength(6);
  });

  test('a lost pile is offline with its connectors; the farewell of an old socket is nothing', async () => {
    const world = await openWorld();
    const anew = world.pileNamed(PILE);
    await anew.logIn();
    await world.pile.leave();
    expect(world.site.memory.pile(PILE)?.pile.online).toBe(true);
    await anew.leave();
    expect(world.site.memory.pile(PILE)?.pile.online).toBe(false);
    const states = world.site.memory.connectors().map(({ connector }) => connector.state);
    expect(states).toEqual(['offline', 'offline']);
  });

  test('after a restart, piles that do not come back are told to be away', async () => {
    const before = await openWorld();
    await before.time.pass(1_000);
    const world = await before.restart();
    world.ledger.events.length = 0;
    await world.time.pass(61_000);
    expect(world.ledger.events.map(({ event }) => event)).toMatchObject([
      { kind: 'PileChanged', online: false },
      { kind: 'ConnectorChanged', state: 'offline' },
      { kind: 'ConnectorChanged', state: 'offline' },
    ]);
  });
});

describe('starts', () => {
  test('[ORD-1] the order is on disk before the pile hears yes', async () => {
    const { pile, journal, ledger } = await openWorld();
    await pile.ask(byCard(CARD));
    const { tradeNo, balance } = pile.last('allowStart');
    expect(journal.slice(-2)).toMatchObject([
      { commit: ['OrderOpened'] },
      { sent: { do: 'allowStart', request: 'r1', tradeNo } },
    ]);
    expect(balance).toBe(fen(5_000n));
    expect(await ledger.order(tradeNo)).toMatchObject({
      state: 'starting',
      startMethod: 'card',
      payer: { account: 'fleet-7' },
      tariff: { tariffId: 'day', version: 1 },
    });
  });

  test('[ORD-1] a ledger that refuses opens no order: the driver is told no, an alarm is raised', async () => {
    const { pile, ledger, site, time } = await openWorld();
    await time.pass(1_000);
    ledger.refusing = true;
    await pile.ask(byCard(CARD));
    expect(pile.last('refuseStart').refusal).toBe('ledger-full');
    expect(site.memory.openOrders()).toEqual([]);
    ledger.refusing = false;
    await time.pass(6_000);
    expect(ledger.events.map(({ event }) => event)).toContainEqual(
      expect.objectContaining({ kind: 'AlarmRaised', code: 'ledger-refused' }),
    );
    await pile.ask(byCard(CARD));
    expect(pile.last('allowStart').request).toBe('r2');
  });

  test.each([
    ['an unknown card', byCard('00DEAD'), 'account-missing'],
    ['an unknown VIN', { by: 'vin', vin: 'LSVAA49J132047379' }, 'vin-unknown'],
    ['a frozen account', byCard('BB'), 'account-frozen'],
    ['a balance below the reserve', byCard('AA'), 'balance-low'],
    ['no password', byCard('CC'), 'wrong-password'],
    ['a wrong password', byCard('CC', 'aaaabbbbccccdddd'), 'wrong-password'],
  ] as const)('%s is refused', async (_what, identity, refusal) => {
    const { pile } = await openWorld();
    await pile.ask(identity);
    expect(pile.last('refuseStart')).toMatchObject({ request: 'r1', refusal });
  });

  test('a card with its password, and a VIN in small letters, may charge', async () => {
    const { pile } = await openWorld();
    await pile.ask(byCard('CC', '8458ce06fbc5bb76'));
    expect(pile.last('allowStart').connectorNo).toBe(1);
    await pile.ask({ by: 'vin', vin: VIN.toLowerCase() }, 2);
    expect(pile.last('allowStart').connectorNo).toBe(2);
  });

  test('a card with an open order is refused elsewhere, padded or not', async () => {
    const world = await openWorld();
    await charging(world);
    await world.pile.ask(byCard('D14B0A54'), 2);
    expect(world.pile.last('refuseStart').refusal).toBe('card-has-open-order');
  });

  test('[ORD-15] a connector with an order is refused to others', async () => {
    const world = await openWorld();
    await charging(world);
    await world.pile.ask(byCard(SECOND_CARD));
    expect(world.pile.last('refuseStart').refusal).toBe('pile-has-open-order');
    expect(await world.site.execute({ ...remote }, 1_000)).toMatchObject({
      outcome: 'refused',
      reason: 'connector-busy',
    });
  });

  test('one charge over two connectors is two orders of one card', async () => {
    const { pile, site, pileNamed } = await openWorld();
    await pile.ask(byCard(CARD), 1, 'g1');
    await pile.ask(byCard(CARD), 2, 'g1');
    expect(site.memory.openOrders().map((order) => order.connectorNo)).toEqual([1, 2]);
    const other = pileNamed('32010200000002');
    await other.logIn();
    await other.ask(byCard(CARD), 1, 'g1');
    expect(other.last('refuseStart').refusal).toBe('card-has-open-order');
  });

  test('[SYNC-5] a full ledger refuses new charges and lets running ones go on', async () => {
    const world = await openWorld();
    const tradeNo = await charging(world);
    world.ledger.condition = 'money-refused';
    await world.pile.ask(byCard(SECOND_CARD), 2);
    expect(world.pile.last('refuseStart').refusal).toBe('ledger-full');
    await world.pile.uploads({ tradeNo });
    expect(await world.ledger.order(tradeNo)).toMatchObject({ state: 'settled' });
  });

  test('without a tariff nobody charges', async () => {
    const { pile, site } = await openWorld(configFor({ tariff: undefined }));
    await pile.ask(byCard(CARD));
    expect(pile.last('refuseStart').refusal).toBe('no-tariff');
    expect(site.tariffFor(PILE)).toBeUndefined();
  });

  test('[ORD-14] numbers go on after a restart, and one that exists is passed over', async () => {
    const world = await openWorld();
    await world.pile.ask(byCard(CARD));
    const first = world.pile.last('allowStart').tradeNo;
    await world.pile.uploads({ tradeNo: first });
    // A store that was set back by one order, under the same epoch and in the same second.
    await world.ledger.commit({
      changes: [{ save: 'counter', name: 'orders-numbered', value: 0 }],
      events: [],
    });
    const again = await world.restart();
    await again.pile.logIn();
    await again.pile.ask(byCard(CARD));
    const second = again.pile.last('allowStart').tradeNo;
    expect(BigInt(second)).toBe(BigInt(first) + 1n);
  });
});

describe('remote commands', () => {
  test('a start is done when the pile says yes; a stop likewise', async () => {
    const { pile, site, time } = await openWorld();
    const started = site.execute(remote, 30_000);
    await time.settle();
    const { tradeNo } = pile.last('start');
    await pile.says({ type: 'StartAnswered', connectorNo: 1, tradeNo, refusal: null });
    expect(await started).toEqual({ outcome: 'done', orderNo: tradeNo });
    expect(site.orderAt(PILE, 1)).toBe(tradeNo);
    await pile.reports({ tradeNo, status: 'charging' });

    const stopped = site.execute({ ...command, op: 'stop' }, 30_000);
    await time.settle();
    expect(pile.last('stop').connectorNo).toBe(1);
    await pile.says({ type: 'StopAnswered', connectorNo: 1, refusal: null });
    expect(await stopped).toEqual({ outcome: 'done', orderNo: tradeNo });
  });

  test('[ORD-2] not plugged in: the command waits for the second answer', async () => {
    const { pile, site, time } = await openWorld();
    const started = site.execute(remote, 120_000);
    await time.settle();
    const { tradeNo } = pile.last('start');
    const answer = { type: 'StartAnswered', connectorNo: 1, tradeNo } as const;
    await pile.says({ ...answer, refusal: 'not-plugged' });
    await time.pass(66_000);
    expect(await started).toEqual({ outcome: 'refused', reason: 'not-plugged', orderNo: tradeNo });
  });

  test('no answer in time is told as unknown, with the order that stays open', async () => {
    const { site, time } = await openWorld();
    const started = site.execute(remote, 5_000);
    await time.pass(5_000);
    expect(await started).toMatchObject({ outcome: 'unknown', reason: 'no-answer' });
    expect(site.memory.openOrders()).toHaveLength(1);
    await time.pass(85_000);
    expect(site.memory.openOrders()).toHaveLength(0);
  });

  test.each([
    ['a pile that is away', { ...remote, pileNo: '32010200000002' }, 'device-offline'],
    ['a pile that nobody knows', { ...remote, pileNo: '5' }, 'pile-not-adopted'],
    ['a stop of nothing', { ...command, op: 'stop' }, 'not-charging'],
    ['a start that nobody pays', { ...command, op: 'start' }, 'account-missing'],
    [
      'a balance below the reserve',
      { ...remote, start: { account: 'a', balance: '0.10' } },
      'balance-low',
    ],
  ] as const)('%s is refused', async (_what, wrong, reason) => {
    const world = await openWorld();
    const away = world.pileNamed('32010200000002');
    await away.logIn();
    await away.leave();
    expect(await world.site.execute(wrong, 1_000)).toEqual({ outcome: 'refused', reason });
    expect(world.site.memory.openOrders()).toEqual([]);
  });

  test('read and reboot are done when the pile has answered; frames go to their lane', async () => {
    const world = await openWorld();
    const { pile, site, time } = world;
    const read = site.execute({ ...command, op: 'read' }, 1_000);
    const reboot = site.execute({ ...command, op: 'reboot' }, 1_000);
    await time.settle();
    await pile.reports({});
    expect(await read).toEqual({ outcome: 'done' });
    await pile.says({
      type: 'CommandAnswered',
      command: 'reboot',
      connectorNo: null,
      accepted: false,
      detail: {},
    });
    expect(await reboot).toMatchObject({ outcome: 'refused' });
    expect(await site.execute({ ...command, op: 'upload-frames' }, 1_000)).toEqual({
      outcome: 'done',
    });
    expect(kindsOf(world, 'frames')).toEqual(['FramesCaptured']);
  });
});

describe('records', () => {
  test('[ORD-12] the frame and the bill are one commit, and only then the pile may forget', async () => {
    const world = await openWorld();
    const tradeNo = await charging(world);
    await world.pile.uploads({ tradeNo });
    expect(world.journal.slice(-2)).toEqual([
      { commit: ['OrderSettled'] },
      { sent: { do: 'recordStored', tradeNo } },
    ]);
    expect(await world.ledger.records(tradeNo)).toMatchObject([{ rawHex: '68a2', pileNo: PILE }]);
    expect(await world.ledger.order(tradeNo)).toMatchObject({ state: 'settled', exceptions: [] });
  });

  test('[ORD-12] a ledger that refuses: no answer, an alarm, and the resent record settles', async () => {
    const world = await openWorld();
    const { pile, ledger, time } = world;
    const tradeNo = await charging(world);
    await time.pass(1_000);
    ledger.refusing = true;
    await expect(pile.uploads({ tradeNo })).rejects.toThrow('no space');
    expect(pile.sent.filter((c) => c.do === 'recordStored')).toEqual([]);
    ledger.refusing = false;
    await pile.uploads({ tradeNo });
    expect(pile.last('recordStored').tradeNo).toBe(tradeNo);
    await time.pass(6_000);
    expect(ledger.events.map(({ event }) => event)).toContainEqual(
      expect.objectContaining({ kind: 'AlarmRaised', code: 'record-not-stored' }),
    );
  });

  test('[ORD-9] the same record again is answered and changes nothing, in memory and after a restart', async () => {
    const world = await openWorld();
    const tradeNo = await charging(world);
    await world.pile.uploads({ tradeNo });
    const settled = await world.ledger.order(tradeNo);
    await world.pile.uploads({ tradeNo, receivedAtMs: RECORD.receivedAtMs + 30_000 });
    const again = await world.restart();
    await again.pile.logIn();
    await again.pile.uploads({ tradeNo, receivedAtMs: RECORD.receivedAtMs + 300_000 });
    expect(again.pile.last('recordStored').tradeNo).toBe(tradeNo);
    expect(await world.ledger.order(tradeNo)).toEqual(settled);
    expect(await world.ledger.records(tradeNo)).toHaveLength(1);
    expect(kindsOf(world, 'money')).toEqual(['OrderOpened', 'ChargingStarted', 'OrderSettled']);
  });

  test('[ORD-10] another content is kept beside the first and marked', async () => {
    const world = await openWorld();
    const tradeNo = await charging(world);
    await world.pile.uploads({ tradeNo });
    const { bill } = (await world.ledger.order(tradeNo)) ?? {};
    await world.pile.uploads({ tradeNo, totalEnergy: energyStep(1n), totalAmount: moneyStep(1n) });
    expect(await world.ledger.order(tradeNo)).toMatchObject({
      exceptions: ['record-revised'],
      bill,
    });
    expect(await world.ledger.records(tradeNo)).toHaveLength(2);
  });

  test('[ORD-11] an unknown record is kept, priced and answered', async () => {
    const world = await openWorld();
    await world.pile.uploads({
      tradeNo: '9'.repeat(32),
      startMethod: 'offline-card',
      cardNo: CARD,
    });
    expect(world.pile.last('recordStored').tradeNo).toBe('9'.repeat(32));
    expect(await world.ledger.order('9'.repeat(32))).toMatchObject({
      state: 'orphan',
      payer: { account: 'fleet-7' },
      bill: { total: fen(1_100n) },
      exceptions: ['orphan'],
    });
  });

  test('[ORD-11] records without a number are different charges, each kept once', async () => {
    const world = await openWorld();
    const none = '0'.repeat(32);
    await world.pile.uploads({ tradeNo: none, stopCode: 1 });
    await world.pile.uploads({ tradeNo: none, stopCode: 2 });
    await world.pile.uploads({ tradeNo: none, stopCode: 1 });
    expect(world.pile.sent.filter((c) => c.do === 'recordStored')).toHaveLength(3);
    expect(await world.ledger.orders({ limit: 10 })).toHaveLength(2);
  });

  test('[ORD-11] a pile cannot settle the order of another', async () => {
    const world = await openWorld();
    const tradeNo = await charging(world);
    const other = world.pileNamed('32010200000002');
    await other.logIn();
    await other.uploads({ tradeNo });
    expect(await world.ledger.order(tradeNo)).toMatchObject({ state: 'charging' });
    expect(await world.ledger.orders({ state: 'orphan', limit: 10 })).toMatchObject([
      { pileNo: '32010200000002' },
    ]);
    expect(other.last('recordStored').tradeNo).toBe(tradeNo);
  });

  test('[ORD-4] a failed order is stopped and settled, also when only the disk remembers it', async () => {
    const before = await openWorld();
    await before.pile.ask(byCard(CARD));
    const { tradeNo } = before.pile.last('allowStart');
    await before.time.pass(91_000);
    expect(await before.ledger.order(tradeNo)).toMatchObject({ state: 'failed' });
    const world = await before.restart();
    await world.pile.logIn();
    await world.pile.reports({ tradeNo, status: 'charging' });
    expect(world.pile.last('stop').connectorNo).toBe(1);
    await world.pile.uploads({ tradeNo });
    expect(await world.ledger.order(tradeNo)).toMatchObject({ state: 'settled' });
  });
});

describe('restart', () => {
  test('[ORD-16] open orders and their deadlines go on', async () => {
    const before = await openWorld();
    await before.pile.ask(byCard(CARD));
    const { tradeNo } = before.pile.last('allowStart');
    await before.time.pass(60_000);
    const world = await before.restart();
    expect(world.site.memory.openOrders().map((order) => order.orderNo)).toEqual([tradeNo]);
    await world.time.pass(29_000);
    expect(await world.ledger.order(tradeNo)).toMatchObject({ state: 'starting' });
    await world.time.pass(1_000);
    expect(await world.ledger.order(tradeNo)).toMatchObject({ state: 'failed' });
  });

  test('[ORD-7] a charge goes on over a restart, and the pile is asked how it stands', async () => {
    const before = await openWorld();
    const tradeNo = await charging(before);
    const world = await before.restart();
    await world.pile.logIn();
    expect(world.pile.last('readNow').connectorNo).toBe(1);
    await world.pile.reports({ tradeNo, status: 'charging', energy: energyStep(5_000n) });
    await world.pile.uploads({ tradeNo });
    expect(await world.ledger.order(tradeNo)).toMatchObject({ state: 'settled', exceptions: [] });
  });

  test('a deadline that the ledger does not take is tried again', async () => {
    const { pile, ledger, time } = await openWorld();
    await pile.ask(byCard(CARD));
    const { tradeNo } = pile.last('allowStart');
    ledger.refusing = true;
    await time.pass(91_000);
    ledger.refusing = false;
    await time.pass(6_000);
    expect(await ledger.order(tradeNo)).toMatchObject({ state: 'failed' });
  });
});

describe('money', () => {
  test('[ORD-17] a charge is stopped when its balance is nearly spent', async () => {
    const world = await openWorld();
    const tradeNo = await charging(world);
    const report = { tradeNo, status: 'charging', voltageMv: 400_000, currentMa: 300_000 } as const;
    // 50 yuan, 120 kW, 15 s at 1.10: the reserve is 0.55, so 49.45 yuan or 44.95 kWh.
    await world.pile.reports({ ...report, energy: energyStep(449_000n) });
    expect(await world.ledger.order(tradeNo)).toMatchObject({ state: 'charging' });
    await world.pile.reports({ ...report, energy: energyStep(449_600n) });
    expect(await world.ledger.order(tradeNo)).toMatchObject({ state: 'stopping' });
    expect(world.pile.last('stop').connectorNo).toBe(1);
  });

  test('what an account has spent is gone from its balance, over restarts, until a new list', async () => {
    const world = await openWorld();
    const tradeNo = await charging(world);
    await world.pile.uploads({ tradeNo });
    await world.pile.ask(byCard(CARD));
    expect(world.pile.last('allowStart').balance).toBe(fen(3_900n));
    const later = await world.restart();
    await later.pile.logIn();
    await later.pile.uploads({ tradeNo: world.pile.last('allowStart').tradeNo });
    await later.pile.ask(byCard(CARD));
    expect(later.pile.last('allowStart').balance).toBe(fen(2_800n));
    await later.pile.uploads({ tradeNo: later.pile.last('allowStart').tradeNo });
    const cards = [{ cardNo: CARD, account: 'fleet-7', balanceYuan: '80.00', asOf: '2025-07-16' }];
    const renewed = await later.restart(configFor({ cards }));
    await renewed.pile.logIn();
    await renewed.pile.ask(byCard(CARD));
    expect(renewed.pile.last('allowStart').balance).toBe(fen(8_000n));
  });

  test('an order keeps its prices; an idle pile gets the new ones when they begin', async () => {
    const next = { ...CONFIG_JSON.tariffs[0], version: 2, modelNo: '0101' };
    const tariffs = [...CONFIG_JSON.tariffs, { ...next, validFrom: '2025-07-15T10:00:00+08:00' }];
    const world = await openWorld(configFor({ tariffs }));
    const other = world.pileNamed('32010200000002');
    await other.logIn();
    await charging(world);
    await world.time.pass(21 * 60_000);
    expect(other.last('pushTariff').tariff.version).toBe(2);
    // The pile with the charge holds the old one until it says otherwise.
    expect(world.site.tariffFor(PILE)?.version).toBe(1);
    await world.pile.ask(byCard(SECOND_CARD), 2);
    const { tradeNo } = world.pile.last('allowStart');
    expect((await world.ledger.order(tradeNo))?.tariff?.version).toBe(1);
    await other.says({ type: 'TariffAnswered', modelNo: '0101', accepted: true });
    expect(world.site.tariffFor('32010200000002')?.version).toBe(2);
  });

  test('a pile that refuses a tariff keeps the old one, and an alarm is raised', async () => {
    const world = await openWorld();
    await world.pile.says({ type: 'TariffAnswered', modelNo: '0100', accepted: false });
    await world.time.pass(1_000);
    expect(world.ledger.events.map(({ event }) => event)).toContainEqual(
      expect.objectContaining({ kind: 'AlarmRaised', code: 'tariff-refused' }),
    );
  });
});

describe('what is told', () => {
  test('measurements go to telemetry, a connector is told only when it changes', async () => {
    const world = await openWorld();
    const { pile, time } = world;
    await time.pass(1_000);
    world.ledger.events.length = 0;
    for (const soc of [40, 41, 42]) {
      await pile.reports({ soc });
      await time.pass(15_000);
    }
    await pile.reports({ faults: ['emergency-stop'], status: 'faulted' });
    await pile.reports({});
    await time.pass(1_000);
    expect(kindsOf(world, 'telemetry')).toHaveLength(5);
    const told = world.ledger.events.map(({ event }) => event);
    expect(told.filter((event) => event.kind === 'ConnectorChanged')).toMatchObject([
      { state: 'plugged' },
      { state: 'faulted', faults: ['emergency-stop'] },
      { state: 'plugged' },
    ]);
  });

  test('when the disk does not follow, old measurements are given up and nothing else', async () => {
    const world = await openWorld(configFor({ limits: { telemetryQueue: 100 } }));
    await world.time.pass(1_000);
    world.ledger.refusing = true;
    for (let n = 0; n < 250; n += 1) await world.pile.reports({});
    expect(world.site.memory.droppedMeasurements()).toBeGreaterThanOrEqual(150);
    world.ledger.refusing = false;
    await world.time.pass(6_000);
    expect(kindsOf(world, 'state')).toContain('ConnectorChanged');
  });

  test('a clock that is off although it was set is an alarm', async () => {
    const world = await openWorld();
    const pileTimeMs = world.time.clock.nowMs() - 3_600_000;
    await world.pile.says({ type: 'ClockAnswered', pileTimeMs });
    await world.pile.says({ type: 'ClockAnswered', pileTimeMs });
    await world.time.pass(1_000);
    expect(kindsOf(world, 'control')).toEqual(['AlarmRaised']);
  });
});
