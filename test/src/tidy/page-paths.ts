import path from 'node:path';
import type { SourceFile } from './tree.ts';

/** Targets of links that are files of ours. */
const LINK = /\]\((?!https?:|#|mailto:)([^)\s#]+)/g;
/** A path from the project's root, as prose names it. */
const NAMED =
  /`((?:shared|protocols|edge-agent|cloud-hub|station-ui|test|installer)\/[\w./-]*\w)\/?`/g;

const found = (text: string, pattern: RegExp): readonly string[] =>
  [...text.matchAll(pattern)].flatMap((match) => match[1] ?? []);

/** Files and folders that a page names and that are not there. `exists` takes paths from the root. */
export function pathFaults(
  { path: page, text }: SourceFile,
  exists: (path: string) => boolean,
): readonly string[] {
  const links = found(text, LINK).map((to) => path.posix.join(path.posix.dirname(page), to));
  return [...links, ...found(text, NAMED)]
    .filter((to) => !exists(to))
    .map((to) => `${page}: there is no ${to}`);
}
