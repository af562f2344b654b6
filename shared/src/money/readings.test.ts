import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY_MS, dayText, monthText, startOfDay } from '../time/shanghai.ts';
import { type EnergyStep, energyStep, energyText } from '../units.ts';
import { type EnergySpan, LONGEST_CHARGE_MS, type MeterReading, spansOf } from './readings.ts';
import { SIX_DIGITS } from './rollover.ts';
import { cutsBetween, kindAt } from './slots.ts';
import type { Tariff } from './tariff.ts';
import { anyReadings, anyTariff, at, kwh, reading, tariffOf } from './testing.ts';
import { e4 } from './vectors/cases.ts';

const sharp = tariffOf('sharp');
const sumOf = (spans: readonly EnergySpan[]): EnergyStep =>
  energyStep(spans.reduce((sum, span) => sum + span.energy, 0n));

/** Spans of readings that must not contradict each other. */
function spansIn(tariff: Tariff, readings: readonly MeterReading[]): readonly EnergySpan[] {
  const { spans } = spansOf(tariff, readings);
  expect(spans).not.toBeNull();
  return spans ?? [];
}

test('[BILL-2] the kind changes at the boundary itself', () => {
  expect(kindAt(sharp, at('2025-07-15 10:59:59'))).toBe(1);
  expect(kindAt(sharp, at('2025-07-15 11:00:00'))).toBe(0);
});

test('rows end where the kind changes and at 00:00', () => {
  const cuts = cutsBetween(sharp, at('2025-06-30 16:40:00'), at('2025-07-01 10:00:01'));
  const expected = ['06-30 17:00', '06-30 19:00', '07-01 00:00', '07-01 08:00', '07-01 10:00'];
  expect(cuts).toEqual(expected.map((time) => at(`2025-${time}:00`)));
  expect(cutsBetween(sharp, at('2025-07-15 10:00:00'), at('2025-07-15 11:00:00'))).toEqual([]);
});

test('one kind all day still splits at 00:00', () => {
  const flat: Tariff = { ...sharp, slots: Array(48).fill(2) };
  const readings = [reading(['2025-06-30 23:58:00', '0']), reading(['2025-07-01 00:02:00', '4'])];
  expect(spansIn(flat, readings).map(({ energy }) => energyText(energy))).toEqual([
    '2.0000',
    '2.0000',
  ]);
});

test('[E4] a boundary between two samples is interpolated and marked', () => {
  const { spans, exceptions } = spansOf(sharp, [reading(e4.before), reading(e4.after)]);
  const before = energyStep(kwh(e4.value) - kwh(e4.before[1]));
  const after = energyStep(kwh(e4.after[1]) - kwh(e4.value));
  expect(spans).toEqual([
    { kind: 2, energy: before, fromMs: at(e4.before[0]), toMs: at(e4.at), interpolated: true },
    { kind: 1, energy: after, fromMs: at(e4.at), toMs: at(e4.after[0]), interpolated: true },
  ]);
  expect(exceptions).toEqual([]);
});

test('an interpolated half step goes up', () => {
  const readings = [
    reading(['2025-07-15 09:59:59', '0']),
    reading(['2025-07-15 10:00:01', '0.0001']),
  ];
  expect(spansIn(sharp, readings)).toMatchObject([{ kind: 2, energy: 1n }]);
});

test('a gap counts only where a boundary had to be computed in it', () => {
  const gap = (from: string, to: string) =>
    spansOf(sharp, [reading([from, '0']), reading([to, '1'])]).exceptions;
  expect(gap('2025-07-15 09:57:30', '2025-07-15 10:02:30')).toEqual([]);
  expect(gap('2025-07-15 09:57:30', '2025-07-15 10:02:31')).toEqual(['gap-in-samples']);
  expect(gap('2025-07-15 09:00:00', '2025-07-15 10:00:00')).toEqual([]);
  expect(gap('2025-07-15 10:00:00', '2025-07-15 10:59:59')).toEqual([]);
});

test('a meter that rolls over goes on counting', () => {
  const readings = [
    reading(['2025-07-15 12:00:00', '999998.76']),
    reading(['2025-07-15 12:10:00', '3.21']),
  ];
  expect(spansIn(sharp, readings)).toMatchObject([{ energy: kwh('4.45') }]);
});

