import path from 'node:path';
import { Failure } from './failure.mjs';
import { quietly } from './quietly.mjs';

const QUIET = ['--no-audit', '--no-fund', '--loglevel=error'];
/** What is in npm's cache is taken from there; a registry that does not answer is given up soon. */
const SOON = ['--prefer-offline', '--fetch-retries=2', '--fetch-retry-mintimeout=1000'];

/** Why npm failed, in words; the last lines of its own are kept. @param {string} what @param {string} text */
function failureOf(what, text) {
  const words = text.trim().split('\n').slice(-12).join('\n');
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|network/i.test(text)) {
    return new Failure(
      `${what}: the package registry cannot be reached.\n${words}`,
      'Check the network, or point npm at your own registry: npm config set registry URL',
    );
  }
  if (/SELF_SIGNED_CERT|UNABLE_TO_(GET|VERIFY)_|CERT_HAS_EXPIRED/.test(text)) {
    return new Failure(
      `${what}: the certificate of the package registry is not trusted.\n${words}`,
      "Give Node the certificate of your network's proxy: export NODE_EXTRA_CA_CERTS=FILE.pem",
    );
  }
  if (/ENOSPC/.test(text)) {
    return new Failure(`${what}: the disk is full.`, 'Free about 1 GB and start again.');
  }
  if (/can only install packages when your package.json and package-lock.json/.test(text)) {
    return new Failure(
      `${what}: package.json and package-lock.json do not fit.\n${words}`,
      'Run "npm install" once, or fetch package-lock.json anew from git.',
    );
  }
  if (/EACCES|EPERM/.test(text)) {
    return new Failure(
      `${what}: not allowed to write.\n${words}`,
      'Run it as the owner of the project folder.',
    );
  }
  return new Failure(`${what} failed.\n${words}`, 'Mend what npm says above and start again.');
}

/**
 * Runs the machine's npm, with `node` first in PATH so that packages are chosen for it.
 * @param {string} node @param {readonly string[]} args @param {string} cwd @param {string} what
 */
export async function npm(node, args, cwd, what) {
  const env = { ...process.env, PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH}` };
  // npm tells the scripts that it runs where it is itself; from a bare shell it is looked up.
  const script = process.env.npm_execpath;
  const [file, ...first] = script?.endsWith('.js') ? [node, script] : ['npm'];
  const shell = file === 'npm' && process.platform === 'win32';
  try {
    const { ok, text } = await quietly(file, [...first, ...args, ...QUIET, ...SOON], {
      cwd,
      env,
      shell,
    });
    if (!ok) throw failureOf(what, text);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    throw new Failure(
      `${what}: there is no npm on this machine.`,
      'Install Node.js with npm (Debian: apt-get install npm).',
    );
  }
}
