import { expect, test } from 'vitest';
import type { Timers } from '../ports/clock.ts';
import { virtualTime } from '../site/testing/virtual-time.ts';
import { openWheel } from './wheel.ts';

test('[PILE-14] a timer is never early, and at most a tick late', async () => {
  const { clock, timers, pass } = virtualTime(0);
  const wheel = openWheel(timers, clock, 100);
  const late: number[] = [];
  await pass(37);
  const delays = [0, 1, 99, 100, 101, 999, 1_000, 5_000, 51_199, 51_200, 51_300, 200_000];
  for (const ms of delays) {
    const due = clock.monoMs() + ms;
    wheel.after(ms, () => late.push(clock.monoMs() - due));
  }
  await pass(210_000);
  expect(late).toHaveLength(delays.length);
  for (const ms of late) {
    expect(ms).toBeGreaterThanOrEqual(0);
    expect(ms).toBeLessThanOrEqual(100);
  }
  expect(wheel.armed()).toBe(0);
});

test('[PILE-14] one timer of the machine for all, and none while nothing is armed', async () => {
  const { clock, timers, pass } = virtualTime(0);
  let asked = 0;
  const counted: Timers = {
    after(ms, task) {
      asked += 1;
      return timers.after(ms, task);
    },
  };
  const wheel = openWheel(counted, clock, 100);
  for (let n = 0; n < 10_000; n += 1) wheel.after(1_000 + (n % 10), () => undefined);
  await pass(5_000);
  expect(wheel.armed()).toBe(0);
  expect(asked).toBeLessThanOrEqual(12);
  await pass(60_000);
  expect(asked).toBeLessThanOrEqual(12);
});

test('[PILE-14] a timer that is cancelled does not fire, whenever and however often', async () => {
  const { clock, timers, pass } = virtualTime(0);
  const wheel = openWheel(timers, clock, 100);
  const fired: string[] = [];
  const first = wheel.after(1_000, () => fired.push('first'));
  const second = wheel.after(1_000, () => fired.push('second'));
  first();
  first();
  expect(wheel.armed()).toBe(1);
  await pass(2_000);
  second();
  expect(fired).toEqual(['second']);
});

test('[PILE-14] a task may arm and cancel others, in the same tick too', async () => {
  const { clock, timers, pass } = virtualTime(0);
  const wheel = openWheel(timers, clock, 100);
  const fired: string[] = [];
  let cancel = (): void => undefined;
  wheel.after(500, () => {
    fired.push('a');
    cancel();
    wheel.after(0, () => fired.push('c'));
  });
  cancel = wheel.after(500, () => fired.push('b'));
  await pass(1_000);
  expect(fired).toEqual(['a', 'c']);
});

test('[PILE-14] after a long stall everything that was due fires once', async () => {
  const { clock, timers, pass } = virtualTime(0);
  let stall = 0;
  const stalled = { ...clock, monoMs: () => clock.monoMs() + stall };
  const wheel = openWheel(timers, stalled, 100);
  const fired: number[] = [];
  for (const ms of [200, 60_000, 400_000]) wheel.after(ms, () => fired.push(ms));
  stall = 300_000;
  await pass(200);
  expect(fired.toSorted((a, b) => a - b)).toEqual([200, 60_000]);
  await pass(200_000);
  expect(fired).toHaveLength(3);
});

test('[PILE-14] a wheel that is stopped fires nothing more', async () => {
  const { clock, timers, pass, armed } = virtualTime(0);
  const wheel = openWheel(timers, clock, 100);
  wheel.after(1_000, () => expect.unreachable());
  wheel.stop();
  expect([wheel.armed(), armed()]).toEqual([0, 0]);
  await pass(5_000);
  wheel.stop();
});
