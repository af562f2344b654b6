import { describe, expect, test } from 'vitest';
import { REFUSALS } from '../pile/refusals.ts';
import { SECURITY_EVENTS } from '../pile/security-event.ts';
import { adviceOf } from './security-advice.ts';
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

describe('security events', () => {
  test.each(Object.keys(SECURITY_EVENTS))('%s says what to do, in both languages', (code) => {
    const { zh: inChinese, en: inEnglish } = adviceOf(code);
    expect(inChinese.length).toBeGreaterThan(5);
    expect(inEnglish.length).toBeGreaterThan(10);
  });

  test('one that is not known here points to its detail', () => {
    expect(adviceOf('from-the-future').en).toContain('detail');
  });
});
