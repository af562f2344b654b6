import type { SourceFile } from './tree.ts';

const CODE = /^([a-z-]+)\/.*\.(ts|tsx|mjs)$/;
const PROJECT = /^(.+)\/tsconfig\.json$/;

/** Packages with code that no project of the type checker covers, and projects that nobody checks. */
export function projectFaults(files: readonly SourceFile[]): readonly string[] {
  const root = files.find(({ path }) => path === 'tsconfig.json')?.text ?? '';
  const packages = new Set(files.flatMap(({ path }) => CODE.exec(path)?.[1] ?? []));
  const projects = files.flatMap(({ path }) => PROJECT.exec(path)?.[1] ?? []);
  const unchecked = [...packages]
    .filter((name) => !projects.some((p) => p === name || p.startsWith(`${name}/`)))
    .map((name) => `${name}: has no tsconfig.json`);
  const unnamed = projects
    .filter((project) => !root.includes(`"path": "${project}"`))
    .map((project) => `${project}/tsconfig.json: name it in the references of tsconfig.json`);
  return [...unchecked, ...unnamed];
}
