import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import type { FuzzReport } from './byte-line.ts';
import { fuzzGqaa } from './gqaa-frames.ts';
import { fuzzJfy } from './jfy-frames.ts';
import { fuzzOcpp } from './ocpp-station.ts';
import { fuzzYkc } from './ykc-frames.ts';

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

function summaryOf(what: string, report: FuzzReport, seed: number, seconds: number): string {
  const { cases, frames, unknown, bytes, heapGrowthBytes, failures } = report;
  const heap =
    heapGrowthBytes === null ? 'not measured' : `${(heapGrowthBytes / MEGA).toFixed(1)} MB`;
  return [
    `${what}: ${cases} cases, seed ${seed}`,
    `${(bytes / MEGA).toFixed(1)} MB sent, ${frames} frames read (${unknown} of them not understood)`,
    `heap growth ${heap}, ${seconds.toFixed(1)} s`,
    failures.length === 0 ? 'no failure' : `${failures.length} FAILURES`,
  ].join('; ');
}

const FUZZERS = { ykc: fuzzYkc, jfy: fuzzJfy, gqaa: fuzzGqaa, ocpp: fuzzOcpp } as const;
const isProtocol = (text: string): text is keyof typeof FUZZERS => Object.hasOwn(FUZZERS, text);

function protocolsOf(text: string): readonly (keyof typeof FUZZERS)[] {
  const names = text.split(',');
  if (names.every(isProtocol)) return names.filter(isProtocol);
  throw new InvalidArgumentError(`any of ${Object.keys(FUZZERS).join(',')}`);
}

interface Options {
  readonly protocol: readonly (keyof typeof FUZZERS)[];
  readonly count: number;
  readonly seed: number;
  readonly from: number;
}

async function fuzz(
  protocol: keyof typeof FUZZERS,
  { count, seed, from }: Options,
): Promise<boolean> {
  const startedMs = performance.now();
  const report = await FUZZERS[protocol]({ count, seed, from }, heapReader());
  const grown = (report.heapGrowthBytes ?? 0) > HEAP_GROWTH_MAX_BYTES;
  for (const failure of report.failures) process.stdout.write(`${failure}\n`);
  if (grown) process.stdout.write(`the heap grew by ${report.heapGrowthBytes} bytes\n`);
  const seconds = (performance.now() - startedMs) / 1000;
  process.stdout.write(`${summaryOf(protocol, report, seed, seconds)}\n`);
  return report.failures.length === 0 && !grown;
}

async function fuzzAll(options: Options): Promise<void> {
  for (const protocol of options.protocol) {
    if (!(await fuzz(protocol, options))) process.exitCode = 1;
  }
}

const program = new Command('fuzz')
  .description(
    'Mutated and random frames: 云快充, 晶福源 and 广汽 against their decoders, OCPP against connection and drivers',
  )
  .option(
    '--protocol <names>',
    'of ykc,jfy,gqaa,ocpp',
    protocolsOf,
    protocolsOf('ykc,jfy,gqaa,ocpp'),
  )
  .option('--count <n>', 'cases to run', wholeNumber, 1_000_000)
  .option('--seed <n>', 'chooses the cases; the same seed gives the same ones', wholeNumber, 1)
  .option('--from <n>', 'number of the first case, to run one again', wholeNumber, 0)
  .exitOverride()
  .action(fuzzAll);

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}
