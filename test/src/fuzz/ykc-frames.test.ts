import { expect, test } from 'vitest';
import { fuzzYkc } from './ykc-frames.ts';

test('[WIRE-7] 20,000 cases of a mad pile: nothing thrown, the next good frame is read', () => {
  const seed = Date.now() % 0x7fff_ffff;
  const report = fuzzYkc({ count: 20_000, seed, from: 0 });
  expect({ seed, failures: report.failures }).toEqual({ seed, failures: [] });
  expect(report.frames).toBeGreaterThan(report.cases);
  expect(report.unknown).toBeGreaterThan(0);
});

test('the same seed gives the same cases, and a case can be run alone', () => {
  const { failures: _none, ...first } = fuzzYkc({ count: 50, seed: 7, from: 100 });
  const { failures: _again, ...second } = fuzzYkc({ count: 50, seed: 7, from: 100 });
  expect(second).toEqual(first);
  const bytes = Array.from({ length: 50 }, (_, i) => fuzzYkc({ count: 1, seed: 7, from: 100 + i }));
  expect(bytes.reduce((sum, report) => sum + report.bytes, 0)).toBe(first.bytes);
});
