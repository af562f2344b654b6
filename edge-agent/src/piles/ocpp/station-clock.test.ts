import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  clockHeard,
  NEW_CLOCK,
  offsetOf,
  type StationClock,
  stationTimeOf,
} from './station-clock.ts';

const NOW = Date.parse('2025-11-22T10:00:00Z');
const HOUR = 3_600_000;
const YEAR = 365 * 24 * HOUR;

/** Live messages, a minute apart, of a clock that is off by so much. */
const live = (offMs: number, count = 5, clock: StationClock = NEW_CLOCK): StationClock =>
  Array.from({ length: count }).reduce<StationClock>(
    (so, _, n) => clockHeard(so, NOW + n * 60_000 + offMs, NOW + n * 60_000 + 200),
    clock,
  );

test.each([8 * HOUR, -8 * HOUR, YEAR, -YEAR])(
  '[OCPP-C15] a clock that is off by %d ms all the time is corrected',
  (offMs) => {
    const clock = live(offMs);
    expect(offsetOf(clock)).toBe(200 - offMs);
    const told = stationTimeOf(NOW + offMs, clock, NOW);
    expect(told).toEqual({ ms: NOW + 200, repair: 'offset' });
  },
);

test('[OCPP-C15] a few seconds are left alone', () => {
  expect(offsetOf(live(-9_000))).toBe(0);
  expect(stationTimeOf(NOW - 9_000, live(-9_000), NOW)).toMatchObject({ repair: 'none' });
});

test('[OCPP-C15] old news in a burst are no slow clock', () => {
  const burst = Array.from({ length: 10 }).reduce<StationClock>(
    (so, _, n) => clockHeard(so, NOW - 3 * HOUR + n * 1_000, NOW + n * 1_000),
    NEW_CLOCK,
  );
  expect(offsetOf(burst)).toBe(0);
});

test('[OCPP-C15] a busy station is heard like a quiet one, and what is known stays known', () => {
  let clock = NEW_CLOCK;
  for (let ms = 0; ms < 10 * 60_000; ms += 3_000) {
    clock = clockHeard(clock, NOW + ms - 3 * HOUR, NOW + ms + (ms % 9_000));
  }
  expect(offsetOf(clock)).toBe(3 * HOUR);
  // A replay of the day before says nothing of the clock.
  for (let ms = 0; ms < 10 * 60_000; ms += 30_000) {
    clock = clockHeard(clock, NOW - 24 * HOUR + ms * 2, NOW + 600_000 + ms);
  }
  expect(offsetOf(clock)).toBe(3 * HOUR);
  expect(offsetOf(clockHeard(clock, NOW + HOUR, NOW + HOUR))).toBe(0);
});

test('[OCPP-C15] a clock that is set right is believed at once', () => {
  expect(offsetOf(clockHeard(live(YEAR), NOW + HOUR, NOW + HOUR))).toBe(0);
  expect(offsetOf(clockHeard(NEW_CLOCK, Date.UTC(9_999, 0), NOW))).toBeLessThan(0);
});

test('[OCPP-C15] a clock that was never set counts from its start', () => {
  const clock = clockHeard(clockHeard(NEW_CLOCK, 30_000, NOW), 90_000, NOW + 60_000);
  expect(stationTimeOf(90_000, clock, NOW + 60_000)).toEqual({ ms: NOW + 60_000, repair: 'unset' });
  // Told later, it is as long ago as the clock says.
  expect(stationTimeOf(40_000, clock, NOW + 60_000)).toEqual({ ms: NOW + 10_000, repair: 'unset' });
  expect(stationTimeOf(5, NEW_CLOCK, NOW)).toEqual({ ms: NOW, repair: 'unset' });
});

test('[OCPP-C15] no repaired time of a live message is in the future', () => {
  const times = fc.array(fc.integer({ min: 0, max: 4_102_444_800_000 }), { minLength: 1 });
  fc.assert(
    fc.property(times, (told) => {
      let clock = NEW_CLOCK;
      told.forEach((ms, n) => {
        clock = clockHeard(clock, ms, NOW + n * 5_000);
        expect(stationTimeOf(ms, clock, NOW + n * 5_000).ms).toBeLessThanOrEqual(
          NOW + n * 5_000 + 10_000,
        );
      });
    }),
  );
});
