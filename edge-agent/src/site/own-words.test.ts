import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import type { Command } from '@holdfast/shared/sync/commands';
import { describe, expect, test } from 'vitest';
import { PILE, T0 } from '../orders/testing/subjects.ts';
import type { PileCapability } from '../ports/site.ts';
import { CARD, fakePile, IDLE, openWorld, type World } from './testing/world.ts';

const command = (change: Partial<Command>): Command => ({
  id: 'c1',
  vendor: 'ykc',
  pileNo: PILE,
  connectorNo: 0,
  op: 'operate',
  deadlineMs: T0 + 60_000,
  ...change,
});
const deviated = (change: object = {}): PileEvent => ({
  type: 'Deviated',
  rule: 'OCPP-B5',
  action: 'Heartbeat',
  path: '/',
  seen: '5',
  repair: 'taken as text',
  ...change,
});

/** A world whose pile can do one thing more. */
async function able(capability: PileCapability): Promise<World> {
  const world = await openWorld();
  const pile = fakePile(world.site, world.journal, PILE);
  const link = { ...pile.link, capabilities: [capability] };
  const says = (event: PileEvent) => world.site.onPileEvent(link, event);
  await says({
    type: 'PileLoggedIn',
    protocolVersion: '1.6',
    firmware: '',
    connectorCount: 2,
    dc: true,
  });
  return { ...world, pile: { ...pile, says } };
}

describe('notes of drivers', () => {
  test('[SITE-3] outlive a restart, and go when they are taken away', async () => {
    const world = await openWorld();
    await world.pile.says({ type: 'Noted', key: 'boot', value: { model: 'X' } });
    await world.pile.says({ type: 'Noted', key: 'gone', value: 1 });
    await world.pile.says({ type: 'Noted', key: 'gone', value: null });
    const again = await world.restart();
    expect([...again.site.notes(PILE)]).toEqual([['boot', { model: 'X' }]]);
  });

  test('[SITE-3] are bounded, and a ledger that refuses one loses nothing else', async () => {
    const world = await openWorld();
    await world.pile.says({ type: 'Noted', key: 'large', value: 'x'.repeat(70_000) });
    for (let n = 0; n < 70; n += 1) {
      await world.pile.says({ type: 'Noted', key: `k${n}`, value: n });
    }
    expect(world.site.notes(PILE).size).toBe(64);
    world.ledger.refusing = true;
    await world.pile.says({ type: 'Noted', key: 'k0', value: 'new' });
    expect(world.site.notes(PILE).get('k0')).toBe(0);
  });
});

describe('deviations', () => {
  test('[SITE-4] are counted by kind with their newest example, also after a restart', async () => {
    const world = await openWorld();
    await world.pile.says(deviated());
    await world.pile.says(deviated({ seen: '6' }));
    await world.pile.says(deviated({ rule: 'OCPP-B8' }));
    await world.time.pass(60_000);
    const again = await world.restart();
    expect(again.site.memory.deviations(PILE)).toMatchObject([
      { rule: 'OCPP-B5', count: 2, seen: '6', firstMs: T0, repair: 'taken as text' },
      { rule: 'OCPP-B8', count: 1 },
    ]);
  });
});

describe('operations', () => {
  const operate = { operation: 'Reset', parameters: { type: 'Soft' } };
  const ask = async (world: World, outcome: 'done' | 'refused' | 'failed' | 'unanswered') => {
    const result = world.site.execute(command({ operate }), 30_000);
    await world.time.settle();
    expect(world.pile.last('operate')).toEqual({ do: 'operate', request: 'c1', ...operate });
    const answer = { status: 'Accepted' };
    await world.pile.says({ type: 'Operated', request: 'c1', outcome, answer });
    return await result;
  };

  test('[SITE-5] bring back what the pile said', async () => {
    const answer = { status: 'Accepted' };
    expect(await ask(await openWorld(), 'done')).toEqual({ outcome: 'done', answer });
    expect(await ask(await openWorld(), 'refused')).toEqual({
      outcome: 'refused',
      reason: 'pile-refused',
      answer,
    });
  });

  test('[SITE-5] without an answer are no success', async () => {
    expect(await ask(await openWorld(), 'unanswered')).toMatchObject({ outcome: 'unknown' });
    const world = await openWorld();
    const result = world.site.execute(command({ operate }), 30_000);
    await world.time.pass(30_000);
    expect(await result).toEqual({ outcome: 'unknown', reason: 'no-answer' });
    await world.pile.leave();
    expect(await world.site.execute(command({ operate }), 1)).toMatchObject({
      outcome: 'refused',
      reason: 'device-offline',
    });
  });
});

