import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './project.mjs';

interface Lock {
  readonly packages: Readonly<Record<string, { readonly hasInstallScript?: boolean }>>;
}

const lock = JSON.parse(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8')) as Lock;
const foreign = Object.entries(lock.packages).filter(([name]) => name.includes('node_modules/'));

test('no package needs a script at its installation: none is run', () => {
  const needing = foreign.filter(([, { hasInstallScript }]) => hasInstallScript === true);
  expect(needing.map(([name]) => name)).toEqual([]);
});
