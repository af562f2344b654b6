import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';

/** A program of the operating system that some tests drive. */
interface Program {
  /** Names of the executable; the first that is found is taken. */
  readonly names: readonly string[];
  /** Debian packages that bring it. */
  readonly packages: readonly string[];
  /** What must be there besides; then only the system's own executable will do. */
  readonly beside?: string;
}

/** A dashboard in Chinese is only readable with a font that has the characters. */
export const PROGRAMS = {
  chromium: { names: ['chromium', 'chromium-browser'], packages: ['chromium', 'fonts-noto-cjk'] },
  faketime: { names: ['faketime'], packages: ['faketime'] },
  mosquitto: { names: ['mosquitto'], packages: ['mosquitto'] },
  openssl: { names: ['openssl'], packages: ['openssl'] },
  'python3-websockets': {
    names: ['python3'],
    packages: ['python3-websockets'],
    beside: '/usr/lib/python3/dist-packages/websockets/__init__.py',
  },
} as const satisfies Readonly<Record<string, Program>>;

export type ProgramName = keyof typeof PROGRAMS;
/** Paths of the executables; `null`: not on this machine. */
export type ProgramPaths = Readonly<Record<ProgramName, string | null>>;

export const PROGRAM_NAMES = Object.keys(PROGRAMS) as readonly ProgramName[];

/** Servers live in `sbin`, which is not in everybody's PATH. */
const SYSTEM = ['/usr/bin', '/usr/sbin'];
const FOLDERS = ['/usr/local/bin', '/usr/local/sbin', ...SYSTEM];

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Path of the executable, or `null`. */
export function findProgram(name: ProgramName): string | null {
  const { names, beside }: Program = PROGRAMS[name];
  if (beside !== undefined && !existsSync(beside)) return null;
  const own = (process.env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '');
  const folders = beside === undefined ? [...own, ...FOLDERS] : SYSTEM;
  const files = names.flatMap((file) => folders.map((folder) => path.join(folder, file)));
  return files.find(isExecutable) ?? null;
}

export const findPrograms = (): ProgramPaths => ({
  chromium: findProgram('chromium'),
  faketime: findProgram('faketime'),
  mosquitto: findProgram('mosquitto'),
  openssl: findProgram('openssl'),
  'python3-websockets': findProgram('python3-websockets'),
});

/** What a person does about a missing program. */
export const remedyOf = (name: ProgramName): string =>
  `apt-get install ${PROGRAMS[name].packages.join(' ')}`;

/** Programs that a test file names: `needs('chromium')`. */
export const needsIn = (source: string): readonly ProgramName[] =>
  PROGRAM_NAMES.filter((name) => new RegExp(`\\bneeds\\(\\s*['"]${name}['"]`).test(source));
