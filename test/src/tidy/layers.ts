import path from 'node:path';
import type { SourceFile } from './tree.ts';

/** Which package may import which (design: packages). `test` may import all, nothing imports `test`. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  protocols: ['shared'],
  'edge-agent': ['shared', 'protocols'],
  'cloud-hub': ['shared', 'protocols'],
  'station-ui': ['shared'],
  test: ['shared', 'protocols', 'edge-agent', 'cloud-hub', 'station-ui'],
  installer: [],
};

/** The hub decodes frames only to show them and to repair dead letters. */
const HUB_MAY_DECODE = /^cloud-hub\/src\/(frames|dead-letters)\//;

/** Packages whose code has no machine under it: no sockets, no disk, no clock. */
const PURE = ['shared', 'protocols'];

/** Files of `shared` and `protocols` that are tools for tests, and may use what tests use. */
const FOR_TESTS = /\.test\.tsx?$|\/testing\/|\/vectors\//;

const IMPORT =
  /^\s*(?:import|export)\s[^'"]*?from\s+['"]([^'"]+)['"]|^\s*import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm;

/** Module specifiers that a source names. */
export function importsOf(text: string): readonly string[] {
  return [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

const APPS = ['edge-agent', 'cloud-hub'];

const packageOf = (name: string): string => name.split('/')[0] ?? '';

function packageFault(file: SourceFile, to: string): string | undefined {
  const from = packageOf(file.path);
  const allowed = MAY_IMPORT[from];
  if (allowed === undefined || to === from) return undefined;
  if (to === 'protocols' && from === 'cloud-hub' && !HUB_MAY_DECODE.test(file.path)) {
    return `${file.path}: the hub decodes frames only in src/frames and src/dead-letters`;
  }
  if (allowed.includes(to)) return undefined;
  return `${file.path}: ${from} must not import ${to}; it may import ${allowed.join(', ') || 'nothing of ours'}`;
}

/** Rooms of an app that may know an adapter by name: the wiring, its own folder, its migrations, tools. */
const KNOW_ADAPTERS = ['main', 'adapters', 'migrations', 'tools'];

/** Sockets, disks, processes, and what stands on them. */
const MACHINE =
  /^(?:node:(?:fs|net|tls|dgram|https?|http2|child_process|worker_threads|cluster)(?:\/.*)?|mqtt|aedes|better-sqlite3|kysely|fastify|@fastify\/.*)$/;
/** HTTP is the matter of `api`, the rest of the machine that of adapters. */
const KNOW_MACHINE = [...KNOW_ADAPTERS, 'api'];

/** Room of an app that a file is in; files at the top are the wiring, `main`. */
const roomOf = (inner: string): string => (inner.includes('/') ? packageOf(inner) : 'main');

function machineFault(file: SourceFile, specifier: string): string | undefined {
  const from = packageOf(file.path);
  if (!APPS.includes(from) || FOR_TESTS.test(file.path) || !MACHINE.test(specifier)) {
    return undefined;
  }
  if (KNOW_MACHINE.includes(roomOf(file.path.slice(from.length + '/src/'.length))))
    return undefined;
  return `${file.path}: ${specifier} belongs into src/adapters, behind a port`;
}

/** Inside an app: rooms know ports, adapters know ports, only the wiring at the top knows adapters. */
function innerFault(file: SourceFile, specifier: string): string | undefined {
  const from = packageOf(file.path);
  if (!APPS.includes(from)) return undefined;
  const inner = file.path.slice(from.length + '/src/'.length);
  const target = path.posix.normalize(path.posix.join(path.posix.dirname(inner), specifier));
  if (target === 'main.ts') return `${file.path}: nothing imports main.ts`;
  if (
    target.startsWith('adapters/') &&
    !KNOW_ADAPTERS.includes(roomOf(inner)) &&
    !FOR_TESTS.test(file.path)
  ) {
    return `${file.path}: knows the adapter ${target}; it is handed in by main.ts, behind a port`;
  }
  return undefined;
}

/** Everything that a file imports and must not. */
export function layerFaults(file: SourceFile): readonly string[] {
  const from = packageOf(file.path);
  const faults: string[] = [];
  for (const specifier of importsOf(file.text)) {
    const ours = /^@holdfast\/([a-z-]+)/.exec(specifier)?.[1];
    const fault =
      ours !== undefined
        ? packageFault(file, ours)
        : specifier.startsWith('.')
          ? innerFault(file, specifier)
          : machineFault(file, specifier);
    if (fault !== undefined) faults.push(fault);
    if (specifier.startsWith('node:') && PURE.includes(from) && !FOR_TESTS.test(file.path)) {
      faults.push(`${file.path}: ${from} has no machine under it, pass ${specifier} in`);
    }
    const up =
      MAY_IMPORT[from] !== undefined &&
      specifier.startsWith('.') &&
      path.posix.join(path.posix.dirname(file.path), specifier);
    if (typeof up === 'string' && packageOf(up) !== from) {
      faults.push(`${file.path}: reach ${up} by its package name`);
    }
  }
  return faults;
}
