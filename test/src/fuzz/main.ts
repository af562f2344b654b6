import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { type FuzzReport, fuzzYkc } from './ykc-frames.ts';

/** The heap may grow by this much: code that is compiled late, not what is kept. */
const HEAP_GROWTH_MAX_BYTES = 4_000_000;
const MEGA = 1_000_000;

function wholeNumber(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError('give a whole number');
}

/** The garbage collector, without asking for a flag on the command line. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

function heapReader(): () => number {
  const collect = collector();
  return () => {
    collect();
    return process.memoryUsage().heapUsed;
  };
}

function summaryOf(report: FuzzReport, seed: number, seconds: number): string {
  const { cases, frames, unknown, bytes, heapGrowthBytes, failures } = report;
  const heap =
    heapGrowthBytes === null ? 'not measured' : `${(heapGrowthBytes / MEGA).toFixed(1)} MB`;
  return [
    `ykc: ${cases} cases, seed ${seed}`,
    `${(bytes / MEGA).toFixed(1)} MB sent, ${frames} frames read (${unknown} of them unknown)`,
    `heap growth ${heap}, ${seconds.toFixed(1)} s`,
    failures.length === 0 ? 'no failure' : `${failures.length} FAILURES`,
  ].join('; ');
}

interface Options {
  readonly count: number;
  readonly seed: number;
  readonly from: number;
}

function fuzz({ count, seed, from }: Options): number {
  const startedMs = performance.now();
  const report = fuzzYkc({ count, seed, from }, heapReader());
  const grown = (report.heapGrowthBytes ?? 0) > HEAP_GROWTH_MAX_BYTES;
  for (const failure of report.failures) process.stdout.write(`${failure}\n`);
  if (grown) process.stdout.write(`the heap grew by ${report.heapGrowthBytes} bytes\n`);
  const seconds = (performance.now() - startedMs) / 1000;
  process.stdout.write(`${summaryOf(report, seed, seconds)}\n`);
  return report.failures.length > 0 || grown ? 1 : 0;
}

const program = new Command('fuzz')
  .description('Mutated and random 云快充 frames and streams against the decoder')
  .option('--count <n>', 'cases to run', wholeNumber, 1_000_000)
  .option('--seed <n>', 'chooses the cases; the same seed gives the same ones', wholeNumber, 1)
  .option('--from <n>', 'number of the first case, to run one again', wholeNumber, 0)
  .exitOverride()
  .action((options: Options) => {
    process.exitCode = fuzz(options);
  });

try {
  program.parse();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}
