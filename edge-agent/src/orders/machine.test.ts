import { readFileSync } from 'node:fs';
import { energyStep, fen } from '@holdfast/shared/units';
import { describe, expect, test } from 'vitest';
import { deadlineOf } from './deadlines.ts';
import { next } from './machine.ts';
import { sessionOf } from './opening.ts';
import { type Moment, ORDER_RULES, type OrderInput, type Session } from './session.ts';
import { cellOf, INPUT_CASES, ROWS } from './testing/matrix.ts';
import { ordersReadme } from './testing/readme.ts';
import { factsOf, momentAt, OPENING, ORDER_NO, RECORD, sessionIn, T0 } from './testing/subjects.ts';

/** Runs inputs one after the other; an ignored one changes nothing. */
function run(session: Session | null, ...inputs: readonly (readonly [OrderInput, Moment])[]) {
  const effects = [];
  let now = session;
  for (const [input, at] of inputs) {
    const step = next(now, input, at, ORDER_RULES);
    if (step === 'ignored') continue;
    now = step.session;
    effects.push(...step.effects);
  }
  if (now === null) expect.fail('no order was opened');
  return { session: now, order: now.order, effects };
}

const charging = (energy: bigint, overspent = false): OrderInput => ({
  on: 'reported-charging',
  energy: energyStep(energy),
  overspent,
});
const idle: OrderInput = { on: 'reported-idle', certain: false };
const time: OrderInput = { on: 'time' };
const commanded: OrderInput = { on: 'start-commanded', opening: OPENING };
const record: OrderInput = { on: 'record', facts: factsOf(RECORD) };
const refused = (refusal: 'not-plugged' | 'device-fault'): OrderInput => ({
  on: 'start-refused',
  refusal,
});
const sends = (effects: readonly { do: string }[]) => effects.filter((e) => e.do === 'send');

describe('the matrix', () => {
  const cells = ROWS.flatMap((row) => INPUT_CASES.map((input) => ({ row, input })));

  test.each(cells)('$row × $input.label: an event if and only if the order changed', (cell) => {
    const { row, input } = cell;
    const before = row === 'none' ? null : sessionIn(row, input.before);
    const step = next(before, input.input, input.at, ORDER_RULES);
    if (step === 'ignored') return;
    const saves = step.effects.filter((effect) => effect.do === 'save');
    const { order } = step.session;
    const changed = before === null || before.order.state !== order.state;
    if (changed) expect(saves).toHaveLength(1);
    for (const { event } of saves) {
      expect(event.order).toEqual(order);
      expect(event.eventNo).toBe((before?.order.eventNo ?? 0) + 1);
      // Nothing is sent or told before it is on disk.
      expect(step.effects[0]).toMatchObject({ do: 'save' });
    }
  });

  test('the page beside the machine is current', () => {
    const page = readFileSync(new URL('./README.md', import.meta.url), 'utf8');
    expect(page).toBe(ordersReadme());
  });

  test('[ORD-13] closed orders heed nothing but records, and a begin that comes after them', () => {
    for (const row of ['settled', 'orphan'] as const) {
      for (const input of INPUT_CASES.filter((c) => c.input.on !== 'record')) {
        const named = row === 'settled' && input.input.on === 'charge-began';
        const to = named ? 'settled' : 'ignored';
        expect(cellOf(row, input).to, `${row} × ${input.label}`).toBe(to);
      }
    }
  });
});

