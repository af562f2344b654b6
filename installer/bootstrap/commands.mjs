import { Failure } from './failure.mjs';
import { runOf } from './programs.mjs';

/** @typedef {import('./programs.mjs').Workspace} Workspace */
/**
 * @typedef {object} Command
 * @property {boolean} pages whether the pages are needed
 * @property {readonly Workspace[]} programs those that are built first
 * @property {readonly (readonly string[])[]} steps
 */

/**
 * What `npm run <command>` starts, after Node, the packages and (where they are needed) the pages and
 * the programs are there. Each step is a program and its arguments; `$args` stands for those of the user.
 */
/** @param {string} file */
const script = (file) => [[file, '$args']];
const vitest = 'node_modules/vitest/vitest.mjs';

/** @type {readonly Workspace[]} */
const BOTH = ['edge-agent', 'cloud-hub'];
/** @type {readonly Workspace[]} */
const NONE = [];

/** @type {Readonly<Record<string, Command>>} */
export const COMMANDS = {
  start: { pages: true, programs: BOTH, steps: script('test/src/demo/main.ts') },
  hub: { pages: true, programs: ['cloud-hub'], steps: [[...runOf('cloud-hub'), '$args']] },
  edge: { pages: true, programs: ['edge-agent'], steps: [[...runOf('edge-agent'), '$args']] },
  piles: { pages: false, programs: NONE, steps: script('test/src/piles/main.ts') },
  frame: { pages: false, programs: NONE, steps: script('edge-agent/src/tools/frame.ts') },
  bench: { pages: false, programs: BOTH, steps: script('test/src/bench/main.ts') },
  chaos: { pages: true, programs: BOTH, steps: script('test/src/chaos/main.ts') },
  fuzz: { pages: false, programs: NONE, steps: script('test/src/fuzz/main.ts') },
  docs: { pages: false, programs: NONE, steps: script('test/src/docs/main.ts') },
  test: { pages: true, programs: NONE, steps: [[vitest, 'run', '$args']] },
  check: {
    pages: false,
    programs: NONE,
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
