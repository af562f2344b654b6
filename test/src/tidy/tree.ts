import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export interface SourceFile {
  /** Path from the project's root, with slashes. */
  readonly path: string;
  readonly text: string;
}

const BINARY = /\.(png|ico|woff2?|gz|zip)$/;

/** Every text file of the project that git tracks or would track. */
export function projectFiles(): readonly SourceFile[] {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard'];
  const listed = execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' });
  return listed
    .split('\n')
    .filter((name) => name !== '' && !BINARY.test(name))
    .flatMap((name) => {
      try {
        return [{ path: name, text: readFileSync(path.join(ROOT, name), 'utf8') }];
      } catch {
        // Deleted in the working tree and not yet in the index.
        return [];
      }
    });
}

export const isCode = ({ path: name }: SourceFile): boolean => /\.(ts|tsx|mjs)$/.test(name);
export const isTest = ({ path: name }: SourceFile): boolean =>
  /\.test\.tsx?$/.test(name) || /^test\//.test(name) || /\/testing\//.test(name);
