import { expect, test } from 'vitest';
import { fenText } from '../units.ts';
import { type OccupancyRule, occupancyOf, type Stay } from './occupancy.ts';
import { at, kwh, yuan } from './testing.ts';
import { e7 } from './vectors/cases.ts';

const rule: OccupancyRule = {
  freeMs: e7.free_min * 60_000,
  perMinute: yuan(e7.per_min),
  counting: 'started',
  cap: null,
};
const stay: Stay = {
  endedAtMs: at(e7.end),
  unpluggedAtMs: at(e7.unplug),
  notifiedAtMs: at(e7.end),
  energy: kwh('10'),
};

test('[E7] 1,940 s after the free time are 33 started or 32 full minutes', () => {
  const started = occupancyOf(rule, stay);
  expect(started.chargeableMs).toBe(e7.chargeable_s * 1_000);
  expect(started.minutes).toBe(33);
  expect(fenText(started.fee)).toBe(e7.fee_started_minutes);
  const full = occupancyOf({ ...rule, counting: 'full' }, stay);
  expect(full.minutes).toBe(32);
  expect(fenText(full.fee)).toBe(e7.fee_full_minutes);
});

test('leaving within the free time costs nothing', () => {
  const unpluggedAtMs = stay.endedAtMs + rule.freeMs;
  expect(occupancyOf(rule, { ...stay, unpluggedAtMs })).toEqual({
    chargeableMs: 0,
    minutes: 0,
    fee: 0n,
  });
  expect(occupancyOf(rule, { ...stay, unpluggedAtMs: unpluggedAtMs + 1 }).minutes).toBe(1);
  expect(occupancyOf(rule, { ...stay, unpluggedAtMs: stay.endedAtMs - 1 }).fee).toBe(0n);
});

test('nothing is charged before the driver was told, or without being told', () => {
  const notifiedAtMs = stay.unpluggedAtMs - 60_000;
  expect(occupancyOf(rule, { ...stay, notifiedAtMs }).minutes).toBe(1);
  expect(occupancyOf(rule, { ...stay, notifiedAtMs: null }).fee).toBe(0n);
});

test('[E8] a charge without energy has no occupancy', () => {
  expect(occupancyOf(rule, { ...stay, energy: kwh('0') }).fee).toBe(0n);
});

test('the cap holds', () => {
  expect(occupancyOf({ ...rule, cap: yuan('10') }, stay).fee).toBe(yuan('10'));
  expect(occupancyOf({ ...rule, cap: yuan('16.50') }, stay).fee).toBe(yuan('16.50'));
});