describe('starts', () => {
  test('[ORD-1] the pile hears of a start after the order is saved', () => {
    const step = run(null, [commanded, momentAt(0)]);
    expect(step.effects.map((e) => e.do)).toEqual(['save', 'send']);
    expect(step.order).toMatchObject({ state: 'starting', openedAtMs: T0, tariff: OPENING.tariff });
    expect(step.effects[1]).toMatchObject({
      command: { do: 'start', tradeNo: ORDER_NO, balance: fen(5_000n) },
    });
  });

  test('a card that asks again for the same start gets the same number, and no second order', () => {
    const ask = (request: string): OrderInput => ({
      on: 'start-allowed',
      opening: OPENING,
      request,
    });
    const { effects } = run(null, [ask('r1'), momentAt(0)], [ask('r2'), momentAt(5_000)]);
    expect(effects.map((e) => e.do)).toEqual(['save', 'send', 'send']);
    expect(sends(effects)).toMatchObject([
      { command: { do: 'allowStart', request: 'r1', tradeNo: ORDER_NO } },
      { command: { do: 'allowStart', request: 'r2', tradeNo: ORDER_NO } },
    ]);
  });

  test('[ORD-2] a refusal fails the order with its reason', () => {
    const { order } = run(null, [commanded, momentAt(0)], [refused('device-fault'), momentAt(500)]);
    expect(order).toMatchObject({ state: 'failed', failReason: 'device-fault', eventNo: 2 });
  });

  test('[ORD-2] not plugged in: a second answer within 60 s starts the charge', () => {
    const { order } = run(
      null,
      [commanded, momentAt(0)],
      [refused('not-plugged'), momentAt(1_000)],
      [time, momentAt(64_000)],
      [{ on: 'start-accepted' }, momentAt(64_500)],
      [time, momentAt(66_000)],
      [charging(10n), momentAt(80_000)],
    );
    expect(order).toMatchObject({ state: 'charging', chargingAtMs: T0 + 80_000 });
  });

  test('[ORD-2] not plugged in until 65 s: failed, and nothing is left to stop', () => {
    const { order, effects } = run(
      null,
      [commanded, momentAt(0)],
      [refused('not-plugged'), momentAt(1_000)],
      [time, momentAt(65_000)],
    );
    expect(order).toMatchObject({ state: 'failed', failReason: 'not-plugged' });
    expect(sends(effects)).toHaveLength(1);
  });

  test('[ORD-3] yes alone is no charge: after 90 s the order fails and the pile is stopped', () => {
    const accepted = run(null, [commanded, momentAt(0)], [{ on: 'start-accepted' }, momentAt(300)]);
    expect(accepted.order.state).toBe('starting');
    expect(deadlineOf(accepted.session, ORDER_RULES)).toEqual({
      deadline: 'confirm',
      atMono: momentAt(90_000).monoMs,
    });
    const early = run(accepted.session, [time, momentAt(89_999)]);
    expect(early.order.state).toBe('starting');
    const { order, effects } = run(accepted.session, [time, momentAt(90_000)]);
    expect(order).toMatchObject({ state: 'failed', failReason: 'no-confirmation' });
    expect(sends(effects)).toMatchObject([{ command: { do: 'stop', connectorNo: 1 } }]);
  });

  test('[ORD-3] the report of the charge confirms it, also without a yes', () => {
    const { order } = run(null, [commanded, momentAt(0)], [charging(0n), momentAt(89_000)]);
    expect(order.state).toBe('charging');
    expect(run(sessionIn('charging'), [time, momentAt(200_000)]).order.state).toBe('charging');
  });

  test('[ORD-4] a failed order that charges is stopped every 20 s, and its record settles it', () => {
    const failed = sessionIn('failed');
    const { order, effects } = run(
      failed,
      [charging(1n), momentAt(91_000)],
      [charging(2n), momentAt(106_000)],
      [charging(3n), momentAt(121_000)],
      [record, momentAt(130_000)],
    );
    expect(sends(effects)).toHaveLength(2);
    expect(order).toMatchObject({ state: 'settled', failReason: 'no-confirmation' });
    expect(order.bill?.total).toBe(fen(1_100n));
  });
});

describe('ends', () => {
  test('[ORD-5] one idle report is a slip, two end the charge at the time of the first', () => {
    const slip = run(
      sessionIn('charging'),
      [idle, momentAt(60_000)],
      [charging(9n), momentAt(75_000)],
    );
    expect(slip.order.state).toBe('charging');
    const over = run(slip.session, [idle, momentAt(90_000)], [idle, momentAt(390_000)]);
    expect(over.order).toMatchObject({ state: 'awaiting-record', endedAtMs: T0 + 90_000 });
  });

  test('[ORD-5] a report after the end takes the end back', () => {
    const { order } = run(sessionIn('awaiting-record'), [charging(9n), momentAt(3_700_000)]);
    expect(order).toMatchObject({ state: 'charging', endedAtMs: null });
  });

  test('[ORD-6] a stop keeps the order open until the record', () => {
    const stopped = run(
      sessionIn('charging'),
      [{ on: 'stop-commanded' }, momentAt(60_000)],
      [{ on: 'stop-answered', refusal: null }, momentAt(60_300)],
    );
    expect(stopped.order.state).toBe('stopping');
    expect(run(stopped.session, [record, momentAt(80_000)]).order.state).toBe('settled');
    const silent = run(stopped.session, [time, momentAt(660_000)]);
    expect(silent.order.state).toBe('awaiting-record');
  });

  test('[ORD-6] a pile that charges on is told again', () => {
    const { effects } = run(
      sessionIn('charging'),
      [{ on: 'stop-commanded' }, momentAt(60_000)],
      [charging(5n), momentAt(75_000)],
      [charging(6n), momentAt(90_000)],
      [charging(7n), momentAt(105_000)],
    );
    expect(sends(effects)).toHaveLength(2);
  });

  test('[ORD-6] a start that is taken back before the charge begins fails', () => {
    const { order } = run(
      null,
      [commanded, momentAt(0)],
      [{ on: 'stop-commanded' }, momentAt(2_000)],
      [{ on: 'stop-answered', refusal: 'not-charging' }, momentAt(2_300)],
    );
    expect(order).toMatchObject({ state: 'failed', failReason: 'not-charging' });
  });

  test('[ORD-7] a loss and a login without the order leave it open', () => {
    const { order, effects } = run(
      sessionIn('charging'),
      [{ on: 'pile-lost' }, momentAt(60_000)],
      [time, momentAt(3_600_000)],
      [{ on: 'pile-logged-in' }, momentAt(3_700_000)],
    );
    expect(order.state).toBe('charging');
    expect(effects).toEqual([{ do: 'send', command: { do: 'readNow', connectorNo: 1 } }]);
  });

  test('[ORD-7] a pile that is away for two hours ended at its last report', () => {
    const { order } = run(
      sessionIn('charging'),
      [charging(5n), momentAt(50_000)],
      [{ on: 'pile-lost' }, momentAt(60_000)],
      [time, momentAt(60_000 + ORDER_RULES.lostWaitMs)],
    );
    expect(order).toMatchObject({ state: 'awaiting-record', endedAtMs: T0 + 50_000 });
  });

  test('[ORD-17] a charge whose balance is spent is stopped', () => {
    const { order, effects } = run(sessionIn('charging'), [charging(5n, true), momentAt(60_000)]);
    expect(order.state).toBe('stopping');
    expect(sends(effects)).toMatchObject([{ command: { do: 'stop' } }]);
  });
});

