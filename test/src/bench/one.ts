import type { BenchResult } from './result.ts';
import { isBenchName, SUITE } from './suite.ts';

/* Runs one benchmark in this process, so that no other has tuned the engine or filled the heap. */

export interface OneBenchTold {
  readonly results: readonly BenchResult[];
}

// Whoever asked is gone: nobody hears the results. At the end it is this process that goes.
process.on('disconnect', () => process.exit());

const [name = '', size] = process.argv.slice(2);
if (!isBenchName(name)) throw new RangeError(`no benchmark is called "${name}"`);
const results = await (size === 'quick' ? SUITE[name].quick() : SUITE[name].whole());
process.send?.({ results } satisfies OneBenchTold);
process.disconnect();
