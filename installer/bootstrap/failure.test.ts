import { expect, test } from 'vitest';
import { Failure, inWords } from './failure.mjs';

const systemError = (code: string) => Object.assign(new Error(`${code}: mkdir '/x'`), { code });

test.each([
  ['ENOSPC', /disk is full[\s\S]*mkdir '\/x'[\s\S]*→ Free/],
  ['EACCES', /Not allowed[\s\S]*→ Run it as the owner/],
  ['EROFS', /Not allowed[\s\S]*→ Run it as the owner/],
])('%s is said in words', (code, words) => {
  const error = inWords(systemError(code));
  expect(error).toBeInstanceOf(Failure);
  expect(error.message).toMatch(words);
});

test('a bug stays a bug', () => {
  const bug = new TypeError('x is not a function');
  expect(inWords(bug)).toBe(bug);
});
