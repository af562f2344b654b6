import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { countsReporter } from './test/src/harness/counts-reporter.ts';

/** Tests start servers and processes of their own: more at once would only wait for each other. */
const WORKERS_MAX = 4;

export default defineConfig({
  test: {
    include: ['*/src/**/*.test.{ts,tsx}', 'installer/bootstrap/*.test.ts'],
    globalSetup: ['test/src/harness/global-setup.ts'],
    reporters: ['default', countsReporter()],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    pool: 'forks',
    maxWorkers: Math.min(availableParallelism(), WORKERS_MAX),
  },
});
