import { existsSync } from 'node:fs';
import path from 'node:path';
import { Failure, say } from './failure.mjs';
import { alone } from './lock.mjs';
import { hashOf, stampOf } from './project.mjs';
import { quietly } from './quietly.mjs';

const WORDS_MAX = 4_000;
const LEDGER = 'src/adapters/ledger/sqlite';

/** @typedef {'edge-agent' | 'cloud-hub'} Workspace */

/**
 * What people run: the package, and the sources of the program and of its threads.
 * @type {Readonly<Record<Workspace, Readonly<Record<string, string>>>>}
 */
const PROGRAMS = {
  'edge-agent': {
    main: 'src/main.ts',
    'sqlite/core-writer': `${LEDGER}/core-writer.ts`,
    'sqlite/core-reader': `${LEDGER}/core-reader.ts`,
    'sqlite/bulk-writer': `${LEDGER}/bulk-writer.ts`,
  },
  'cloud-hub': { main: 'src/main.ts' },
};

const COMMON = [
  'shared/src',
  'protocols/src',
  'protocols/dist',
  'package-lock.json',
  'installer/bootstrap/bundle.mjs',
  'installer/bootstrap/programs.mjs',
];

/** The file that starts a built program. @param {Workspace} workspace */
export const builtProgram = (workspace) => `${workspace}/dist/start.cjs`;

/**
 * What Node is told for each. V8's young heap grows to 100 MB when ten thousand stations connect, and stays
 * so; three times 4 MB serve as many messages with the same work for each.
 * @type {Readonly<Record<Workspace, readonly string[]>>}
 */
const NODE_OPTIONS = { 'edge-agent': ['--max-semi-space-size=4'], 'cloud-hub': [] };

/** The arguments with which Node runs a built program. @param {Workspace} workspace */
export const runOf = (workspace) => [...NODE_OPTIONS[workspace], builtProgram(workspace)];

/** How all of them are run, for programs that start them by themselves. */
export const RUNS = JSON.stringify({
  'edge-agent': runOf('edge-agent'),
  'cloud-hub': runOf('cloud-hub'),
});

/** @param {boolean} ok @param {Workspace} workspace @param {string} text */
function insist(ok, workspace, text) {
  if (ok) return;
  throw new Failure(
    `The program of ${workspace} could not be built.\n${text.slice(-WORDS_MAX)}`,
    'Mend what it says above and start again.',
  );
}

/** @param {string} root @param {string} node @param {Workspace} workspace */
async function build(root, node, workspace) {
  const bundler = path.join(root, 'installer/bootstrap/bundle.mjs');
  const args = [bundler, root, workspace, JSON.stringify(PROGRAMS[workspace])];
  const built = await quietly(node, args, { cwd: root });
  insist(built.ok, workspace, built.text);
  // Shows that it loads, and leaves V8's work for the first start.
  const tried = await quietly(node, [builtProgram(workspace), '--help'], { cwd: root });
  insist(tried.ok, workspace, tried.text);
}

/**
 * Builds those of the programs whose sources have changed.
 * @param {string} root @param {string} node @param {readonly Workspace[]} wanted
 */
export async function programs(root, node, wanted) {
  const stale = () =>
    wanted
      .map((workspace) => ({
        workspace,
        hash: hashOf(root, [`${workspace}/src`, ...COMMON]),
        stamp: stampOf(root, `program-${workspace}`),
      }))
      .filter(
        ({ workspace, hash, stamp }) =>
          !stamp.fits(hash) || !existsSync(path.join(root, builtProgram(workspace))),
      );
  if (stale().length === 0) return;
  await alone(root, async () => {
    const todo = stale();
    if (todo.length > 0) say('building the programs …');
    for (const { workspace, hash, stamp } of todo) {
      stamp.clear();
      await build(root, node, workspace);
      stamp.set(hash);
    }
  });
}
