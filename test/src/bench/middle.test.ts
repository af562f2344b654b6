import { expect, test } from 'vitest';
import { middleOf } from './middle.ts';
import type { BenchResult } from './result.ts';

const run = (name: string, figure: number, floor: number | null): BenchResult => ({
  name,
  unit: 'ms',
  figure,
  floor,
  ratio: floor === null ? null : figure / floor,
  target: 'reported',
  pass: null,
});

test('the middle run of each figure counts, with the floor that was measured beside it', () => {
  const runs = [
    [run('a', 30, 10), run('b', 5, null)],
    [run('a', 10, 10), run('b', 9, null)],
    [run('a', 40, 20), run('b', 7, null)],
  ];
  expect(middleOf(runs)).toEqual([run('a', 40, 20), run('b', 7, null)]);
});

test('a single run counts as it is', () => {
  expect(middleOf([[run('a', 1, 2)]])).toEqual([run('a', 1, 2)]);
  expect(middleOf([])).toEqual([]);
});
