import { energyStep } from '@holdfast/shared/units';
import { describe, expect, test } from 'vitest';
import { next } from './machine.ts';
import { ORDER_RULES, type OrderInput, type Session } from './session.ts';
import { beginOf, factsOf, momentAt, OPENING, RECORD, sessionIn, T0 } from './testing/subjects.ts';

const take = (session: Session | null, input: OrderInput, ms: number) => {
  const step = next(session, input, momentAt(ms), ORDER_RULES);
  if (step === 'ignored') expect.fail('ignored');
  return { ...step, does: step.effects.map((effect) => effect.do) };
};
const begin = (change: Parameters<typeof beginOf>[0] = {}): OrderInput => ({
  on: 'charge-began',
  begin: beginOf(change),
});

describe('a charge that its pile began', () => {
  test('[ORD-18] has an order of its own, on disk before it is answered', () => {
    const { session, does, effects } = take(null, begin(), 12_000);
    expect(does).toEqual(['save', 'keep-record', 'send']);
    expect(session.order).toMatchObject({
      state: 'charging',
      chargingAtMs: T0 + 10_000,
      openedAtMs: T0 + 12_000,
      charge: { key: 'tx-1', no: 1_001 },
      exceptions: [],
    });
    expect(effects.at(-1)).toMatchObject({ command: { do: 'chargeStored', refusal: null } });
  });

  test('[ORD-18] is the charge of the start that asked for it', () => {
    const { session, does } = take(sessionIn('starting'), begin(), 12_000);
    expect(does).toEqual(['save', 'keep-record', 'send', 'tell']);
    expect(session.order).toMatchObject({ state: 'charging', charge: { no: 1_001 } });
  });

  test('[ORD-18] gets its name also when a report or a stop came first', () => {
    const charging = take(sessionIn('charging'), begin(), 12_000);
    expect(charging.session.order).toMatchObject({ state: 'charging', charge: { no: 1_001 } });
    const again = next(charging.session, begin(), momentAt(13_000), ORDER_RULES);
    expect(again).toBe('ignored');
    const stopping = take(sessionIn('stopping'), begin(), 12_000);
    expect(stopping.session.order.state).toBe('stopping');
    expect(stopping.effects.at(-1)).toMatchObject({ command: { do: 'stop' } });
  });

  test('[ORD-18] after its record it is answered, and the money stays', () => {
    const record: OrderInput = { on: 'record', facts: factsOf(RECORD) };
    const settled = take(sessionIn('starting'), record, 12_000).session;
    const { session, does } = take(settled, begin({ late: true }), 13_000);
    expect(does).toEqual(['save', 'keep-record', 'send']);
    expect(session.order).toEqual({ ...settled.order, charge: beginOf().charge, eventNo: 3 });
  });

  test('[ORD-18] a begin that is told late sends and tells nothing but its answer', () => {
    const late = { late: true, refusal: 'account-missing' } as const;
    for (const session of [null, sessionIn('stopping'), sessionIn('failed')]) {
      const { effects } = take(session, begin(late), 12_000);
      const sent = effects.flatMap((e) => (e.do === 'send' ? [e.command.do] : []));
      expect(sent).toEqual(['chargeStored']);
      expect(effects.filter((e) => e.do === 'tell' || e.do === 'raise')).toEqual([]);
    }
  });

  test('[ORD-4] a start that has failed meanwhile gets its charge, and the pile a stop', () => {
    const { session, effects } = take(sessionIn('failed'), begin(), 100_000);
    expect(session.order).toMatchObject({ state: 'failed', charge: { no: 1_001 } });
    const sent = effects.flatMap((e) => (e.do === 'send' ? [e.command] : []));
    expect(sent).toMatchObject([
      { do: 'chargeStored', refusal: 'no-confirmation' },
      { do: 'stop' },
    ]);
    expect(effects).toContainEqual({ do: 'raise', alarm: 'charges-without-order' });
  });

  test('[ORD-19] whose payer is refused is told to stop while it goes on, and owed for good', () => {
    const opened = take(null, begin({ refusal: 'account-missing' }), 12_000);
    expect(opened.does).toEqual(['save', 'keep-record', 'send', 'send']);
    expect(opened.session.order.exceptions).toEqual(['not-authorised']);
    const charging: OrderInput = {
      on: 'reported-charging',
      energy: energyStep(1n),
      overspent: false,
    };
    const soon = take(opened.session, charging, 20_000);
    expect(soon.effects).toEqual([]);
    const again = take(soon.session, charging, 12_000 + ORDER_RULES.stopAgainMs);
    expect(again.effects).toMatchObject([{ command: { do: 'stop' } }]);
    const record: OrderInput = { on: 'record', facts: factsOf(RECORD) };
    const { session } = take(again.session, record, 3_605_000);
    expect(session.order).toMatchObject({ state: 'settled', exceptions: ['not-authorised'] });
    expect(session.order.bill?.total).toBeGreaterThan(0n);
  });

  test('readings that come late stand where their time puts them', () => {
    const samples = [{ atMs: T0 + 60_000, energy: energyStep(60n) }];
    const readings = [
      { atMs: T0 + 90_000, energy: energyStep(90n) },
      { atMs: T0 + 30_000, energy: energyStep(30n) },
      { atMs: T0 + 60_000, energy: energyStep(99n) },
    ];
    const { session } = take(
      sessionIn('charging', { samples }),
      { on: 'read-late', readings },
      100_000,
    );
    expect(session.samples.map(({ energy }) => energy)).toEqual([30n, 60n, 90n]);
    expect(OPENING.orderNo).toBe(session.order.orderNo);
  });
});
