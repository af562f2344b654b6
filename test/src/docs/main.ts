import { writeFile } from 'node:fs/promises';
import { PAGES } from './pages.ts';

/** `npm run docs`: writes every page that a table holds. */
for (const { path, text } of PAGES) {
  await writeFile(new URL(`../../../${path}`, import.meta.url), text());
  process.stdout.write(`${path}\n`);
}
