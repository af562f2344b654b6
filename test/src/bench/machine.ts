import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';

/** What a figure depends on besides the code. */
export interface MachineFacts {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryMb: number;
  readonly system: string;
  readonly node: string;
  readonly date: string;
  /** Processes that wanted a core when the run began, mean of a minute: others disturb. */
  readonly load: number;
}

export const machineFacts = (): MachineFacts => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  memoryMb: Math.round(totalmem() / 1024 ** 2),
  system: `${type()} ${release()}`,
  node: process.version,
  date: new Date().toISOString(),
  load: loadavg()[0] ?? 0,
});
