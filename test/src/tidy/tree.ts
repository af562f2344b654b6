import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export interface SourceFile {
  /** Path from the project's root, with slashes. */
  readonly path: string;
  readonly text: string;
}

const BINARY = /\.(png|ico|woff2?|gz|zip)$/;
/** A copy of the project may belong to somebody else than who tests it. */
const GIT = ['-c', 'safe.directory=*', 'ls-files', '--cached', '--others', '--exclude-standard'];

/** Folders that `.gitignore` names: fetched or built, not ours. */
function foreignFolders(root: string): ReadonlySet<string> {
  const lines = readFileSync(path.join(root, '.gitignore'), 'utf8').split('\n');
  return new Set(['.git', ...lines.filter((l) => l.endsWith('/')).map((l) => l.slice(0, -1))]);
}

/** Every file below `root`, as an unpacked archive has it: without git. */
export function walk(root: string, skip = foreignFolders(root), folder = ''): readonly string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = path.posix.join(folder, entry.name);
    if (!entry.isDirectory()) return [name];
    return skip.has(entry.name) ? [] : walk(root, skip, name);
  });
}

function listed(): readonly string[] {
  try {
    const names = execFileSync('git', GIT, { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' });
    return names.split('\n').filter((name) => name !== '');
  } catch {
    return walk(ROOT);
  }
}

/** Every text file of the project that git tracks or would track. */
export function projectFiles(): readonly SourceFile[] {
  return listed()
    .filter((name) => !BINARY.test(name))
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