describe('missing records', () => {
  const ended = run(
    sessionIn('charging', { openedMono: momentAt(0).monoMs }),
    [charging(50_000n), momentAt(1_800_000)],
    [charging(60_000n), momentAt(2_100_000)],
    [idle, momentAt(2_110_000)],
    [idle, momentAt(2_111_000)],
  );

  test('[ORD-8] ten minutes after the end an estimate is made, and it is not settled', () => {
    expect(run(ended.session, [time, momentAt(2_709_999)]).order.bill).toBeNull();
    const { order } = run(ended.session, [time, momentAt(2_710_000)]);
    expect(order).toMatchObject({ state: 'awaiting-record', exceptions: ['record-missing'] });
    // 6 kWh at 0.70 + 0.40.
    expect(order.bill?.total).toBe(fen(660n));
  });

  test('[ORD-8] the estimate is at most the balance', () => {
    const poor = { ...ended.session, order: { ...ended.order, balance: fen(500n) } };
    expect(run(poor, [time, momentAt(2_710_000)]).order.bill?.total).toBe(fen(500n));
  });

  test('[ORD-8] after the return of the pile the wait begins anew', () => {
    const back = run(
      ended.session,
      [{ on: 'pile-lost' }, momentAt(2_200_000)],
      [{ on: 'pile-logged-in' }, momentAt(2_700_000)],
      [time, momentAt(2_710_000)],
    );
    expect(back.order.exceptions).toEqual([]);
    const due = run(back.session, [time, momentAt(2_700_000 + ORDER_RULES.recordWaitMs)]);
    expect(due.order.exceptions).toEqual(['record-missing']);
  });

  test('[ORD-8] the record settles the order after all', () => {
    const { order } = run(
      ended.session,
      [time, momentAt(2_710_000)],
      [record, momentAt(9_000_000)],
    );
    expect(order.state).toBe('settled');
    expect(order.exceptions).not.toContain('record-missing');
    expect(order.bill?.total).toBe(fen(1_100n));
  });

  test('[ORD-8] nothing seen, nothing estimated', () => {
    const { order } = run(sessionIn('awaiting-record'), [time, momentAt(86_400_000)]);
    expect(order).toMatchObject({ bill: null, exceptions: ['record-missing'] });
  });
});

describe('restart', () => {
  test('[ORD-16] deadlines go on from the times on disk', () => {
    const { order } = run(null, [commanded, momentAt(0)]);
    // Another process: its monotonic clock began anew, 80 s of the order's time have passed.
    const session = sessionOf(order, { wallMs: T0 + 80_000, monoMs: 500 });
    expect(deadlineOf(session, ORDER_RULES)).toEqual({ deadline: 'confirm', atMono: 10_500 });
    expect(run(session, [time, { wallMs: T0 + 90_000, monoMs: 10_500 }]).order.state).toBe(
      'failed',
    );
  });

  test('[ORD-16] a clock that went back does not lengthen a wait beyond its own', () => {
    const { order } = run(null, [commanded, momentAt(0)]);
    const session = sessionOf(order, { wallMs: T0 - 86_400_000, monoMs: 0 });
    expect(deadlineOf(session, ORDER_RULES)?.atMono).toBe(ORDER_RULES.confirmMs);
  });

  test('[ORD-16] a step of the wall clock fires no deadline', () => {
    const { session } = run(null, [commanded, momentAt(0)]);
    const stepped = { wallMs: T0 + 365 * 86_400_000, monoMs: momentAt(1_000).monoMs };
    expect(next(session, time, stepped, ORDER_RULES)).toBe('ignored');
  });
});
