import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { BenchError, script, told } from './child.ts';
import { machineFacts } from './machine.ts';
import { middleOf } from './middle.ts';
import type { OneBenchTold } from './one.ts';
import type { BenchResult } from './result.ts';
import { type BenchName, isBenchName, SUITE } from './suite.ts';
import { factsText, tableOf } from './table.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const NAMES = Object.keys(SUITE).filter(isBenchName);

interface Options {
  readonly only?: readonly BenchName[];
  readonly quick: boolean;
  readonly repeats: number | undefined;
  readonly json: string;
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

function namesOf(text: string): readonly BenchName[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !isBenchName(name));
  if (unknown.length > 0) {
    throw new InvalidArgumentError(`There is no ${unknown.join(', ')}. Any of: ${NAMES.join(',')}`);
  }
  return names.filter(isBenchName);
}

function wholeNumber(text: string): number {
  const n = Number(text);
  if (!Number.isInteger(n) || n < 1 || n > 99) {
    throw new InvalidArgumentError('A whole number from 1 to 99.');
  }
  return n;
}

/** Runs a benchmark in processes of its own; `undefined` when it failed to measure. */
async function measure(
  name: BenchName,
  { quick, repeats }: Options,
): Promise<readonly BenchResult[] | undefined> {
  const times = repeats ?? (quick ? 1 : SUITE[name].repeats);
  const runs: (readonly BenchResult[])[] = [];
  for (let run = 1; run <= times; run += 1) {
    const startedMs = performance.now();
    const child = script('./one.ts', [name, quick ? 'quick' : 'whole']);
    try {
      runs.push((await told<OneBenchTold>(child)).results);
    } catch (error) {
      if (!(error instanceof BenchError)) throw error;
      say(`${name}: ${error.message}`);
      return undefined;
    }
    const seconds = Math.round((performance.now() - startedMs) / 1_000);
    say(`${name} ${run}/${times} took ${seconds} s: ${SUITE[name].about}`);
  }
  return middleOf(runs);
}

function show(results: readonly BenchResult[], failed: readonly BenchName[], quick: boolean): void {
  if (results.length > 0) say(`\n${tableOf(results)}\n`);
  for (const result of results) {
    const facts = factsText(result);
    if (facts !== '') say(`${result.name}\n  ${facts}`);
  }
  if (failed.length > 0) say(`\nNot measured, for it failed: ${failed.join(', ')}.`);
  if (quick) say('\nMeasured with --quick: too small to prove anything.');
}

async function run(options: Options): Promise<boolean> {
  const machine = machineFacts();
  say(`${machine.cpu}, ${machine.cores} cores, ${machine.system}, Node ${machine.node}`);
  const results: BenchResult[] = [];
  const failed: BenchName[] = [];
  for (const name of options.only ?? NAMES) {
    const measured = await measure(name, options);
    if (measured === undefined) failed.push(name);
    else results.push(...measured);
  }
  show(results, failed, options.quick);
  const file = path.resolve(options.json);
  mkdirSync(path.dirname(file), { recursive: true });
  const report = { machine, quick: options.quick, results, failed };
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
  say(`\nAlso in ${file}`);
  return failed.length === 0 && results.every(({ pass }) => pass !== false);
}

await new Command('npm run bench --')
  .description(
    'Measures what must be fast, each figure in turns with its floor: the same work done as barely as it can be. Figures vary by machine and by what else runs on it; ratios much less.',
  )
  .option('--only <names>', `some of ${NAMES.join(',')}`, namesOf)
  .option('--quick', 'smaller sizes and one run each: a look, no proof', false)
  .option('--repeats <n>', 'runs of each; the middle one counts', wholeNumber)
  .option('--json <file>', 'where the figures are written', path.join(ROOT, '.holdfast/bench.json'))
  .addHelpText(
    'after',
    `\nBenchmarks:\n${NAMES.map((name) => `  ${name.padEnd(8)} ${SUITE[name].about}`).join('\n')}\n
Exit codes: 0 every target is met, 1 one is missed or could not be measured.`,
  )
  .action(async (options: Options) => {
    process.exitCode = (await run(options)) ? 0 : 1;
  })
  .parseAsync();
