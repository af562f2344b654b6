import { expect, test } from 'vitest';
import type { BenchResult } from './result.ts';
import { factsText, numberText, tableOf } from './table.ts';

const result: BenchResult = {
  name: 'orders: upload to confirmation',
  unit: 'ms',
  figure: 8.3456,
  floor: 4,
  ratio: 2.0864,
  target: '≤ 25 ms',
  pass: true,
  facts: { sent: 7_500, p50Ms: 2.25 },
};

test.each([
  [0, '0'],
  [0.0456, '0.05'],
  [8.3456, '8.35'],
  [83.456, '83.5'],
  [834.56, '835'],
  [1_234_567.8, '1,234,568'],
  [Number.NaN, '?'],
])('%f is printed as %s', (value, text) => {
  expect(numberText(value)).toBe(text);
});

test('a missed target cannot be overlooked, and a figure without floor or target says so', () => {
  const [, met, missed, told] = tableOf([
    result,
    { ...result, pass: false },
    { ...result, floor: null, ratio: null, target: 'reported', pass: null },
  ]).split('\n');
  expect(met).toMatch(/8\.35 +4 +2\.09 +≤ 25 ms +pass$/);
  expect(missed).toMatch(/MISSED$/);
  expect(told).toMatch(/8\.35 +– +– +reported +–$/);
});

test('what else was counted stands in one line', () => {
  expect(factsText(result)).toBe('sent 7,500 · p50Ms 2.25');
});
