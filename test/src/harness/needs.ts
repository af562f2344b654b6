import { inject } from 'vitest';
import type { ProgramName } from './programs.ts';

/** A program of the operating system, as a test sees it. */
export interface Needed {
  readonly there: boolean;
  /** Path of the executable; empty when it is not there. */
  readonly path: string;
}

/**
 * A program that the tests of a file drive. Name it in the test file itself, with the name in plain
 * letters: only then is it fetched before the run, and only then does a skipped test say why.
 *
 *     const chromium = needs('chromium');
 *     test.runIf(chromium.there)('…', async () => { … chromium.path … });
 */
export function needs(name: ProgramName): Needed {
  const file = inject('programs')[name];
  return { there: file !== null, path: file ?? '' };
}
