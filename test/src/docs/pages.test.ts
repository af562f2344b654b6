import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { PAGES } from './pages.ts';

test.each(PAGES)(
  '$path says what its table says (npm run docs writes it)',
  async ({ path, text }) => {
    const written = await readFile(new URL(`../../../${path}`, import.meta.url), 'utf8');
    expect(written).toBe(text());
  },
);
