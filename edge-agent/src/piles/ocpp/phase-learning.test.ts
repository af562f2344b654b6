import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type LineCurrents, NO_EVIDENCE, rotationIn, withPair } from './phase-learning.ts';

const MINUTE_MS = 60_000;
const ROTATIONS = ['RST', 'RTS', 'SRT', 'STR', 'TRS', 'TSR'];
const OTHER_LOADS: LineCurrents = [10_000, 20_000, 30_000];

/** What the grid's meter sees of a connector that is wired so, beside other loads. */
function gridOf(rotation: string, pile: LineCurrents, noise: LineCurrents): LineCurrents {
  const grid = OTHER_LOADS.map((load, n) => load + (noise[n] ?? 0));
  for (const [line, current] of pile.entries()) {
    const at = 'RST'.indexOf(rotation.charAt(line));
    grid[at] = (grid[at] ?? 0) + current;
  }
  return [grid[0] ?? 0, grid[1] ?? 0, grid[2] ?? 0];
}

const learnt = (
  rotation: string,
  steps: readonly LineCurrents[],
  noises?: readonly LineCurrents[],
) =>
  rotationIn(
    steps.reduce(
      (so, pile, n) =>
        withPair(so, {
          atMs: n * MINUTE_MS,
          pile,
          grid: gridOf(rotation, pile, noises?.[n] ?? [0, 0, 0]),
        }),
      NO_EVIDENCE,
    ),
  );

const none: LineCurrents = [0, 0, 0];
const single: LineCurrents = [16_000, 0, 0];
const two: LineCurrents = [0, 16_000, 0];
const all: LineCurrents = [16_000, 16_000, 16_000];
const often = (...lines: readonly LineCurrents[]): readonly LineCurrents[] =>
  Array.from({ length: 4 }, () => lines).flat();

test.each(ROTATIONS)('[OCPP-E11] %s is learnt of cars that draw on one line', (rotation) => {
  expect(learnt(rotation, often(none, single))).toBe(`${rotation.charAt(0)}??`);
  expect(learnt(rotation, often(none, single, none, two))).toBe(rotation);
});

test('[OCPP-E11] what draws the same on all lines, or too little, or too seldom, tells nothing', () => {
  expect(learnt('STR', often(none, all))).toBe('');
  expect(learnt('STR', often(none, [2_000, 0, 0]))).toBe('');
  expect(learnt('STR', [none, single, none])).toBe('');
});

test('[OCPP-E11] a meter that sees nothing of the pile teaches nothing', () => {
  const pairs = often(none, single).map((pile, n) => ({
    atMs: n * MINUTE_MS,
    pile,
    grid: OTHER_LOADS,
  }));
  expect(rotationIn(pairs.reduce(withPair, NO_EVIDENCE))).toBe('');
});

test('[OCPP-E11] what lies hours apart is compared with nothing', () => {
  const pairs = often(none, single).map((pile, n) => ({
    atMs: n * 60 * MINUTE_MS,
    pile,
    grid: gridOf('STR', pile, none),
  }));
  expect(rotationIn(pairs.reduce(withPair, NO_EVIDENCE))).toBe('');
});

test('[OCPP-E11] other loads may come and go: it is learnt right, or not at all', () => {
  const noise = fc.tuple(
    fc.integer({ min: -2_000, max: 2_000 }),
    fc.integer({ min: -2_000, max: 2_000 }),
    fc.integer({ min: -2_000, max: 2_000 }),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...ROTATIONS),
      fc.array(noise, { minLength: 16, maxLength: 16 }),
      (rotation, noises) => {
        expect(learnt(rotation, often(none, single, none, two), noises)).toBe(rotation);
      },
    ),
    { numRuns: 200 },
  );
});
