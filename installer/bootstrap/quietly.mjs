import { spawn } from 'node:child_process';
import { Failure } from './failure.mjs';

const TEXT_MAX = 64 * 1024;
/** @type {readonly NodeJS.Signals[]} */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a program to its end and keeps the end of what it prints. A signal ends the program first:
 * nothing of a start that is gone goes on behind the next one's back.
 * @param {string} file @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {Promise<{ ok: boolean, text: string }>}
 */
export function quietly(file, args, options) {
  return new Promise((done, fail) => {
    const child = spawn(file, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    /** @type {NodeJS.Signals | undefined} */
    let stopped;
    /** @param {Buffer} chunk */
    const keep = (chunk) => {
      text = `${text}${chunk}`.slice(-TEXT_MAX);
    };
    /** @param {NodeJS.Signals} signal */
    const stop = (signal) => {
      stopped = signal;
      child.kill(signal);
    };
    const leave = () => {
      for (const signal of SIGNALS) process.off(signal, stop);
    };
    for (const signal of SIGNALS) process.on(signal, stop);
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => {
      leave();
      fail(error);
    });
    child.on('close', (code) => {
      leave();
      if (stopped === undefined) done({ ok: code === 0, text });
      else fail(new Failure(`Ended by ${stopped}.`, 'Start again: what was begun is done anew.'));
    });
  });
}
