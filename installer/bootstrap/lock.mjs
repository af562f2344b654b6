import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Failure, say } from './failure.mjs';
import { cacheOf } from './project.mjs';

const WAIT_MS = 10 * 60_000;
const LOOK_MS = 250;

/** @param {number} ms */
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * A process in words that no later process shares: its number, and (on Linux) when it began. Numbers
 * are given out again, in a container soon.
 * @param {number} pid @returns {string | undefined} `undefined`: there is no such process
 */
export function signatureOf(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== 'EPERM') return undefined;
  }
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, a name in brackets, may hold anything; the third is the state.
    const [state, ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? undefined : `${pid} ${rest[18]}`;
  } catch {
    return String(pid);
  }
}

/** @param {string} lock @returns {string | undefined} signature of the process that holds it */
function ownerOf(lock) {
  try {
    return readFileSync(lock, 'utf8');
  } catch {
    return undefined;
  }
}

/** @param {string} signature */
const pidOf = (signature) => Number(signature.split(' ')[0]);
/** @param {string} signature */
const isAlive = (signature) => signatureOf(pidOf(signature)) === signature;

/** The lock appears with its owner's name in it, or not at all. @param {string} lock */
function taken(lock) {
  const mine = `${lock}.${process.pid}`;
  writeFileSync(mine, signatureOf(process.pid) ?? '');
  try {
    linkSync(mine, lock);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(mine, { force: true });
  }
}

/**
 * Takes a dead owner's lock away. Of two starts that see it dead only one moves it; the other may
 * by then hold a new lock in its hands, which it puts back.
 * @param {string} lock @param {string} dead
 */
function clear(lock, dead) {
  const away = `${lock}.dead.${process.pid}`;
  try {
    renameSync(lock, away);
    if (ownerOf(away) !== dead) linkSync(away, lock);
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  } finally {
    rmSync(away, { force: true });
  }
}

/**
 * Runs `task` while no other start of this project installs or builds. The lock of a process that
 * died is taken over.
 * @template T @param {string} root @param {() => Promise<T>} task @returns {Promise<T>}
 */
export async function alone(root, task) {
  const lock = path.join(cacheOf(root), 'busy');
  mkdirSync(cacheOf(root), { recursive: true });
  const until = Date.now() + WAIT_MS;
  let told = false;
  while (!taken(lock)) {
    const owner = ownerOf(lock);
    if (owner !== undefined && !isAlive(owner)) {
      clear(lock, owner);
      continue;
    }
    if (Date.now() > until) {
      throw new Failure(
        `Another start (process ${owner === undefined ? 'unknown' : pidOf(owner)}) has been installing for ten minutes.`,
        `End it, or remove ${lock}, and try again.`,
      );
    }
    if (!told) say('another start is installing; waiting for it …');
    told = true;
    await sleep(LOOK_MS);
  }
  try {
    return await task();
  } finally {
    rmSync(lock, { force: true });
  }
}
