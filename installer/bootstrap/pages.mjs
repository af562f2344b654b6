import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { Failure, say } from './failure.mjs';
import { alone } from './lock.mjs';
import { hashOf, stampOf } from './project.mjs';

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

function build(root, node, workspace) {
  const vite = path.join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  return new Promise((done, fail) => {
    const child = spawn(node, [vite, 'build', '--logLevel', 'error'], {
      cwd: path.join(root, workspace),
    });
    let words = '';
    const keep = (chunk) => {
      words = `${words}${chunk}`.slice(-4_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', fail);
    child.on('exit', (code) => {
      if (code === 0) done();
      else
        fail(
          new Failure(
            `The page of ${workspace} could not be built.\n${words}`,
            'Mend what it says above and start again.',
          ),
        );
    });
  });
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
