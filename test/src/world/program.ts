import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const READY = 'HOLDFAST_READY ';
const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 20_000;

type Workspace = 'edge-agent' | 'cloud-hub';
/** The bootstrap says how what it has just built is run; without it the sources run. */
const RUNS: Partial<Record<Workspace, readonly string[]>> = JSON.parse(
  process.env['HOLDFAST_RUNS'] ?? '{}',
);

/** The arguments with which Node runs agent or hub, as people run it. */
export const programOf = (workspace: Workspace): readonly string[] =>
  RUNS[workspace] ?? [`${workspace}/src/main.ts`];

/** A part of the product as a process of its own, as a user would run it. */
export interface Program<Ready> {
  readonly pid: () => number | undefined;
  readonly ready: () => Ready;
  /** SIGKILL: no farewell, no flush. Resolves when the process is gone. */
  readonly kill: () => Promise<void>;
  /** SIGTERM, and SIGKILL when it does not go. */
  readonly stop: () => Promise<void>;
  /** Starts the same program again with the same arguments. */
  readonly start: () => Promise<Ready>;
}

export interface ProgramOptions {
  readonly name: string;
  /** Arguments of Node, the last of them the entry; from the project's root. */
  readonly program: readonly string[];
  readonly args: readonly string[];
  /** Everything that the program says goes there. */
  readonly logFile: string;
  /** A program that runs it, e.g. one that lies about the time. */
  readonly under?: readonly string[];
}

/** The program could not be started; the message says why and where to read on. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError';
}

const gone = (child: ChildProcess): Promise<void> =>
  new Promise((done) => {
    if (child.exitCode !== null || child.signalCode !== null) done();
    else child.once('exit', () => done());
  });

function awaitReady<Ready>(child: ChildProcess, options: ProgramOptions): Promise<Ready> {
  return new Promise((done, fail) => {
    let text = '';
    const lastWords: string[] = [];
    const giveUp = setTimeout(() => {
      child.kill('SIGKILL');
      fail(
        new ProgramError(`${options.name} was not ready after a minute; read ${options.logFile}`),
      );
    }, READY_TIMEOUT_MS);
    child.once('exit', (code) => {
      clearTimeout(giveUp);
      const words = lastWords.slice(-15).join('\n');
      fail(
        new ProgramError(`${options.name} ended with code ${code} before it was ready:\n${words}`),
      );
    });
    const listen = (chunk: Buffer): void => {
      text += chunk.toString();
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        lastWords.push(line);
        if (!line.startsWith(READY)) continue;
        clearTimeout(giveUp);
        child.stdout?.off('data', listen);
        done(JSON.parse(line.slice(READY.length)) as Ready);
      }
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', (chunk: Buffer) => lastWords.push(chunk.toString().trimEnd()));
  });
}

/** Starts a program and waits until it says that it is ready. */
export async function startProgram<Ready>(options: ProgramOptions): Promise<Program<Ready>> {
  let child: ChildProcess | undefined;
  let ready: Ready | undefined;

  const start = async (): Promise<Ready> => {
    const log = createWriteStream(options.logFile, { flags: 'a' });
    const [executable = '', ...args] = [
      ...(options.under ?? []),
      process.execPath,
      ...options.program,
      ...options.args,
    ];
    child = spawn(executable, args, {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout?.pipe(log, { end: false });
    child.stderr?.pipe(log, { end: false });
    child.once('exit', () => log.end());
    ready = await awaitReady<Ready>(child, options);
    return ready;
  };
  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    if (child === undefined) return;
    const dying = child;
    child = undefined;
    dying.kill(signal);
    const force = setTimeout(() => dying.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await gone(dying);
    clearTimeout(force);
  };
  await start();
  return {
    pid: () => child?.pid,
    ready() {
      if (ready === undefined) throw new ProgramError(`${options.name} has never been ready`);
      return ready;
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    start,
  };
}
