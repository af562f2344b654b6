import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isStandardTime, readTime, writeTime } from './time.ts';

/** The zone that the station is set to: China. */
const ZONE = 480;
const NOON = Date.UTC(2026, 2, 4, 12, 0, 0);
const HOURS_8 = 8 * 3_600_000;

test.each([
  ['2026-03-04T12:00:00Z', NOON, []],
  ['2026-03-04T12:00:00.000Z', NOON, []],
  ['2026-03-04T12:00:00.5Z', NOON + 500, []],
  ['2026-03-04T20:00:00+08:00', NOON, []],
  ['2026-03-04T06:30:00-05:30', NOON, []],
  ['2026-03-04t12:00:00z', NOON, []],
  ['2026-03-04T12:00:00.1234567Z', NOON + 123, ['long-fraction']],
  ['2026-03-04T12:00:00.999999999Z', NOON + 999, ['long-fraction']],
  ['2026-03-04T20:00:00', NOON, ['no-zone']],
  ['2026-03-04T20:00:00.250', NOON + 250, ['no-zone']],
  ['2026-03-04 20:00:00', NOON, ['odd-separator', 'no-zone']],
  ['2026-03-04 12:00:00Z', NOON, ['odd-separator']],
  ['2026-03-04T20:00:00+0800', NOON, ['odd-zone']],
  ['2026-03-04T20:00:00+08', NOON, ['odd-zone']],
  ['2026-03-04T20:00:00+8', NOON, ['odd-zone']],
  ['2026-03-04T20:00:00 +08:00', NOON, ['odd-zone']],
  ['2026-03-04T12:00:00 UTC', NOON, ['odd-zone']],
  ['2026-03-04T12:00:00GMT', NOON, ['odd-zone']],
  ['2026-03-04T12:00:00Z ', NOON, ['spaces']],
  [' 2026-03-04T12:00:00Z\n', NOON, ['spaces']],
  ['2026-03-04T12:00:00,5Z', NOON + 500, ['odd-separator']],
  ['2026/03/04 20:00:00', NOON, ['odd-separator', 'no-zone']],
  ['2026-3-4T12:00:00Z', NOON, ['odd-separator']],
  ['26-03-04T12:00:00Z', NOON, ['short-year']],
  ['26-03-04 20:00:00', NOON, ['short-year', 'odd-separator', 'no-zone']],
  ['20260304T120000Z', NOON, ['compact']],
  ['20260304200000', NOON, ['compact', 'no-zone']],
  ['2026-03-04T12:00Z', NOON, ['no-time']],
  ['2026-03-05', NOON + 4 * 3_600_000, ['no-time', 'no-zone']],
  ['2026-03-04T24:00:00Z', NOON + 12 * 3_600_000, []],
  ['2026-03-04T11:59:60Z', NOON - 1_000, []],
  [NOON / 1_000, NOON, ['epoch']],
  [NOON, NOON, ['epoch']],
  [`${NOON / 1_000}`, NOON, ['epoch']],
  [`${NOON}`, NOON, ['epoch']],
  ['1970-01-01T00:00:00Z', 0, []],
])('[OCPP-C16] %j is read, and what is odd is named', (value, ms, odd) => {
  expect(readTime(value, ZONE)).toEqual({ ok: true, ms, odd });
});

test.each([
  '',
  ' ',
  'now',
  'null',
  '2026-02-30T00:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-03-04T25:00:00Z',
  '2026-03-04T12:61:00Z',
  '2026-03-04T12:00:00+99:00',
  '12:00:00',
  '1',
  Number.NaN,
  Number.POSITIVE_INFINITY,
  -1,
  1e300,
  null,
  undefined,
  {},
  [],
  true,
])('[OCPP-C16] %j is no time', (value) => {
  expect(readTime(value, ZONE)).toEqual({ ok: false });
});

test('[OCPP-C16] without a zone the station’s own counts, with one it does not', () => {
  const local = readTime('2026-03-04T12:00:00', ZONE);
  expect(local).toMatchObject({ ms: NOON - HOURS_8 });
  expect(readTime('2026-03-04T12:00:00', 0)).toMatchObject({ ms: NOON });
  expect(readTime('2026-03-04T12:00:00Z', ZONE)).toMatchObject({ ms: NOON });
});

test('[OCPP-C16] what we write is UTC with Z and three digits, and is read back', () => {
  const anyMs = fc.integer({ min: 0, max: Date.UTC(9999, 0) });
  fc.assert(
    fc.property(anyMs, (ms) => {
      const text = writeTime(ms);
      expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(isStandardTime(text)).toBe(true);
      expect(readTime(text, ZONE)).toEqual({ ok: true, ms, odd: [] });
    }),
  );
});

test('[OCPP-C16] whatever comes, reading does not throw', () => {
  fc.assert(
    fc.property(fc.anything(), fc.integer(), (value, zone) => readTime(value, zone).ok !== null),
  );
  const anyText = fc.string({ unit: fc.constantFrom(...'0123456789-:T.Z+ /') });
  fc.assert(fc.property(anyText, (text) => typeof readTime(text, ZONE).ok === 'boolean'));
});
