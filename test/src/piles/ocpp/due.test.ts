import { billOfReadings } from '@holdfast/shared/money/bill-of';
import { checkTariff } from '@holdfast/shared/money/tariff-check';
import { energyStep } from '@holdfast/shared/units';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SHOW_TARIFF } from '../../world/tariffs.ts';
import { BOOK_TARIFF } from '../show-tariff.ts';
import { dueOf, energyOf } from './due.ts';
import { REGISTER_WH, type Reading, type Register, readUntil, shownOf } from './register.ts';

const checked = checkTariff(SHOW_TARIFF);
const START_MS = Date.parse('2026-11-22T20:00:00+08:00');

/** A charge whose power changes now and then, its meter read at each change and each half hour. */
function charged(register: Register, legs: readonly { powerW: number; ms: number }[]) {
  let now = register;
  const readings: Reading[] = [{ atMs: now.atMs, wh: shownOf(now), why: 'begin' }];
  for (const { powerW, ms } of legs) {
    const read = readUntil({ ...now, powerW }, now.atMs + ms, 0);
    now = read.register;
    readings.push(...read.readings, { atMs: now.atMs, wh: shownOf(now), why: 'end' });
  }
  return { readings, register: now };
}

const anyCharge = fc.record({
  startMs: fc.integer({ min: 0, max: 8 * 3_600_000 }),
  zero: fc.bigInt({ min: 0n, max: REGISTER_WH - 1n }),
  rest: fc.integer({ min: 0, max: 3_599_999 }),
  legs: fc.array(
    fc.record({
      powerW: fc.integer({ min: 0, max: 400_000 }),
      ms: fc.integer({ min: 0, max: 5_400_000 }),
    }),
    { minLength: 1, maxLength: 6 },
  ),
});

test('the books of a pile without prices and the bill by its readings are the same fen', () => {
  if (!checked.ok) throw new TypeError('the tariff of the show is sound');
  const tariff = checked.tariff;
  fc.assert(
    fc.property(anyCharge, ({ startMs, zero, rest, legs }) => {
      const atMs = START_MS + startMs;
      const { readings } = charged({ flowedWh: 0n, zero, rest, powerW: 0, atMs }, legs);
      let energy = 0n;
      const rising = readings.map(({ atMs: at, wh }, i) => {
        energy += (wh - (readings[i - 1]?.wh ?? wh) + REGISTER_WH) % REGISTER_WH;
        return { atMs: at, energy: energyStep(energy * 10n) };
      });
      const { bill } = billOfReadings(tariff, rising);
      expect(bill?.energy).toBe(energyOf(readings));
      expect(bill?.total).toBe(dueOf(readings, BOOK_TARIFF));
    }),
  );
});

test('no watt-hour is lost between two charges', () => {
  fc.assert(
    fc.property(anyCharge, ({ zero, legs }) => {
      const start: Register = { flowedWh: 0n, zero, rest: 0, powerW: 0, atMs: START_MS };
      const { register } = charged(start, legs);
      const work = legs.reduce((sum, { powerW, ms }) => sum + BigInt(powerW) * BigInt(ms), 0n);
      expect(register.flowedWh).toBe(work / 3_600_000n);
    }),
  );
});
