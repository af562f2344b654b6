import { expect, test } from 'vitest';

// Run by counts-reporter.test.ts in a run of its own: one test of every outcome.
const nowhere: string | null = null;

test('passes', () => {
  expect(1).toBe(1);
});

test('fails', () => {
  expect(1).toBe(2);
});

test.runIf(nowhere !== null)('cannot run', () => {
  expect(1).toBe(1);
});
