/*
 * The first program of every command. Plain JavaScript that an old Node runs too: it sees to Node 24,
 * to the packages, the OCPP schemas, the pages and the built programs, then hands over. When everything
 * is there it costs a fraction of a second and says nothing.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { isatty } from 'node:tty';
import { commandOf } from './commands.mjs';
import { dependencies } from './dependencies.mjs';
import { Failure, inWords, say } from './failure.mjs';
import { node24 } from './node24.mjs';
import { ocppSchemas } from './ocpp-schemas.mjs';
import { pages } from './pages.mjs';
import { programs, RUNS } from './programs.mjs';
import { ROOT } from './project.mjs';

/** A shell reports a program that a signal ended as 128 and the signal's number. */
const SIGNAL_BASE = 128;

const PARENT_LOOK_MS = 500;

/**
 * npm hands a signal to its shell, which may die of it and tell nobody. Calls `orphaned` once when the
 * shell that npm started this process from is gone; returns a function that stops looking.
 * @param {() => void} orphaned
 */
function watchShell(orphaned) {
  const shell = process.ppid;
  if (process.env.npm_lifecycle_event === undefined) return () => {};
  const timer = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(timer);
    orphaned();
  }, PARENT_LOOK_MS);
  return () => clearInterval(timer);
}

const isAtTerminal = () => [0, 1, 2].some((stream) => isatty(stream));

/**
 * Runs one program to its end; signals go through to it.
 * @param {string} node @param {readonly string[]} args @returns {Promise<number>} exit code
 */
function hand(node, args) {
  return new Promise((done, fail) => {
    const child = spawn(node, args, { cwd: ROOT, stdio: 'inherit' });
    const end = () => child.kill('SIGTERM');
    // A terminal sends Ctrl-C to both, and this process only waits. Without one it may have come
    // here alone; then it goes on as SIGTERM, so that a program that got it too is not told twice.
    const interrupt = () => isAtTerminal() || end();
    process.on('SIGINT', interrupt);
    process.on('SIGTERM', end);
    const unwatch = watchShell(end);
    child.on('error', fail);
    child.on('exit', (code, signal) => {
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', end);
      unwatch();
      done(code ?? (signal === null ? 1 : SIGNAL_BASE + constants.signals[signal]));
    });
  });
}

/** @param {readonly string[]} argv */
async function main([name = '', ...args]) {
  const command = commandOf(name);
  const node = await node24(ROOT);
  await dependencies(ROOT, node);
  await ocppSchemas(ROOT);
  if (command.pages) await pages(ROOT, node);
  await programs(ROOT, node, command.programs);
  // Whoever starts hub and agents by itself takes those that were seen to here.
  if (command.programs.length > 0) process.env.HOLDFAST_RUNS = RUNS;
  for (const step of command.steps) {
    const code = await hand(
      node,
      step.flatMap((part) => (part === '$args' ? args : [part])),
    );
    if (code !== 0) return code;
  }
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (thrown) {
  const error = inWords(thrown);
  if (!(error instanceof Failure)) throw thrown;
  say(error.message);
  process.exitCode = 1;
}
