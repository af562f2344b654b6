import { expect, test } from 'vitest';
import { needs } from './needs.ts';
import { findPrograms, needsIn, PROGRAM_NAMES, remedyOf } from './programs.ts';

test('what a test file needs stands in its text', () => {
  expect(needsIn(`const broker = ${'needs'}('mosquitto');`)).toEqual(['mosquitto']);
  expect(needsIn('it needs chromium, says the comment')).toEqual([]);
});

test('tests see the programs that the machine has', () => {
  const found = findPrograms();
  for (const name of PROGRAM_NAMES) {
    expect(needs(name)).toBe(found[name]);
    expect(remedyOf(name)).toContain(name);
  }
});
