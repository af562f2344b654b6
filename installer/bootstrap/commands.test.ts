import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { COMMANDS, commandOf } from './commands.mjs';
import { builtProgram } from './programs.mjs';
import { ROOT } from './project.mjs';

test('every command starts a program that is there', () => {
  const programs = Object.values(COMMANDS).flatMap(({ steps, programs }) =>
    steps
      .flatMap((step) => step.find((part) => !part.startsWith('-')) ?? [])
      .filter((file) => !programs.map(builtProgram).includes(file)),
  );
  expect(programs.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
});

test('npm knows the same commands', () => {
  const { scripts } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
  expect(Object.keys(scripts).sort()).toEqual(Object.keys(COMMANDS).sort());
});

test('a command that there is not names those that there are', () => {
  expect(() => commandOf('strat')).toThrow(/no command "strat"[\s\S]*Use one of: start, hub/);
});