describe('lists of cards', () => {
  test('[SITE-6] a pile that keeps one is told the cards, and then their changes', async () => {
    const world = await able('card-list');
    const cards = () => world.pile.last('addCards').cards.map(({ cardNo }) => cardNo);
    expect(cards()).toContain(CARD);
    expect(cards()).not.toContain('00000000BB');
    const card = {
      token: 'guest',
      account: 'guest',
      balanceFen: '5000',
      asOf: '',
      state: 'accepted',
      expiresAtMs: null,
      group: null,
      concurrent: false,
      changedAtMs: T0,
    } as const;
    await world.site.cards.enter(card);
    await world.time.settle();
    expect(cards()).toEqual(['guest']);
    await world.site.cards.enter({ ...card, state: 'blocked' });
    await world.time.settle();
    expect(world.pile.last('removeCards').cardNos).toEqual(['guest']);
    await world.site.cards.enter({ ...card, expiresAtMs: T0 + 3_600_000 });
    await world.time.settle();
    expect(cards()).toEqual(['guest']);
    const removals = () => world.pile.sent.filter(({ do: what }) => what === 'removeCards').length;
    const before = removals();
    await world.time.pass(3_660_000);
    expect(removals()).toBe(before + 1);
    const told = world.pile.sent.length;
    await world.site.cards.enter({ ...card, state: 'blocked', changedAtMs: T0 + 1 });
    await world.time.settle();
    expect(world.pile.sent).toHaveLength(told);
  });

  test('[SITE-6] a pile without one is told nothing', async () => {
    const world = await openWorld();
    await world.site.cards.remove('nobody');
    expect(world.pile.sent.filter(({ do: what }) => what === 'addCards')).toEqual([]);
  });
});

describe('power limits', () => {
  const limited = (): Promise<World> => able('power-limit');
  const limit = { maxW: 30_000, seconds: 600 };

  test('[SITE-1] are told with an end, told again before it, and end with their time', async () => {
    const world = await limited();
    const result = world.site.execute(command({ op: 'limit', connectorNo: 1, limit }), 30_000);
    await world.time.settle();
    const told = () => world.pile.sent.filter(({ do: what }) => what === 'limitPower');
    expect(told()).toEqual([{ do: 'limitPower', connectorNo: 1, maxW: 30_000, validSeconds: 300 }]);
    await world.pile.says({
      type: 'CommandAnswered',
      command: 'limitPower',
      connectorNo: 1,
      accepted: true,
      detail: {},
    });
    expect(await result).toEqual({ outcome: 'done' });
    await world.time.pass(200_000);
    expect(told().length).toBeGreaterThanOrEqual(3);
    await world.time.pass(600_000);
    const all = told().length;
    expect(world.site.memory.limits()).toEqual([]);
    await world.time.pass(600_000);
    expect(told()).toHaveLength(all);
  });

  test('[SITE-1] go on after a restart, and are lifted when their time is over', async () => {
    const first = await limited();
    void first.site.execute(command({ op: 'limit', connectorNo: 1, limit }), 1_000);
    await first.time.settle();
    const world = await first.restart();
    expect(world.site.memory.limits()).toMatchObject([{ connectorNo: 1, maxW: 30_000 }]);
    const pile = fakePile(world.site, world.journal, PILE);
    await pile.logIn();
    expect(pile.last('limitPower')).toMatchObject({ connectorNo: 1, maxW: 30_000 });
    await world.time.pass(600_000);
    expect(pile.last('limitPower')).toMatchObject({ connectorNo: 1, maxW: null });
    expect(world.site.notes(PILE).has('limits-wanted')).toBe(false);
  });

  test('[SITE-1] of a pile that is away are lifted when it is back', async () => {
    const world = await limited();
    void world.site.execute(command({ op: 'limit', connectorNo: 1, limit }), 1_000);
    await world.time.settle();
    await world.pile.says({ type: 'PileLost', why: 'closed' });
    await world.time.pass(700_000);
    expect(world.site.memory.limits()).toEqual([]);
    const pile = fakePile(world.site, world.journal, PILE);
    await pile.logIn();
    expect(pile.sent.filter(({ do: what }) => what === 'limitPower')).toEqual([
      { do: 'limitPower', connectorNo: 1, maxW: null, validSeconds: 1 },
    ]);
  });

  test('[SITE-1] that the pile refuses are none: the one before goes on', async () => {
    const world = await limited();
    const ask = async (maxW: number | null, accepted: boolean) => {
      const result = world.site.execute(
        command({ op: 'limit', connectorNo: 1, limit: { maxW, seconds: 600 } }),
        30_000,
      );
      await world.time.settle();
      const said = { type: 'CommandAnswered', command: 'limitPower', detail: {} } as const;
      await world.pile.says({ ...said, connectorNo: 1, accepted });
      return (await result).outcome;
    };
    expect(await ask(30_000, false)).toBe('refused');
    expect(world.site.memory.limits()).toEqual([]);
    expect(await ask(30_000, true)).toBe('done');
    expect(await ask(1_000, false)).toBe('refused');
    expect(world.site.memory.limits()).toMatchObject([{ maxW: 30_000 }]);
    expect(await ask(null, true)).toBe('done');
    expect(world.site.memory.limits()).toEqual([]);
  });

  test('[SITE-2] that the meter does not show raise an alarm', async () => {
    const world = await limited();
    void world.site.execute(command({ op: 'limit', connectorNo: 1, limit }), 1_000);
    await world.time.settle();
    const measurement = {
      connectorNo: 1,
      tradeNo: null,
      status: 'charging',
      plugged: true,
      homed: null,
      voltageMv: 600_000,
      currentMa: 100_000,
      soc: null,
      chargedMinutes: 0,
      remainMinutes: 0,
      cableTempC: null,
      batteryMaxTempC: null,
      faults: [],
    } as const;
    await world.pile.says({ type: 'Measured', measurement: { ...IDLE, ...measurement } });
    await world.time.pass(61_000);
    const alarms = world.ledger.events.flatMap(({ event }) =>
      event.kind === 'AlarmRaised' ? [event.code] : [],
    );
    expect(alarms).toContain('limit-ignored');
  });
});
