import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { layerFaults } from './layers.ts';
import { pathFaults } from './page-paths.ts';
import { projectFaults } from './projects.ts';
import { ruleFaults } from './rule-ids.ts';
import { banFaults, nameFault, sizeFault } from './style.ts';
import { isCode, projectFiles, ROOT } from './tree.ts';

const files = projectFiles();
const code = files.filter(isCode);

describe('the house is tidy', () => {
  test('there is something to look at', () => {
    expect(code.length).toBeGreaterThan(100);
  });

  test('packages and rooms import only what their layer may', () => {
    expect(code.flatMap(layerFaults)).toEqual([]);
  });

  test('no file is longer than one subject', () => {
    expect(code.flatMap((file) => sizeFault(file) ?? [])).toEqual([]);
  });

  test('files and types are named after what they hold', () => {
    expect(code.flatMap((file) => nameFault(file) ?? [])).toEqual([]);
  });

  test('nothing is left lying about', () => {
    expect(files.flatMap(banFaults)).toEqual([]);
  });

  test('the type checker sees every package', () => {
    expect(projectFaults(files)).toEqual([]);
  });

  test('every path that a page names is there', () => {
    const pages = files.filter(({ path: name }) => name.endsWith('.md'));
    const exists = (name: string): boolean => existsSync(path.join(ROOT, name));
    expect(pages.length).toBeGreaterThan(5);
    expect(pages.flatMap((page) => pathFaults(page, exists))).toEqual([]);
  });

  test('every rule has a test and every test that names a rule names a real one', () => {
    expect(ruleFaults(files)).toEqual([]);
  });
});
