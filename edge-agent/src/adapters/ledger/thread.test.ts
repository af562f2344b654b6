import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { healthOf } from './budget.ts';
import type { FragileWork } from './testing/fragile-thread.ts';
import { type LedgerThread, startThread } from './thread.ts';

const body = (name: string): URL => new URL(`./testing/${name}.ts`, import.meta.url);

describe('a thread of the ledger', () => {
  let thread: LedgerThread<FragileWork>;
  beforeEach(async () => {
    const started = await startThread<FragileWork, string>(body('fragile-thread'), {});
    expect(started.ready).toBe('up');
    thread = started.thread;
  });
  afterEach(() => thread.close());

  test('answers each question with its own answer, however many are asked at once', async () => {
    const numbers = Array.from({ length: 1_000 }, (_, n) => n);
    expect(await Promise.all(numbers.map((n) => thread.ask('echo', n)))).toEqual(numbers);
  });

  test('[LEDGER-2] a fault reaches only the one who asked for it', async () => {
    const answers = await Promise.allSettled([
      thread.ask('echo', 1),
      thread.ask('fail', 'no room'),
      thread.ask('echo', 2),
    ]);
    expect(answers).toMatchObject([
      { value: 1 },
      { reason: { code: 'ledger-full', message: 'no room' } },
      { value: 2 },
    ]);
  });

  test('[LEDGER-12] that dies fails whoever waits, and nothing new begins', async () => {
    const asked = [thread.ask('die', undefined), thread.ask('echo', 1)];
    for (const answer of await Promise.allSettled(asked)) {
      expect(answer).toMatchObject({
        reason: {
          code: 'ledger-failed',
          message: expect.stringMatching(/died: RangeError: out of everything/),
        },
      });
    }
    await expect(thread.ask('echo', 2)).rejects.toMatchObject({ code: 'ledger-failed' });
    expect(healthOf(thread.status(), { used: 0, full: false })).toBe('money-refused');
  });

  test('takes no more questions than it may keep', async () => {
    const asked = Array.from({ length: 50_001 }, (_, n) => thread.ask('echo', n));
    await expect(asked.at(-1)).rejects.toMatchObject({
      message: expect.stringMatching(/too much waits/),
    });
    expect(await asked.at(-2)).toBe(49_999);
  });

  test('finishes what was asked before it was closed', async () => {
    const asked = thread.ask('echo', 7);
    await thread.close();
    expect(await asked).toBe(7);
    await expect(thread.ask('echo', 8)).rejects.toMatchObject({ message: 'the ledger is closed' });
  });
});

test('a thread that will not start says why', async () => {
  const started = startThread(body('stillborn-thread'), {});
  await expect(started).rejects.toMatchObject({
    code: 'ledger-failed',
    message: 'the disk is gone',
  });
});

test('a thread that cannot even be loaded is a fault, too', async () => {
  await expect(startThread(body('no-such-thread'), {})).rejects.toMatchObject({
    code: 'ledger-failed',
  });
});
