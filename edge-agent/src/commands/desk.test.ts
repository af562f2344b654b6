import type { Command, CommandAnswer } from '@holdfast/shared/sync/commands';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { T0 } from '../orders/testing/subjects.ts';
import type { Result } from '../site/commands.ts';
import { type VirtualTime, virtualTime } from '../site/testing/virtual-time.ts';
import { type Journal, type TestLedger, testLedger } from '../site/testing/world.ts';
import { type CommandDesk, commandDesk } from './desk.ts';

const idOf = (n: number): string => String(n).padStart(26, '0');
const commandOf = (change: Partial<Command> = {}): Command => ({
  id: idOf(1),
  vendor: 'ykc',
  pileNo: '1',
  connectorNo: 1,
  op: 'stop',
  deadlineMs: T0 + 30_000,
  ...change,
});

interface Desk {
  readonly desk: CommandDesk;
  readonly ledger: TestLedger;
  readonly time: VirtualTime;
  /** Commands that were carried out, in order. */
  readonly executed: string[];
  /** Lets the first that waits be answered. */
  readonly answer: (result?: Result) => Promise<void>;
  /** Another life of the process on the same ledger. */
  readonly restart: () => Desk;
}

function openDesk(
  most = 100,
  orderNo?: string,
  old?: Pick<Desk, 'ledger' | 'time' | 'executed'>,
): Desk {
  const time = old?.time ?? virtualTime(T0);
  const journal: Journal = [];
  const ledger = old?.ledger ?? testLedger(journal, time);
  const executed = old?.executed ?? [];
  const waiting: ((result: Result) => void)[] = [];
  const desk = commandDesk({
    ledger,
    clock: time.clock,
    timers: time.timers,
    most,
    executor: {
      orderAt: () => orderNo,
      execute(command) {
        executed.push(command.id);
        return new Promise((resolve) => waiting.push(resolve));
      },
    },
  });
  return {
    desk,
    ledger,
    time,
    executed,
    async answer(result = { outcome: 'done' }) {
      await time.settle();
      waiting.shift()?.(result);
      await time.settle();
    },
    restart: () => openDesk(most, orderNo, { ledger, time, executed }),
  };
}

const answersOf = (ledger: TestLedger): readonly CommandAnswer[] =>
  ledger.events.flatMap(({ event }) => (event.kind === 'CommandAnswered' ? [event.answer] : []));

