import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the project is, and where it keeps what it fetched and built. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** @param {string} root */
export const cacheOf = (root) => path.join(root, '.holdfast');

/**
 * Hash of what files and folders hold; a missing one counts as missing, not as an error.
 * @param {string} root @param {readonly string[]} names
 */
export function hashOf(root, names) {
  const hash = createHash('sha256');
  /** @param {string} name */
  const add = (name) => {
    const full = path.join(root, name);
    if (!existsSync(full)) {
      hash.update(`${name} missing\n`);
    } else if (statSync(full).isDirectory()) {
      for (const entry of readdirSync(full).sort()) {
        if (entry !== '.types') add(path.join(name, entry));
      }
    } else {
      hash.update(`${name}\n`).update(readFileSync(full));
    }
  };
  for (const name of names) add(name);
  return hash.digest('hex');
}

/**
 * A stamp says for which hash a step was carried out to its end.
 * @param {string} root @param {string} step
 */
export function stampOf(root, step) {
  const file = path.join(cacheOf(root), `${step}.stamp`);
  return {
    /** @param {string} hash */
    fits: (hash) => existsSync(file) && readFileSync(file, 'utf8') === hash,
    /** @param {string} hash */
    set(hash) {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, hash);
    },
    clear: () => rmSync(file, { force: true }),
  };
}
