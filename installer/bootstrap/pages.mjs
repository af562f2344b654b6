import { existsSync } from 'node:fs';
import path from 'node:path';
import { Failure, say } from './failure.mjs';
import { alone } from './lock.mjs';
import { hashOf, stampOf } from './project.mjs';
import { quietly } from './quietly.mjs';

const WORDS_MAX = 4_000;

const PAGES = [
  { workspace: 'cloud-hub', sources: 'cloud-hub/src/web', built: 'cloud-hub/dist/web/index.html' },
  {
    workspace: 'station-ui',
    sources: 'station-ui/src/renderer',
    built: 'station-ui/dist/index.html',
  },
];
const COMMON = [
  'shared/src',
  'package-lock.json',
  'cloud-hub/vite.config.ts',
  'station-ui/vite.config.ts',
];

/** @param {string} root @param {string} node @param {string} workspace */
async function build(root, node, workspace) {
  const vite = path.join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const cwd = path.join(root, workspace);
  const { ok, text } = await quietly(node, [vite, 'build', '--logLevel', 'error'], { cwd });
  if (ok) return;
  throw new Failure(
    `The page of ${workspace} could not be built.\n${text.slice(-WORDS_MAX)}`,
    'Mend what it says above and start again.',
  );
}

/** Builds the pages whose sources have changed. @param {string} root @param {string} node */
export async function pages(root, node) {
  const stale = () =>
    PAGES.map((page) => ({
      ...page,
      hash: hashOf(root, [page.sources, ...COMMON]),
      stamp: stampOf(root, `page-${page.workspace}`),
    })).filter(
      ({ hash, stamp, built }) => !stamp.fits(hash) || !existsSync(path.join(root, built)),
    );
  if (stale().length === 0) return;
  await alone(root, async () => {
    const todo = stale();
    if (todo.length > 0) say('building the pages …');
    await Promise.all(
      todo.map(async ({ workspace, hash, stamp }) => {
        stamp.clear();
        await build(root, node, workspace);
        stamp.set(hash);
      }),
    );
  });
}
