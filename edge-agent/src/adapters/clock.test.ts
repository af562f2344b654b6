import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ClockStep, type MachineClock, systemClock } from './clock.ts';

const NOW = Date.UTC(2026, 5, 1);
const YEAR = 365 * 86_400_000;

/** A machine whose clocks a test moves. */
function machineAt(wallMs: number) {
  const state = { wallMs, monoMs: 50_000, synced: false };
  const machine: MachineClock = {
    wallMs: () => state.wallMs,
    monoMs: () => state.monoMs,
    isSynced: () => state.synced,
  };
  return {
    machine,
    state,
    pass(ms: number): void {
      state.wallMs += ms;
      state.monoMs += ms;
    },
  };
}

const saved = (wallMs: number) => ({ wallMs, monoMs: 1, bootNo: 6, quality: 2 }) as const;

describe('[SYNC-9] the clock', () => {
  test('[SYNC-9] reads the machine’s time, monotonic from the start, with its boot number', () => {
    const { machine, pass } = machineAt(NOW);
    const clock = systemClock(7, undefined, machine);
    pass(1_500);
    expect(clock.reading()).toEqual({ wallMs: NOW + 1_500, monoMs: 1_500, bootNo: 7, quality: 1 });
  });

  test('[SYNC-9] never starts behind the last saved time (a battery that is empty: 1970)', () => {
    const { machine, pass } = machineAt(0);
    const clock = systemClock(7, saved(NOW), machine);
    expect(clock.nowMs()).toBe(NOW);
    pass(10_000);
    expect(clock.nowMs()).toBeGreaterThan(NOW);
    expect(clock.reading().quality).toBe(0);
  });

  test('[SYNC-9] ahead of the truth it runs at half speed until they meet', () => {
    const { machine, pass } = machineAt(NOW);
    const clock = systemClock(7, saved(NOW + 60_000), machine);
    pass(60_000);
    expect(clock.nowMs()).toBe(NOW + 90_000);
    pass(60_000);
    expect(clock.nowMs()).toBe(NOW + 120_000);
    pass(60_000);
    expect(clock.nowMs()).toBe(NOW + 180_000);
    expect(clock.reading().quality).toBe(1);
  });

  test('[SYNC-9] a year behind: the hub’s time is taken over and the step is told', () => {
    const { machine, pass } = machineAt(NOW - YEAR);
    const clock = systemClock(7, undefined, machine);
    const steps: ClockStep[] = [];
    clock.onStepped((step) => steps.push(step));
    pass(1_000);
    clock.learnHubTime(NOW, 40);
    expect(clock.nowMs()).toBe(NOW + 20);
    expect(clock.hubNowMs()).toBe(NOW + 20);
    expect(steps).toEqual([{ fromMs: NOW - YEAR + 1_000, toMs: NOW + 20 }]);
    expect(clock.reading().quality).toBe(2);
  });

  test('[SYNC-9] a year ahead and saved: time does not go back, deadlines go by the hub', () => {
    const { machine, pass } = machineAt(NOW + YEAR);
    const clock = systemClock(7, saved(NOW + YEAR), machine);
    clock.learnHubTime(NOW, 0);
    pass(60_000);
    clock.look();
    expect(clock.nowMs()).toBeGreaterThanOrEqual(NOW + YEAR);
    expect(clock.hubNowMs()).toBe(NOW + 60_000);
    expect(clock.hubOffsetMs()).toBeCloseTo(YEAR, -6);
    expect(clock.reading().quality).toBe(0);
  });

  test('[SYNC-9] a step while it runs is told; one back is not followed', () => {
    const { machine, state, pass } = machineAt(NOW);
    const clock = systemClock(7, undefined, machine);
    const steps: ClockStep[] = [];
    clock.onStepped((step) => steps.push(step));
    pass(1_000);
    clock.look();
    const before = clock.nowMs();
    state.wallMs -= 3_600_000;
    pass(1_000);
    clock.look();
    expect(steps).toEqual([{ fromMs: NOW + 2_000, toMs: NOW + 2_000 - 3_600_000 }]);
    expect(clock.nowMs()).toBeGreaterThan(before);
    state.wallMs += 1_500;
    pass(1_000);
    clock.look();
    expect(steps).toHaveLength(1);
  });

  test('[SYNC-9] where the machine is kept right by others, the hub does not change it', () => {
    const { machine, state } = machineAt(NOW);
    state.synced = true;
    const clock = systemClock(7, undefined, machine);
    clock.learnHubTime(NOW + 60_000, 10);
    expect(clock.nowMs()).toBe(NOW);
    expect(clock.hubNowMs()).toBe(NOW + 60_005);
    expect(clock.hubOffsetMs()).toBe(-60_005);
    expect(clock.reading().quality).toBe(2);
  });

  test('[SYNC-9] the quickest answer counts; slow and senseless ones do not', () => {
    const { machine } = machineAt(NOW);
    const clock = systemClock(7, undefined, machine);
    clock.learnHubTime(NOW + 1_000, 100);
    clock.learnHubTime(NOW + 1_900, 4_000);
    clock.learnHubTime(NOW + 999_999, 60_000);
    clock.learnHubTime(Number.NaN, 10);
    expect(clock.hubNowMs()).toBe(NOW + 1_050);
    clock.learnHubTime(NOW + 1_010, 20);
    expect(clock.hubNowMs()).toBe(NOW + 1_020);
  });

  test('[SYNC-9] however the machine’s clock is set, ours goes forward', () => {
    const move = fc.record({
      passMs: fc.nat(100_000),
      stepMs: fc.oneof(fc.constant(0), fc.integer({ min: -YEAR, max: YEAR })),
      hub: fc.option(fc.integer({ min: NOW - YEAR, max: NOW + YEAR })),
    });
    fc.assert(
      fc.property(fc.array(move, { maxLength: 30 }), (moves) => {
        const { machine, state, pass } = machineAt(NOW);
        const clock = systemClock(7, saved(NOW - 5), machine);
        let before = clock.nowMs();
        for (const { passMs, stepMs, hub } of moves) {
          pass(passMs);
          state.wallMs += stepMs;
          if (hub !== null) clock.learnHubTime(hub, 50);
          clock.look();
          const now = clock.nowMs();
          expect(now).toBeGreaterThanOrEqual(before);
          before = now;
        }
      }),
    );
  });
});
