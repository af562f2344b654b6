import { expect, test } from 'vitest';
import { fuzzOcpp } from './ocpp-station.ts';

test('[OCPP-A14] 20,000 cases of a mad station: nothing thrown, the next sound call is answered', async () => {
  const seed = Date.now() % 0x7fff_ffff;
  const report = await fuzzOcpp({ count: 20_000, seed, from: 0 });
  expect({ seed, failures: report.failures }).toEqual({ seed, failures: [] });
  expect(report.frames).toBeGreaterThan(report.cases);
  expect(report.unknown).toBeGreaterThan(0);
});

test('the same seed gives the same cases', async () => {
  const first = await fuzzOcpp({ count: 500, seed: 7, from: 0 });
  expect(await fuzzOcpp({ count: 500, seed: 7, from: 0 })).toEqual(first);
});
