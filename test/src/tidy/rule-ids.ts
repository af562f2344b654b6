import { isTest, type SourceFile } from './tree.ts';

/** A rule is declared where a line of a SPEC or RULES page begins with its id: `* [SYNC-3] …`. */
const DECLARED = /^\s*(?:[-*]|\d+\.|\|)?\s*(?:\*\*)?\[([A-Z]+(?:-[A-Z]+)*-[A-Z]?\d+[a-z]?)\]/gm;
const PAGE = /(SPEC|RULES)\.md$/;
/** Test names carry the id in brackets. */
const BORNE = /\[([A-Z]+(?:-[A-Z]+)*-[A-Z]?\d+[a-z]?)\]/g;

const idsIn = (text: string, pattern: RegExp): readonly string[] =>
  [...text.matchAll(pattern)].flatMap((match) => match[1] ?? []);

export function declaredIds(files: readonly SourceFile[]): ReadonlyMap<string, string> {
  const ids = new Map<string, string>();
  for (const file of files) {
    if (!PAGE.test(file.path)) continue;
    for (const id of idsIn(file.text, DECLARED)) ids.set(id, file.path);
  }
  return ids;
}

/** Names of tests, as they stand in the source. */
const TEST_NAME =
  /\b(?:test|it|describe)(?:\.(?:each|for|runIf|skipIf)\([\s\S]*?\)|\.\w+)*\(\s*(['"`])([\s\S]*?)\1/g;

export function borneIds(files: readonly SourceFile[]): ReadonlyMap<string, string> {
  const ids = new Map<string, string>();
  for (const file of files) {
    if (!isTest(file)) continue;
    for (const match of file.text.matchAll(TEST_NAME)) {
      for (const id of idsIn(match[2] ?? '', BORNE)) ids.set(id, file.path);
    }
  }
  return ids;
}

const familyOf = (id: string): string => id.replace(/-[A-Z]?\d+[a-z]?$/, '');

/** Rules that no test bears, and tests that bear a rule which is nowhere declared. */
export function ruleFaults(files: readonly SourceFile[]): readonly string[] {
  const declared = declaredIds(files);
  const borne = borneIds(files);
  const families = new Set([...declared.keys()].map(familyOf));
  const untested = [...declared]
    .filter(([id]) => !borne.has(id))
    .map(([id, page]) => `${page}: no test bears [${id}]`);
  const undeclared = [...borne]
    .filter(([id]) => families.has(familyOf(id)) && !declared.has(id))
    .map(([id, file]) => `${file}: [${id}] is declared on no SPEC or RULES page`);
  return [...untested, ...undeclared];
}
