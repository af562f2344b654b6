import { expect, test } from 'vitest';
import { fuzzJfy } from './jfy-frames.ts';

test('[JFY-WIRE-5] 10,000 cases of a mad pile: nothing thrown, the next good frame is read', () => {
  const seed = Date.now() % 0x7fff_ffff;
  const report = fuzzJfy({ count: 10_000, seed, from: 0 });
  expect({ seed, failures: report.failures }).toEqual({ seed, failures: [] });
  expect(report.frames).toBeGreaterThan(report.cases);
  expect(report.unknown).toBeGreaterThan(0);
});
