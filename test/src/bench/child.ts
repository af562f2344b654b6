import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A measured process has ended or failed, so there is nothing to measure. */
export class BenchError extends Error {
  override readonly name = 'BenchError';
}

/** Starts a script of this folder as a process of its own. */
export const script = (name: string, args: readonly string[] = []): ChildProcess =>
  fork(fileURLToPath(new URL(name, import.meta.url)), [...args]);

/** The next thing that a process tells. Rejects with `BenchError` when it ends before. */
export function told<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: unknown): void => {
      child.off('exit', onExit);
      resolve(message as T);
    };
    const onExit = (code: number | null): void => {
      child.off('message', onMessage);
      reject(new BenchError(`a measured process ended with code ${code}`));
    };
    child.once('message', onMessage);
    child.once('exit', onExit);
  });
}

/** A tick of /proc/<pid>/stat: Linux counts in hundredths of a second everywhere. */
const TICK_MICROS = 10_000;

/** Processor time that a process has used, microseconds. Linux only. */
export function cpuMicrosOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name of the program may hold blanks: what follows its bracket is counted.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MICROS;
}

/** A line of a file of /proc/<pid>, bytes. */
function kilobytesOf(pid: number, file: string, name: string): number {
  const text = readFileSync(`/proc/${pid}/${file}`, 'utf8');
  const kb = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1];
  return Number(kb ?? Number.NaN) * 1024;
}

/** Memory that a process holds now, bytes. Linux only. */
export const rssBytesOf = (pid: number): number => kilobytesOf(pid, 'status', 'VmRSS');
/** The same, what it shares with others counted in parts. */
export const pssBytesOf = (pid: number): number => kilobytesOf(pid, 'smaps_rollup', 'Pss');
/** Most that it has ever held. */
export const peakBytesOf = (pid: number): number => kilobytesOf(pid, 'status', 'VmHWM');
