import { describe, expect, test } from 'vitest';
import { REFUSALS } from '../pile/refusals.ts';
import { en } from './texts.en.ts';
import { zh } from './texts.zh.ts';

/** Reasons that commands have besides those of piles. */
const OTHERS = ['too-many-commands', 'restarted', 'no-answer'];

describe('reasons', () => {
  test.each([...REFUSALS, ...OTHERS])('%s has words in both languages', (reason) => {
    expect(Object.keys(en.reason)).toContain(reason);
    expect(Object.keys(zh.reason)).toContain(reason);
  });
});
