import { energyStep } from '@holdfast/shared/units';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  chargeEnergyOf,
  type MeterRegister,
  NO_READINGS,
  placed,
  READINGS_MAX,
  registerFrom,
  withLast,
  withReading,
} from './meter-register.ts';

const MINUTE_MS = 60_000;

/** Values in Wh, a minute apart. */
const seriesOf = (...wh: readonly number[]): MeterRegister =>
  wh.reduce<MeterRegister>(
    (register, value, n) =>
      withReading(register, {
        atMs: n * MINUTE_MS,
        no: n,
        energy: energyStep(BigInt(Math.round(value * 10))),
      }),
    NO_READINGS,
  );

describe('[OCPP-C14] the energy of a charge', () => {
  test.each([
    ['a meter that only rises', [1_000, 1_100, 1_500], 500, []],
    ['a reset to zero', [50_000, 50_100, 0, 200, 500], 600, ['reset']],
    ['a meter of each charge beside an absolute start', [50_000, 10, 110, 310], 310, ['reset']],
    [
      'six digits of kWh that roll over',
      [999_999_800, 999_999_900, 100, 300],
      500,
      ['rolled-over'],
    ],
    ['2^31 Wh that roll over', [2_147_483_600, 48, 148], 196, ['rolled-over']],
    ['2^32 Wh that roll over', [4_294_967_200, 4, 104], 200, ['rolled-over']],
    ['a first sample under the start', [50_000, 49_990, 50_100], 100, ['dipped']],
    ['a single low value in between', [50_000, 50_100, 5, 50_300], 300, ['fell']],
    ['a stop under the start', [50_000, 50_300, 20_000], 300, ['fell']],
    ['a fall that no pile can have charged', [50_000, 40_000, 41_000], 0, ['fell']],
    ['nothing but a start', [50_000], 0, []],
  ] as const)('%s', (_name, wh, energy, flaws) => {
    const read = chargeEnergyOf(seriesOf(...wh));
    expect(read.energy).toBe(BigInt(energy * 10));
    expect(read.flaws).toEqual(flaws);
  });

  test('a reading at the very time of the start is not before it', () => {
    const start = registerFrom(energyStep(270_000n), 1_000);
    const lower = withReading(start, { atMs: 1_000, no: 0, energy: energyStep(50n) });
    expect(chargeEnergyOf(lower)).toMatchObject({ energy: 0n, flaws: ['fell'] });
    const older = withReading(start, { atMs: 500, no: 0, energy: energyStep(50n) });
    expect(chargeEnergyOf(older)).toMatchObject({ energy: 0n, flaws: [] });
  });

  test('the last reading is the last, though its clock was set back', () => {
    const start = registerFrom(energyStep(1_000n), 60_000);
    const mid = withReading(start, { atMs: 120_000, no: 0, energy: energyStep(1_500n) });
    const end = withLast(mid, { atMs: 5, energy: energyStep(1_700n) });
    expect(chargeEnergyOf(end)).toMatchObject({ energy: 700n, flaws: [] });
  });

  test('no reading at all is no energy', () => {
    expect(chargeEnergyOf(registerFrom(null, 5))).toMatchObject({ energy: 0n, register: null });
  });

  /** Wh at minutes of the station's clock, in the order in which they were told. */
  const toldAs = (...told: readonly (readonly [minute: number, wh: number])[]): MeterRegister =>
    told.reduce<MeterRegister>(
      (register, [minute, wh], no) =>
        withReading(register, {
          atMs: minute * MINUTE_MS,
          no,
          energy: energyStep(BigInt(wh) * 10n),
        }),
      NO_READINGS,
    );

  test('a clock that is set back in the middle makes no fall and no reset', () => {
    const register = toldAs([200, 4_000], [201, 4_100], [21, 4_200], [22, 4_300], [23, 4_400]);
    expect(chargeEnergyOf(register)).toMatchObject({ energy: 4_000n, flaws: [] });
    const start = registerFrom(energyStep(40_000n), 200 * MINUTE_MS);
    const after = { ...register, start: start.start };
    expect(chargeEnergyOf(after)).toMatchObject({ energy: 4_000n, flaws: [] });
  });

  test('resets are no more than a pile delivers in all the time of a charge', () => {
    // The fall to 16 kWh could be one, but then 59 kWh would have flowed in three minutes.
    const { energy, flaws } = chargeEnergyOf(seriesOf(60_000, 16_000, 16_100, 59_000));
    expect(flaws).toEqual(['fell']);
    expect(energy).toBe(0n);
  });

  test('is the same wherever the clock of the station is thought to stand', () => {
    fc.assert(
      fc.property(anySeries, fc.integer(), (readings, offsetMs) => {
        const read = chargeEnergyOf(registerOf(readings));
        const moved = placed(read.readings, (ownMs) => ownMs + offsetMs);
        expect(moved.map(({ energy }) => energy)).toEqual(read.readings.map((r) => r.energy));
        expect(moved.map(({ atMs }) => atMs - offsetMs)).toEqual(read.readings.map((r) => r.atMs));
        // And where all times of a charge move, its readings count as they did.
        const shifted = readings.map((r) => ({ ...r, atMs: r.atMs + offsetMs }));
        expect(chargeEnergyOf(registerOf(shifted)).energy).toBe(read.energy);
      }),
    );
  });

  const anySeries = fc.array(
    fc.record({
      atMs: fc.integer({ min: 0, max: 86_400_000 }),
      no: fc.integer({ min: 0, max: 60 }),
      energy: fc.bigInt({ min: 0n, max: 10_000_000_000n }).map(energyStep),
    }),
    { maxLength: 60 },
  );
  const registerOf = (readings: readonly { atMs: number; no: number; energy: bigint }[]) =>
    readings.reduce(
      (register, { energy, ...reading }) =>
        withReading(register, { ...reading, energy: energyStep(energy) }),
      NO_READINGS,
    );

  test('is never negative and never falls, whatever the meter says', () => {
    fc.assert(
      fc.property(anySeries, (readings) => {
        const { energy, readings: course } = chargeEnergyOf(registerOf(readings));
        expect(energy).toBeGreaterThanOrEqual(0n);
        course.forEach((reading, n) => {
          const prior = course[n - 1];
          if (prior === undefined) return;
          expect(reading.energy).toBeGreaterThanOrEqual(prior.energy);
          expect(reading.atMs).toBeGreaterThanOrEqual(prior.atMs);
        });
      }),
    );
  });

  test('is the same in whatever order, and however often, its readings come', () => {
    const shuffled = anySeries.chain((readings) =>
      fc.tuple(
        fc.constant(readings),
        fc.shuffledSubarray([...readings, ...readings], {
          minLength: readings.length * 2,
          maxLength: readings.length * 2,
        }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([readings, again]) => {
        expect(chargeEnergyOf(registerOf(again))).toEqual(chargeEnergyOf(registerOf(readings)));
      }),
    );
  });

  test('is end less start for any meter that only rises, however many readings there were', () => {
    const rises = fc.array(fc.bigInt({ min: 0n, max: 10_000n }), { maxLength: 2_000 });
    fc.assert(
      fc.property(rises, (steps) => {
        let energy = 1_000n;
        const register = registerOf(
          steps.map((rise, n) => {
            energy += rise;
            return { atMs: n * 1_000, no: n, energy };
          }),
        );
        expect(register.readings.length).toBeLessThanOrEqual(READINGS_MAX);
        const first = 1_000n + (steps[0] ?? 0n);
        const whole = steps.length === 0 ? 0n : energy - first;
        expect(chargeEnergyOf(register).energy).toBe(whole);
      }),
      { numRuns: 20 },
    );
  });
});
