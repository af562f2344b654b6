import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Failure, say } from './failure.mjs';
import { cacheOf } from './project.mjs';

const WAIT_MS = 10 * 60_000;
const LOOK_MS = 250;

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function ownerOf(folder) {
  try {
    return Number(readFileSync(path.join(folder, 'pid'), 'utf8'));
  } catch {
    // The folder was made a moment ago and its owner has not signed yet.
    return undefined;
  }
}

function taken(folder) {
  try {
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'pid'), String(process.pid));
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

/**
 * Runs `task` while no other start of this project installs or builds. The lock of a process that
 * died is taken over.
 * @template T @param {string} root @param {() => Promise<T>} task @returns {Promise<T>}
 */
export async function alone(root, task) {
  const folder = path.join(cacheOf(root), 'busy');
  mkdirSync(cacheOf(root), { recursive: true });
  const until = Date.now() + WAIT_MS;
  let told = false;
  while (!taken(folder)) {
    const owner = ownerOf(folder);
    if (owner !== undefined && !isAlive(owner)) {
      rmSync(folder, { recursive: true, force: true });
      continue;
    }
    if (Date.now() > until) {
      throw new Failure(
        `Another start (process ${owner ?? 'unknown'}) has been installing for ten minutes.`,
        `End it, or remove ${folder}, and try again.`,
      );
    }
    if (!told) say('another start is installing; waiting for it …');
    told = true;
    await sleep(LOOK_MS);
  }
  try {
    return await task();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
