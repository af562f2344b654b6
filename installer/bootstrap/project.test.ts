import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { hashOf, stampOf } from './project.mjs';
import { projectCopy } from './testing/project-copy.ts';

test('a hash changes with what a file holds, with its name and with its absence', () => {
  const { root, file } = projectCopy();
  mkdirSync(file('pages'));
  writeFileSync(file('pages/a.ts'), '1');
  const first = hashOf(root, ['pages', 'package.json']);
  expect(hashOf(root, ['pages', 'package.json'])).toBe(first);
  writeFileSync(file('pages/a.ts'), '2');
  const changed = hashOf(root, ['pages', 'package.json']);
  rmSync(file('pages/a.ts'));
  writeFileSync(file('pages/b.ts'), '2');
  const renamed = hashOf(root, ['pages', 'package.json']);
  rmSync(file('pages'), { recursive: true });
  const missing = hashOf(root, ['pages', 'package.json']);
  expect(new Set([first, changed, renamed, missing]).size).toBe(4);
});

test('what the type checker leaves behind changes no hash', () => {
  const { root, file } = projectCopy();
  mkdirSync(file('pages/.types'), { recursive: true });
  const before = hashOf(root, ['pages']);
  writeFileSync(file('pages/.types/a.d.ts'), '');
  expect(hashOf(root, ['pages'])).toBe(before);
});

test('a stamp fits the hash that it was set for, until it is cleared', () => {
  const stamp = stampOf(projectCopy().root, 'step');
  expect(stamp.fits('a')).toBe(false);
  stamp.set('a');
  expect([stamp.fits('a'), stamp.fits('b')]).toEqual([true, false]);
  stamp.clear();
  expect(stamp.fits('a')).toBe(false);
});
