import { expect, test } from 'vitest';
import { ledgerBench } from './ledger.ts';

test('the benchmark of the ledger measures both and reports all', async () => {
  const report = await ledgerBench({
    rounds: 1,
    commitsPerRound: 60,
    callers: 8,
    singleCommits: 5,
    openEvents: 100,
  });
  expect(report.figure).toBeGreaterThan(0);
  expect(report.floor).toBeGreaterThan(0);
  expect(report.ratio).toBeCloseTo(report.figure / (report.floor ?? 0), 6);
  expect(Object.values(report.facts ?? {}).every((fact) => fact > 0)).toBe(true);
  expect(report.facts).toMatchObject({ openEvents: 100 });
});
