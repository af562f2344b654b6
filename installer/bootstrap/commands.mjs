import { Failure } from './failure.mjs';

/**
 * What `npm run <command>` starts, after Node, the packages and (where a page is needed) the pages
 * are there. Each step is a program and its arguments; `$args` stands for those of the user.
 */
/** @param {string} file */
const script = (file) => [[file, '$args']];
const vitest = 'node_modules/vitest/vitest.mjs';

/** @type {Readonly<Record<string, { pages: boolean, steps: readonly (readonly string[])[] }>>} */
export const COMMANDS = {
  start: { pages: true, steps: script('test/src/demo/main.ts') },
  hub: { pages: true, steps: script('cloud-hub/src/main.ts') },
  edge: { pages: true, steps: script('edge-agent/src/main.ts') },
  piles: { pages: false, steps: script('test/src/piles/main.ts') },
  frame: { pages: false, steps: script('edge-agent/src/tools/frame.ts') },
  bench: { pages: false, steps: script('test/src/bench/main.ts') },
  chaos: { pages: true, steps: script('test/src/chaos/main.ts') },
  fuzz: { pages: false, steps: script('test/src/fuzz/main.ts') },
  docs: { pages: false, steps: script('test/src/docs/main.ts') },
  test: { pages: true, steps: [[vitest, 'run', '$args']] },
  check: {
    pages: false,
    steps: [
      ['node_modules/@biomejs/biome/bin/biome', 'ci', '.'],
      ['node_modules/typescript/bin/tsc', '-b', '--force'],
      [vitest, 'run', 'test/src/tidy'],
    ],
  },
};

/** @param {string} name what stands after `npm run` */
export function commandOf(name) {
  const command = COMMANDS[name];
  if (command !== undefined) return command;
  const names = Object.keys(COMMANDS).join(', ');
  throw new Failure(`There is no command "${name}".`, `Use one of: ${names}.`);
}
