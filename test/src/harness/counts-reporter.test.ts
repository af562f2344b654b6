import { expect, test } from 'vitest';
import { createVitest } from 'vitest/node';
import { closingLines } from './counts-reporter.ts';

async function linesOf(...files: readonly string[]): Promise<readonly string[]> {
  let lines: readonly string[] = [];
  const before = process.exitCode;
  const vitest = await createVitest('test', {
    config: false,
    watch: false,
    include: files.map((file) => `test/src/harness/testing/${file}`),
    reporters: [
      {
        onTestRunEnd(modules, stray) {
          lines = closingLines(modules, stray);
        },
      },
    ],
  });
  await vitest.start();
  await vitest.close();
  process.exitCode = before;
  return lines;
}

test('a run closes with its counts, and with what did not run', async () => {
  expect(await linesOf('outcomes.ts')).toEqual([
    '',
    'Not run — not chosen in this run: 1',
    '',
    '1 passed, 1 failed, 1 skipped',
  ]);
});

test('a file that cannot be loaded counts as a failure', async () => {
  const lines = await linesOf('unreadable.ts');
  expect(lines.at(-1)).toBe('0 passed, 1 failed, 0 skipped');
});
