import { energyStep } from '@holdfast/shared/units';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withSample } from './samples.ts';

const rules = { samples: 10, sampleMs: 10_000 };
const reading = (atMs: number) => ({ atMs, energy: energyStep(BigInt(atMs)) });
const grown = (times: readonly number[]) =>
  times.reduce<readonly ReturnType<typeof reading>[]>(
    (s, t) => withSample(s, reading(t), rules),
    [],
  );

test('reports closer than the grid replace each other, the newest is always there', () => {
  expect(grown([0, 3_000, 6_000, 12_000, 15_000, 24_000]).map((s) => s.atMs)).toEqual([
    0, 12_000, 24_000,
  ]);
});

test('a time that goes back is not taken', () => {
  expect(grown([5_000, 4_000]).map((s) => s.atMs)).toEqual([5_000]);
});

test('however long a charge lasts, samples are bounded, in order, first and last among them', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 60_000 }), { minLength: 1, maxLength: 200 }),
      (gaps) => {
        let at = 0;
        const times = gaps.map((gap) => (at += gap));
        const kept = grown(times).map((s) => s.atMs);
        expect(kept.length).toBeLessThanOrEqual(rules.samples);
        expect([kept[0], kept.at(-1)]).toEqual([times[0], times.at(-1)]);
        expect(kept).toEqual([...kept].sort((a, b) => a - b));
      },
    ),
  );
});