describe('[SYNC-7] commands', () => {
  test('[SYNC-7] recorded before it is carried out, answered in one commit with its event', async () => {
    const { desk, ledger, executed, answer, time } = openDesk();
    const handled = desk.handle(commandOf(), T0);
    await time.settle();
    expect(await ledger.command(idOf(1))).toMatchObject({ state: 'executing', answer: null });
    await answer({ outcome: 'done', orderNo: 'n1' });
    const expected = { id: idOf(1), outcome: 'done', orderNo: 'n1', atMs: T0 };
    expect(await handled).toEqual(expected);
    expect(await ledger.command(idOf(1))).toMatchObject({ state: 'answered', answer: expected });
    expect(ledger.events).toMatchObject([
      { stream: { vendor: 'ykc', lane: 'control' }, event: { kind: 'CommandAnswered' } },
    ]);
    expect(executed).toEqual([idOf(1)]);
  });

  test('[SYNC-7] the same id again is not carried out again: running, answered, after a restart', async () => {
    const first = openDesk();
    const one = first.desk.handle(commandOf(), T0);
    const two = first.desk.handle(commandOf(), T0);
    await first.answer();
    expect(await two).toEqual(await one);
    expect(await first.desk.handle(commandOf(), T0)).toEqual(await one);
    const later = first.restart();
    await later.desk.recover();
    expect(await later.desk.handle(commandOf(), T0 + 90_000)).toEqual(await one);
    expect(first.executed).toHaveLength(1);
    expect(answersOf(first.ledger)).toHaveLength(1);
  });

  test('[SYNC-7] too late by the hub’s time: expired, whatever our own clock says', async () => {
    const { desk, executed } = openDesk();
    const answer = await desk.handle(commandOf(), T0 + 30_001);
    expect(answer).toMatchObject({ outcome: 'expired' });
    const other = commandOf({ id: idOf(2), deadlineMs: T0 - 400 * 86_400_000 });
    const early = desk.handle(other, other.deadlineMs - 1_000);
    expect(executed).toEqual([]);
    void early;
  });

  test('[SYNC-7] a fence that holds no more: stale', async () => {
    const { desk, executed } = openDesk(100, 'n2');
    const fenced = commandOf({ fence: { orderNo: 'n1' } });
    expect(await desk.handle(fenced, T0)).toMatchObject({ outcome: 'stale', orderNo: 'n2' });
    expect(executed).toEqual([]);
  });

  test('[SYNC-7] after a crash: unknown when it was being carried out, expired when not', async () => {
    const first = openDesk();
    void first.desk.handle(commandOf(), T0);
    void first.desk.handle(commandOf({ id: idOf(2) }), T0);
    await first.time.settle();
    expect(await first.ledger.unfinishedCommands()).toHaveLength(2);
    const later = first.restart();
    await later.desk.recover();
    expect(answersOf(first.ledger)).toMatchObject([
      { id: idOf(1), outcome: 'unknown', reason: 'restarted' },
      { id: idOf(2), outcome: 'expired', reason: 'restarted' },
    ]);
    expect(await later.desk.handle(commandOf(), T0)).toMatchObject({ outcome: 'unknown' });
    expect(first.executed).toEqual([idOf(1)]);
  });

  test('commands of one connector wait for each other; one that waited too long expires', async () => {
    const { desk, executed, answer, time } = openDesk();
    void desk.handle(commandOf(), T0);
    const second = desk.handle(commandOf({ id: idOf(2), deadlineMs: T0 + 5_000 }), T0);
    const elsewhere = desk.handle(commandOf({ id: idOf(3), connectorNo: 2 }), T0);
    await time.settle();
    expect(executed).toEqual([idOf(1), idOf(3)]);
    await time.pass(6_000);
    await answer();
    expect(await second).toMatchObject({ outcome: 'expired' });
    await answer();
    expect(await elsewhere).toMatchObject({ outcome: 'done' });
  });

  test('only so many at a time; the surplus is refused, and stays refused', async () => {
    const { desk, executed } = openDesk(1);
    void desk.handle(commandOf(), T0);
    const second = commandOf({ id: idOf(2), connectorNo: 2 });
    expect(await desk.handle(second, T0)).toMatchObject({ reason: 'too-many-commands' });
    expect(await desk.handle(second, T0)).toMatchObject({ reason: 'too-many-commands' });
    expect(executed).toEqual([idOf(1)]);
  });

  test('a ledger that refuses: not carried out; an answer that it refuses is given again', async () => {
    const { desk, ledger, executed, answer, time } = openDesk();
    ledger.refusing = true;
    expect(await desk.handle(commandOf(), T0)).toMatchObject({ reason: 'ledger-full' });
    expect(executed).toEqual([]);
    ledger.refusing = false;
    const handled = desk.handle(commandOf(), T0);
    await time.settle();
    ledger.refusing = true;
    await answer();
    expect(await handled).toMatchObject({ outcome: 'done' });
    ledger.refusing = false;
    await time.pass(5_000);
    expect(answersOf(ledger)).toMatchObject([{ outcome: 'done' }]);
  });

  test('[SYNC-7] whatever comes twice, late or over a restart, runs at most once and is answered', async () => {
    const step = fc.oneof(
      fc.record({
        do: fc.constant('give' as const),
        n: fc.integer({ min: 1, max: 4 }),
        late: fc.boolean(),
      }),
      fc.record({ do: fc.constantFrom('answer' as const, 'restart' as const, 'wait' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        let now = openDesk();
        const given = new Set<string>();
        for (const s of steps) {
          if (s.do === 'give') {
            const id = idOf(s.n);
            given.add(id);
            const connectorNo = (s.n % 2) + 1;
            void now.desk.handle(commandOf({ id, connectorNo }), s.late ? T0 + 60_000 : T0);
            await now.time.settle();
          } else if (s.do === 'answer') await now.answer();
          else if (s.do === 'wait') await now.time.pass(1_000);
          else {
            now = now.restart();
            await now.desk.recover();
          }
        }
        now = now.restart();
        await now.desk.recover();
        expect(new Set(now.executed).size).toBe(now.executed.length);
        expect(new Set(answersOf(now.ledger).map(({ id }) => id))).toEqual(given);
      }),
      { numRuns: 60 },
    );
  });
});

test('[OCPP-A11] what is written down of a command holds no password', async () => {
  const { desk, ledger, answer } = openDesk();
  const secret = '00112233445566778899aabbccddeeff01234567';
  const parameters = { key: 'AuthorizationKey', value: secret };
  const command = commandOf({
    op: 'operate',
    operate: { operation: 'ChangeConfiguration', parameters },
  });
  const done = desk.handle(command, T0);
  const configurationKey = [{ key: 'AuthorizationKey', value: secret, readonly: false }];
  await answer({ outcome: 'done', answer: { configurationKey } });
  expect(JSON.stringify(await done)).not.toContain(secret);
  const kept = JSON.stringify(await ledger.command(command.id));
  expect(kept).toContain('AuthorizationKey');
  expect(kept).not.toContain(secret);
});
