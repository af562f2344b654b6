import { readFileSync } from 'node:fs';
import type { TestProject } from 'vitest/node';
import { installPrograms } from './debian.ts';
import { findPrograms, needsIn, type ProgramName, type ProgramPaths } from './programs.ts';

declare module 'vitest' {
  interface ProvidedContext {
    programs: ProgramPaths;
  }
}

const say = (text: string): void => void process.stderr.write(`tests: ${text}\n`);

/** Programs that the test files of this run name. */
function needed(project: TestProject): ReadonlySet<ProgramName> {
  const files = project.vitest.state.getPaths();
  return new Set(files.flatMap((file) => needsIn(readFileSync(file, 'utf8'))));
}

/** Before the first test: what the tests of this run need and the machine lacks is installed. */
export default async function setup(project: TestProject): Promise<void> {
  const found = findPrograms();
  const missing = [...needed(project)].filter((name) => found[name] === null);
  if (missing.length > 0) await installPrograms(missing, say);
  project.provide('programs', findPrograms());
}
