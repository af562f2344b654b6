import { existsSync } from 'node:fs';
import path from 'node:path';
import { say } from './failure.mjs';
import { alone } from './lock.mjs';
import { npm } from './npm.mjs';
import { hashOf, stampOf } from './project.mjs';

/**
 * Every package brings its binaries ready-made: a bare machine has no compiler, and what runs no
 * scripts of strangers needs no trust in them. Tools count as development packages, whatever
 * NODE_ENV says.
 */
const INSTALL = ['ci', '--ignore-scripts', '--include=dev', '--include=optional'];

const WORKSPACES = [
  'shared',
  'protocols',
  'edge-agent',
  'cloud-hub',
  'station-ui',
  'test',
  'installer',
];
const MANIFESTS = [
  'package.json',
  'package-lock.json',
  ...WORKSPACES.map((w) => `${w}/package.json`),
];

/**
 * Installs what the lock file names, once. The stamp is written last, so an install that was cut
 * short is done again.
 * @param {string} root @param {string} node
 */
export async function dependencies(root, node) {
  // Binaries are of one platform: a folder that moved to another machine is installed anew.
  const hash = `${hashOf(root, MANIFESTS)} ${process.platform}-${process.arch}`;
  const stamp = stampOf(root, 'dependencies');
  const isThere = () => stamp.fits(hash) && existsSync(path.join(root, 'node_modules'));
  if (isThere()) return;
  await alone(root, async () => {
    if (isThere()) return;
    say('installing what package-lock.json names …');
    // npm begins by removing what is there: until it is done, nothing is.
    stamp.clear();
    await npm(node, INSTALL, root, 'Installing');
    stamp.set(hash);
  });
}
