import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { findProgram, PROGRAMS, type ProgramName } from './programs.ts';

const APT = '/usr/bin/apt-get';
const POLICY = '/usr/sbin/policy-rc.d';
/** Debian asks this file whether a service may start; 101 says no. */
const NO_SERVICES =
  '#!/bin/sh\n# Holdfast: no service starts while its tests install packages. May be removed.\nexit 101\n';
const INSTALL_TIMEOUT_MS = 10 * 60_000;
const LAST_WORDS = 2_000;

/** A registry that does not answer is given up soon; another start of apt is waited for. */
const OPTIONS = [
  '-o',
  'Acquire::Retries=1',
  '-o',
  'Acquire::http::Timeout=20',
  '-o',
  'DPkg::Lock::Timeout=120',
];

export type Say = (text: string) => void;

/** Runs apt-get to its end. Returns its last words when it failed. */
function apt(args: readonly string[]): Promise<string | undefined> {
  return new Promise((done) => {
    const child = spawn(APT, [...OPTIONS, ...args], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: INSTALL_TIMEOUT_MS,
    });
    let words = '';
    const keep = (chunk: Buffer): void => {
      words = `${words}${chunk.toString()}`.slice(-LAST_WORDS);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (error) => done(error.message));
    child.once('close', (code, signal) => done(code === 0 ? undefined : `${words}${signal ?? ''}`));
  });
}

function isOurPolicy(): boolean {
  try {
    return readFileSync(POLICY, 'utf8') === NO_SERVICES;
  } catch {
    return false;
  }
}

/**
 * The package of a server starts it at once, at the port that the product wants for itself. A policy
 * that is there already stays as it is; one left behind by a killed run is ours to remove.
 */
async function withoutServices<T>(task: () => Promise<T>): Promise<T> {
  if (existsSync(POLICY) && !isOurPolicy()) return await task();
  writeFileSync(POLICY, NO_SERVICES, { mode: 0o755 });
  const remove = (): void => rmSync(POLICY, { force: true });
  process.once('exit', remove);
  try {
    return await task();
  } finally {
    process.off('exit', remove);
    remove();
  }
}

/** Why nothing can be installed on this machine, or `undefined` when it can. */
export function obstacle(): string | undefined {
  if (!existsSync(APT)) return 'this system has no apt-get';
  if (process.getuid?.() !== 0) return 'installing packages takes root';
  return undefined;
}

/** Installs the Debian packages of programs that are missing. What fails is said, not thrown. */
export async function installPrograms(missing: readonly ProgramName[], say: Say): Promise<void> {
  const why = obstacle();
  if (why !== undefined) {
    say(`${missing.join(', ')} not installed: ${why}`);
    return;
  }
  await withoutServices(async () => {
    say(`fetching ${missing.join(', ')} for the tests …`);
    const stale = await apt(['update']);
    if (stale !== undefined) say(`apt-get update failed, going on without:\n${stale}`);
    for (const name of missing) {
      const words = await apt([
        'install',
        '-y',
        '--no-install-recommends',
        ...PROGRAMS[name].packages,
      ]);
      if (words !== undefined) say(`${name} could not be installed:\n${words}`);
      else if (findProgram(name) === null) say(`${name} was installed but is nowhere to be found`);
    }
  });
}
