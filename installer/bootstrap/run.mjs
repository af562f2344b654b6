/*
 * The first program of every command. Plain JavaScript that an old Node runs too: it sees to Node 24,
 * to the packages and to the pages, then hands over. When everything is there it costs a few
 * milliseconds and says nothing.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { commandOf } from './commands.mjs';
import { dependencies } from './dependencies.mjs';
import { Failure, say } from './failure.mjs';
import { node24 } from './node24.mjs';
import { pages } from './pages.mjs';
import { ROOT } from './project.mjs';

/** A shell reports a program that a signal ended as 128 and the signal's number. */
const SIGNAL_BASE = 128;

/** Runs one program to its end; signals go through to it. @returns {Promise<number>} exit code */
function hand(node, args) {
  return new Promise((done, fail) => {
    const child = spawn(node, args, { cwd: ROOT, stdio: 'inherit' });
    // A terminal sends Ctrl-C to both; this process only waits for the other to end.
    const ignore = () => {};
    const forward = () => child.kill('SIGTERM');
    process.on('SIGINT', ignore);
    process.on('SIGTERM', forward);
    child.on('error', fail);
    child.on('exit', (code, signal) => {
      process.off('SIGINT', ignore);
      process.off('SIGTERM', forward);
      done(code ?? SIGNAL_BASE + constants.signals[signal]);
    });
  });
}

async function main([name = '', ...args]) {
  const command = commandOf(name);
  const node = await node24(ROOT);
  await dependencies(ROOT, node);
  if (command.pages) await pages(ROOT, node);
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
} catch (error) {
  if (!(error instanceof Failure)) throw error;
  say(error.message);
  process.exitCode = 1;
}
