import { inject } from 'vitest';
import type { ProgramName } from './programs.ts';

/**
 * Path of a program of the operating system that the tests of a file drive; `null`: not on this
 * machine. Name it in the test file itself, in plain letters: only then is it fetched before the run,
 * and only then does a test that cannot run say why.
 *
 *     const chromium = needs('chromium');
 *     test.runIf(chromium !== null)('…', async () => { … });
 */
export const needs = (name: ProgramName): string | null => inject('programs')[name];
