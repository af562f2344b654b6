import { describe, expect, test } from 'vitest';
import { importsOf, layerFaults } from './layers.ts';
import { ruleFaults } from './rule-ids.ts';
import { banFaults, nameFault, sizeFault } from './style.ts';

/** Bad samples: a rule that finds nothing here would find nothing anywhere. */
const file = (path: string, text: string) => ({ path, text });
const bracket = (id: string) => `[${id}]`;

describe('layers', () => {
  test('imports are found in every form', () => {
    const text =
      "import a from 'x';\nimport {\n  b,\n} from 'y';\nexport { c } from 'z';\nimport 'w';\n";
    expect(importsOf(text)).toEqual(['x', 'y', 'z', 'w']);
  });

  test.each([
    ['shared/src/a.ts', "import { b } from '@holdfast/protocols/b';"],
    ['protocols/src/a.ts', "import fs from 'node:fs';"],
    ['edge-agent/src/a.ts', "import { b } from '@holdfast/cloud-hub/b';"],
    ['cloud-hub/src/api/a.ts', "import { b } from '@holdfast/protocols/b';"],
    ['edge-agent/src/ports/a.ts', "import { b } from '../adapters/b.ts';"],
    ['edge-agent/src/site/a.ts', "import { b } from '../main.ts';"],
    ['edge-agent/src/a.ts', "import { b } from '../../shared/src/b.ts';"],
    ['station-ui/src/a.ts', "import { b } from '@holdfast/test/b';"],
  ])('%s may not hold %s', (path, text) => {
    expect(layerFaults(file(path, text))).not.toEqual([]);
  });

  test.each([
    ['edge-agent/src/a.ts', "import { b } from '@holdfast/protocols/b';"],
    ['protocols/src/a.test.ts', "import fs from 'node:fs';"],
    ['cloud-hub/src/frames/a.ts', "import { b } from '@holdfast/protocols/b';"],
  ])('%s may hold %s', (path, text) => {
    expect(layerFaults(file(path, text))).toEqual([]);
  });
});

describe('style', () => {
  test('long files, drawers and empty names are found', () => {
    expect(sizeFault(file('a/src/b.ts', 'x\n'.repeat(401)))).toBeDefined();
    expect(sizeFault(file('a/src/frames.ts', 'x\n'.repeat(401)))).toBeUndefined();
    expect(nameFault(file('a/src/utils/b.ts', ''))).toBeDefined();
    expect(nameFault(file('a/src/b.ts', 'export class PileManager {}'))).toBeDefined();
  });

  test.each([
    ['a/src/b.ts', `x ${'as'} any`],
    ['a/src/b.ts', `throw new ${'Error'}('x')`],
    ['a/src/b.ts', `export ${'default'} 1`],
    ['a/src/b.ts', `// TO${'DO'} later`],
    ['shared/src/money/b.ts', `${'Number'}(x)`],
    ['README.md', `/${'work'}/main`],
  ])('%s may not hold "%s"', (path, text) => {
    expect(banFaults(file(path, text))).not.toEqual([]);
  });
});

describe('rule ids', () => {
  const page = file(
    'shared/src/sync/SPEC.md',
    `* ${bracket('SYNC-1')} a rule\n* ${bracket('SYNC-2')} another`,
  );

  test('a rule without a test and a test without a rule are found', () => {
    const bearer = file(
      'a/src/b.test.ts',
      `test('${bracket('SYNC-1')} it holds', f); test('${bracket('SYNC-9')} x', f);`,
    );
    const faults = ruleFaults([page, bearer]);
    expect(faults).toHaveLength(2);
  });

  test('an id in a comment bears nothing', () => {
    const comment = file('a/src/b.test.ts', `// ${bracket('SYNC-1')} ${bracket('SYNC-2')}`);
    expect(ruleFaults([page, comment])).toHaveLength(2);
  });
});
