import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  DAY_MS,
  dayText,
  instantOf,
  instantOfIso,
  isInstant,
  isoText,
  monthText,
  nextBoundary,
  SLOT_MS,
  slotOf,
  startOfDay,
} from './shanghai.ts';

const LAST_MS = Date.UTC(9999, 11, 31, 15, 59, 59, 999);
const anyInstant = fc.integer({ min: 0, max: LAST_MS });
const wall = { year: 2020, month: 3, day: 16, hour: 17, minute: 14, second: 47, millisecond: 0 };

test('an instant is written in Shanghai time, fixed width', () => {
  expect(isoText(0)).toBe('1970-01-01T08:00:00.000+08:00');
  expect(isoText(LAST_MS)).toBe('9999-12-31T23:59:59.999+08:00');
});

test('days and months change at 00:00 in Shanghai', () => {
  const midnight = Date.UTC(2025, 5, 30, 16);
  expect([dayText(midnight - 1), monthText(midnight - 1)]).toEqual(['2025-06-30', '2025-06']);
  expect([dayText(midnight), monthText(midnight)]).toEqual(['2025-07-01', '2025-07']);
  expect(startOfDay(midnight - 1)).toBe(midnight - DAY_MS);
  expect(startOfDay(midnight)).toBe(midnight);
});

test('[BILL-2] a boundary belongs to the later slot', () => {
  const midnight = Date.UTC(2025, 5, 30, 16);
  expect(slotOf(midnight)).toBe(0);
  expect(slotOf(midnight - 1)).toBe(47);
  expect(slotOf(midnight + SLOT_MS)).toBe(1);
  expect(slotOf(midnight + SLOT_MS - 1)).toBe(0);
  expect(nextBoundary(midnight)).toBe(midnight + SLOT_MS);
  expect(nextBoundary(midnight - 1)).toBe(midnight);
});

test('slots tile the day: every instant lies in exactly one', () => {
  fc.assert(
    fc.property(anyInstant, (ms) => {
      const begin = startOfDay(ms) + slotOf(ms) * SLOT_MS;
      expect(begin).toBeLessThanOrEqual(ms);
      expect(nextBoundary(ms)).toBe(begin + SLOT_MS);
      expect(ms).toBeLessThan(nextBoundary(ms));
      expect(slotOf(ms)).toBeGreaterThanOrEqual(0);
      expect(slotOf(ms)).toBeLessThan(48);
      expect(slotOf(nextBoundary(ms))).toBe((slotOf(ms) + 1) % 48);
    }),
  );
});

test('ISO texts are read back to the same instant, and sort like instants', () => {
  fc.assert(
    fc.property(anyInstant, anyInstant, (a, b) => {
      expect(instantOfIso(isoText(a))).toBe(a);
      expect(instantOfIso(new Date(a).toISOString())).toBe(a);
      expect(isoText(a) < isoText(b)).toBe(a < b);
    }),
  );
});

test('ISO text may leave milliseconds out', () => {
  expect(instantOfIso('1970-01-01T08:00:00+08:00')).toBe(0);
  expect(instantOfIso('1970-01-01T00:00:00Z')).toBe(0);
});

test.each([
  '',
  '2025-07-15',
  '2025-07-15 09:40:00',
  '2025-07-15T09:40:00',
  '2025-07-15T09:40:00+09:00',
  '2025-02-30T00:00:00+08:00',
  '2025-13-01T00:00:00+08:00',
  '2025-01-01T24:00:00+08:00',
  '2025-01-01T00:60:00+08:00',
  '2025-01-01T00:00:60+08:00',
  '1970-01-01T07:59:59+08:00',
  '1969-12-31T23:59:59Z',
  '0001-01-01T00:00:00Z',
])('%j is no instant', (text) => {
  expect(instantOfIso(text)).toBeUndefined();
});

test('a wall time becomes its instant', () => {
  expect(instantOf(wall)).toBe(Date.UTC(2020, 2, 16, 9, 14, 47));
});

test('the first and the last wall time are those of the first and the last instant', () => {
  const first = { year: 1970, month: 1, day: 1, hour: 8, minute: 0, second: 0, millisecond: 0 };
  expect(instantOf(first)).toBe(0);
  expect(
    instantOf({ ...first, hour: 7, minute: 59, second: 59, millisecond: 999 }),
  ).toBeUndefined();
  const last = {
    year: 9999,
    month: 12,
    day: 31,
    hour: 23,
    minute: 59,
    second: 59,
    millisecond: 999,
  };
  expect(instantOf(last)).toBe(LAST_MS);
});

test.each([
  { month: 0 },
  { month: 13 },
  { day: 0 },
  { day: 32 },
  { hour: 31 },
  { minute: 63 },
  { second: 65 },
  { millisecond: 1_000 },
  { year: 99 },
  { year: 1969 },
  { year: 10_000 },
  { day: 1.5 },
  { year: Number.NaN },
])('no calendar has %j', (part) => {
  expect(instantOf({ ...wall, ...part })).toBeUndefined();
});

test.each([-1, 0.5, Number.NaN, Infinity, LAST_MS + 1])('%d cannot be an instant', (ms) => {
  expect(isInstant(ms)).toBe(false);
});
