import { describe, expect, test } from 'vitest';
import { codeOf } from './code-text.ts';
import { importsOf, layerFaults } from './layers.ts';
import { pathFaults } from './page-paths.ts';
import { projectFaults } from './projects.ts';
import { ruleFaults } from './rule-ids.ts';
import { banFaults, nameFault, sizeFault } from './style.ts';
import { projectFiles, ROOT, walk } from './tree.ts';

/** Bad samples: a rule that finds nothing here would find nothing anywhere. */
const file = (path: string, text: string) => ({ path, text });
const bracket = (id: string) => `[${id}]`;

describe('layers', () => {
  test('imports are found in every form', () => {
    const text =
      "import a from 'x';\nimport {\n  b,\n} from 'y';\nexport { c } from 'z';\nimport 'w';\nawait import('v');\n";
    expect(importsOf(text)).toEqual(['x', 'y', 'z', 'w', 'v']);
  });

  test.each([
    ['shared/src/a.ts', "import { b } from '@holdfast/protocols/b';"],
    ['protocols/src/a.ts', "import fs from 'node:fs';"],
    ['edge-agent/src/a.ts', "import { b } from '@holdfast/cloud-hub/b';"],
    ['cloud-hub/src/api/a.ts', "import { b } from '@holdfast/protocols/b';"],
    ['edge-agent/src/ports/a.ts', "import { b } from '../adapters/b.ts';"],
    ['edge-agent/src/site/a.ts', "import { b } from '../adapters/b.ts';"],
    ['edge-agent/src/site/a.ts', "import { b } from '../main.ts';"],
    ['edge-agent/src/a.ts', "import { b } from '../../shared/src/b.ts';"],
    ['edge-agent/src/site/a.ts', "import net from 'node:net';"],
    ['edge-agent/src/sync/a.ts', "import { connect } from 'mqtt';"],
    ['cloud-hub/src/ingest/a.ts', "import { readFile } from 'node:fs/promises';"],
    ['station-ui/src/a.ts', "import { b } from '@holdfast/test/b';"],
  ])('%s may not hold %s', (path, text) => {
    expect(layerFaults(file(path, text))).not.toEqual([]);
  });

  test.each([
    ['edge-agent/src/a.ts', "import { b } from '@holdfast/protocols/b';"],
    ['protocols/src/a.test.ts', "import fs from 'node:fs';"],
    ['cloud-hub/src/hub.ts', "import { b } from './adapters/b.ts';"],
    ['cloud-hub/src/adapters/sqlite/a.ts', "import { b } from '../sql/b.ts';"],
    ['edge-agent/src/adapters/tcp/a.ts', "import net from 'node:net';"],
    ['edge-agent/src/config.ts', "import { readFileSync } from 'node:fs';"],
    ['cloud-hub/src/api/a.ts', "import { fastify } from 'fastify';"],
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
    ['a/src/b.ts', 'x as any'],
    ['a/src/b.ts', 'x as unknown as Y'],
    ['a/src/b.ts', `// @ts-${'ignore'}`],
    ['a/src/b.test.ts', 'test.only(f)'],
    ['a/src/b.test.ts', 'describe.concurrent.skip(f)'],
    ['a/src/b.test.ts', 'context.skip()'],
    ['a/src/b.ts', "throw new Error('x')"],
    ['a/src/b.ts', 'export default 1'],
    ['a/src/b.ts', `// TO${'DO'} later`],
    ['a/src/b.ts', 'console.log(1)'],
    ['a/src/b.ts', 'const yuan = parseFloat(text)'],
    ['edge-agent/src/b.ts', 'Number(order.energy)'],
    ['shared/src/money/b.ts', 'Number(x)'],
    ['shared/src/money/b.ts', 'x.toFixed(2)'],
    ['shared/src/money/b.ts', 'x * 0.05'],
    ['shared/src/sync/b.ts', 'const at = Date.now();'],
    ['edge-agent/src/site/b.ts', 'setTimeout(f, 5)'],
    ['edge-agent/src/piles/ykc/b.ts', 'Math.random()'],
    ['README.md', `/${'work'}/main`],
  ])('%s may not hold "%s"', (path, text) => {
    expect(banFaults(file(path, text))).not.toEqual([]);
  });

  test.each([
    ['a/src/b.ts', '/** A message, as any broker delivers it. */'],
    ['a/src/b.test.ts', "test('the same as any other', f)"],
    ['a/src/b.ts', 'stream.skip(4)'],
    ['a/src/b.ts', '// never throw new Error(…)'],
    ['a/src/b.ts', 'const ports = Number(text)'],
    ['a/src/b.test.ts', 'expect(Number(bill.energy)).toBe(1)'],
    ['shared/src/money/b.ts', '// 0.05 yuan, E3.1'],
    ['shared/src/money/b.ts', '[...digits].map(Number)'],
    ['shared/src/money/b.test.ts', 'Number(x) * 0.05'],
    ['edge-agent/src/adapters/b.ts', 'setTimeout(f, 5)'],
    ['shared/src/ui/b.ts', 'new Date()'],
  ])('%s may hold "%s"', (path, text) => {
    expect(banFaults(file(path, text))).toEqual([]);
  });
});