test('readings that contradict each other are not split', () => {
  const noon = at('2025-07-15 12:00:00');
  const pair = (ms: number, energy: string) =>
    spansOf(sharp, [
      { atMs: noon, energy: kwh('10') },
      { atMs: ms, energy: kwh(energy) },
    ]);
  expect(pair(noon + 1, '9.9999')).toEqual({ spans: null, exceptions: ['meter-fell'] });
  expect(pair(noon - 1, '11')).toEqual({ spans: null, exceptions: ['clock-wrong'] });
  expect(pair(noon + 0.5, '11')).toEqual({ spans: null, exceptions: ['clock-wrong'] });
  expect(pair(Number.MAX_SAFE_INTEGER, '11')).toEqual({ spans: null, exceptions: ['clock-wrong'] });
  expect(pair(noon + LONGEST_CHARGE_MS + 1, '11').spans).toBeNull();
  expect(pair(noon + LONGEST_CHARGE_MS, '11').exceptions).toEqual(['gap-in-samples']);
});

test('no readings or one is no energy', () => {
  expect(spansOf(sharp, [])).toEqual({ spans: [], exceptions: [] });
  expect(spansOf(sharp, [reading(['2025-07-15 12:00:00', '5'])])).toEqual({
    spans: [],
    exceptions: [],
  });
});

test('energy at one instant belongs to the slot of that instant', () => {
  const ten = '2025-07-15 10:00:00';
  const steps = [reading(['2025-07-15 09:59:00', '0']), reading([ten, '1']), reading([ten, '3'])];
  expect(spansIn(sharp, steps).map(({ kind, energy }) => [kind, energyText(energy)])).toEqual([
    [2, '1.0000'],
    [1, '2.0000'],
  ]);
});

test('splitting keeps every step of energy', () => {
  fc.assert(
    fc.property(anyTariff, anyReadings, (tariff, readings) => {
      const first = readings[0]?.energy ?? 0n;
      const last = readings.at(-1)?.energy ?? 0n;
      expect(sumOf(spansIn(tariff, readings))).toBe(last - first);
    }),
  );
});

test('each span lies in one kind, one day and one month, and follows the one before', () => {
  fc.assert(
    fc.property(anyTariff, anyReadings, (tariff, readings) => {
      let endMs = 0;
      for (const { kind, energy, fromMs, toMs } of spansIn(tariff, readings)) {
        expect(energy > 0n && fromMs >= endMs && toMs >= fromMs).toBe(true);
        const lastMs = Math.max(fromMs, toMs - 1);
        expect([dayText(lastMs), monthText(lastMs)]).toEqual([dayText(fromMs), monthText(fromMs)]);
        expect(kindAt(tariff, fromMs)).toBe(kind);
        expect(cutsBetween(tariff, fromMs, toMs)).toEqual([]);
        endMs = toMs;
      }
    }),
  );
});

test('cutting a charge in two at any reading moves nothing', () => {
  fc.assert(
    fc.property(anyTariff, anyReadings, fc.nat(), (tariff, readings, pick) => {
      const cut = pick % readings.length;
      const halves = [readings.slice(0, cut + 1), readings.slice(cut)];
      const byKind = (spans: readonly EnergySpan[]) =>
        tariff.rates.map((_, kind) => sumOf(spans.filter((span) => span.kind === kind)));
      const whole = spansIn(tariff, readings);
      expect(byKind(halves.flatMap((half) => spansIn(tariff, half)))).toEqual(byKind(whole));
    }),
  );
});

test('one more reading between two others changes no total', () => {
  fc.assert(
    fc.property(
      anyTariff,
      anyReadings,
      fc.double({ min: 0, max: 1, noNaN: true }),
      (tariff, readings, share) => {
        const [a, b] = readings;
        if (a === undefined || b === undefined) return;
        const atMs = a.atMs + Math.floor((b.atMs - a.atMs) * share);
        const energy = energyStep(a.energy + (b.energy - a.energy) / 2n);
        const more = [a, { atMs, energy }, ...readings.slice(1)];
        expect(sumOf(spansIn(tariff, more))).toBe(sumOf(spansIn(tariff, readings)));
      },
    ),
  );
});

test('a charge over days has a span for each, and the work is bounded', () => {
  const flat: Tariff = { ...sharp, slots: Array(48).fill(2) };
  const fromMs = startOfDay(at('2025-07-15 12:00:00'));
  const readings = [
    { atMs: fromMs, energy: kwh('0') },
    { atMs: fromMs + 3 * DAY_MS, energy: kwh('3') },
  ];
  expect(spansIn(flat, readings).map(({ energy }) => energyText(energy))).toEqual([
    '1.0000',
    '1.0000',
    '1.0000',
  ]);
});

test('a slot that the tariff lacks has a kind without a rate', () => {
  expect(kindAt({ ...sharp, slots: [] }, at('2025-07-15 12:00:00'))).toBe(-1);
  expect(SIX_DIGITS.modulus).toBe(kwh('1000000'));
});
