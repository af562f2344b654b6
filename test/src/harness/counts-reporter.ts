import { readFileSync } from 'node:fs';
import type { SerializedError } from 'vitest';
import type { Reporter, TestCase, TestModule } from 'vitest/node';
import { findProgram, needsIn, remedyOf } from './programs.ts';

/** What became of the tests of a run. */
interface Tally {
  passed: number;
  failed: number;
  readonly skipped: TestCase[];
}

function tallyOf(modules: readonly TestModule[]): Tally {
  const tally: Tally = { passed: 0, failed: 0, skipped: [] };
  for (const module of modules) {
    // A file that cannot be loaded has no tests to count; it must not look like nothing.
    tally.failed += module.errors().length;
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') tally.passed += 1;
      else if (state === 'failed') tally.failed += 1;
      else tally.skipped.push(test);
    }
  }
  return tally;
}

/** A run of chosen tests (`-t`) leaves out many: they are counted, not listed. */
const NOT_CHOSEN = 'not chosen in this run';

/** Why a test did not run: its own note, else the program that its file names and nobody has. */
function reasonOf(test: TestCase): string {
  const result = test.result();
  if (result.state === 'pending') return 'the run ended before it';
  if (result.state === 'skipped' && result.note !== undefined) return result.note;
  const missing = needsIn(readFileSync(test.module.moduleId, 'utf8')).filter(
    (name) => findProgram(name) === null,
  );
  if (missing.length === 0) return NOT_CHOSEN;
  return missing.map((name) => `needs ${name}: ${remedyOf(name)}`).join('; ');
}

/** Skipped tests by their reason. */
function skippedLines(skipped: readonly TestCase[]): readonly string[] {
  return [...Map.groupBy(skipped, reasonOf)].flatMap(([reason, tests]) => {
    if (reason === NOT_CHOSEN) return ['', `Not run — ${reason}: ${tests.length}`];
    const names = tests.map((test) => `  ${test.module.relativeModuleId} > ${test.fullName}`);
    return ['', `Not run — ${reason}`, ...names];
  });
}

/** Lines that close a run; the last one is for machines: `N passed, N failed, N skipped`. */
export function closingLines(
  modules: readonly TestModule[],
  stray: readonly SerializedError[],
): readonly string[] {
  const { passed, failed, skipped } = tallyOf(modules);
  const errors = stray.length === 0 ? [] : ['', `${stray.length} errors outside of tests`];
  return [
    ...skippedLines(skipped),
    ...errors,
    '',
    `${passed} passed, ${failed} failed, ${skipped.length} skipped`,
  ];
}

/** Closes every run with the tests that did not run, why, and the counts. */
export const countsReporter = (): Reporter => ({
  onTestRunEnd(modules, stray) {
    process.stdout.write(`${closingLines(modules, stray).join('\n')}\n`);
  },
});