describe('prose', () => {
  test('comments and strings are blank, code and lines stay', () => {
    const source = "a; // b 'c\n/* d\n e */ f('g // h', \"i\", `j`);";
    const code = codeOf(source);
    expect(code).toMatch(/^a;\s+\n\s+\n\s+f\('\s+', "\s+", `j`\);$/);
    expect(code).toHaveLength(source.length);
  });

  test.each([
    ['/^[\'"]$/; x as any', 1],
    ["const quote = /'/;\nx as any", 2],
    ['/https?:\\/\\//.test(a) && b as any', 1],
  ])('a quote or slashes in a regular expression hide no other line: %s', (source, line) => {
    const found = codeOf(source)
      .split('\n')
      .findIndex((text) => text.includes('as any'));
    expect(found + 1).toBe(line);
  });
});

describe('paths in pages', () => {
  const there = (name: string): boolean =>
    ['a/b.md', 'shared/src', 'shared/src/a.ts'].includes(name);

  test.each(['[x](c.md)', '[x](../c.md#d)', 'see `shared/src/b.ts`', 'see `test/src/none/`'])(
    '%s leads nowhere',
    (text) => {
      expect(pathFaults(file('a/page.md', text), there)).toHaveLength(1);
    },
  );

  test.each(['[x](b.md)', '[x](https://a.b/c)', '`shared/src/a.ts`', '`shared/src/`', '`b/c.ts`'])(
    '%s is fine',
    (text) => {
      expect(pathFaults(file('a/page.md', text), there)).toEqual([]);
    },
  );
});

describe('the tree', () => {
  test('an unpacked archive has the same files as git', () => {
    expect([...walk(ROOT)].sort()).toEqual(
      expect.arrayContaining(projectFiles().map(({ path }) => path)),
    );
  });

  test('a package without a project, and a project that nobody checks, are found', () => {
    const root = file('tsconfig.json', '{ "references": [{ "path": "shared" }] }');
    const well = [root, file('shared/tsconfig.json', ''), file('shared/src/a.ts', '')];
    expect(projectFaults(well)).toEqual([]);
    expect(projectFaults([...well, file('protocols/src/a.ts', '')])).toHaveLength(1);
    expect(projectFaults([...well, file('test/tsconfig.json', '')])).toHaveLength(1);
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

  test.each([
    `test('${bracket('SYNC-1')} a', f)`,
    `describe('${bracket('SYNC-1')} a', f)`,
    `test.each([[1], [2]])('${bracket('SYNC-1')} a', f)`,
    `test.for([1])('${bracket('SYNC-1')} a', f)`,
    `test.runIf(broker !== null)('${bracket('SYNC-1')} a', f)`,
    `test.concurrent('${bracket('SYNC-1')} a', f)`,
  ])('every form of a test bears its id: %s', (text) => {
    const faults = ruleFaults([page, file('a/src/b.test.ts', text)]);
    expect(faults).toEqual([expect.stringContaining('SYNC-2')]);
  });

  test('an id may name a row of a list', () => {
    const rows = file('a/src/RULES.md', `* ${bracket('ROW-B4')} a rule`);
    expect(ruleFaults([rows])).toHaveLength(1);
    const bearers = file(
      'a/src/b.test.ts',
      `test('${bracket('ROW-B4')} a', f); test('${bracket('ROW-C1')} b', f);`,
    );
    expect(ruleFaults([rows, bearers])).toEqual([expect.stringContaining('ROW-C1')]);
  });

  test('an id in a comment bears nothing', () => {
    const comment = file('a/src/b.test.ts', `// ${bracket('SYNC-1')} ${bracket('SYNC-2')}`);
    expect(ruleFaults([page, comment])).toHaveLength(2);
  });
});
