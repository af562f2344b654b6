import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const BOOTSTRAP = path.join(import.meta.dirname, '..');
/** The command `frame` needs no pages: it shows the bootstrap and nothing else. */
const PROGRAM = 'edge-agent/src/tools/frame.ts';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when this has been printed, on either output. */
  readonly says: (text: string) => Promise<void>;
}

/** A project of its own in a temporary folder, with a bootstrap, a lock file and a fake npm. */
export interface ProjectCopy {
  readonly root: string;
  readonly npmScript: string;
  readonly file: (name: string) => string;
  /** Commands that npm was asked for, with the process that did them. */
  readonly calls: () => readonly { readonly pid: number; readonly command: string }[];
  readonly start: (args: readonly string[], npmMode?: string) => Started;
  /** As `npm run` starts it: from a shell that stays. */
  readonly startInShell: (args: readonly string[]) => Started;
}

function startIn(root: string, line: readonly string[], env: NodeJS.ProcessEnv): Started {
  const [file = '', ...args] = line;
  // A process group of its own, as a terminal gives: Ctrl-C reaches the program and its parent.
  const child = spawn(file, args, { cwd: root, env, detached: true });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<Ended>((done) => {
    child.once('close', (code) => done({ code, stdout, stderr }));
  });
  const says = (text: string) =>
    new Promise<void>((done) => {
      const look = (): void => {
        if (`${stdout}${stderr}`.includes(text)) done();
      };
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      look();
    });
  return { child, ended, says };
}

export function projectCopy(): ProjectCopy {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'holdfast-bootstrap-'));
  const root = path.join(folder, 'project');
  const log = path.join(folder, 'npm.log');
  const npmScript = path.join(folder, 'fake-npm.js');
  const file = (name: string): string => path.join(root, name);
  cpSync(path.join(BOOTSTRAP, 'testing/fake-npm.js'), npmScript);
  cpSync(BOOTSTRAP, file('installer/bootstrap'), { recursive: true });
  mkdirSync(path.dirname(file(PROGRAM)), { recursive: true });
  cpSync(path.join(BOOTSTRAP, 'testing/program.ts'), file(PROGRAM));
  const run = [process.execPath, file('installer/bootstrap/run.mjs'), 'frame'];
  const env = { ...process.env, npm_execpath: npmScript, FAKE_NPM_LOG: log };
  writeFileSync(file('package.json'), '{ "type": "module" }');
  writeFileSync(file('package-lock.json'), '{}');
  return {
    root,
    npmScript,
    file,
    calls() {
      if (!existsSync(log)) return [];
      const lines = readFileSync(log, 'utf8').trim().split('\n');
      return lines.map((line) => {
        const [pid = '', command = ''] = line.split(' ');
        return { pid: Number(pid), command };
      });
    },
    start: (args, npmMode = 'well') =>
      startIn(root, [...run, ...args], { ...env, FAKE_NPM: npmMode }),
    startInShell: (args) =>
      startIn(root, ['/bin/sh', '-c', '"$0" "$@"; exit $?', ...run, ...args], {
        ...env,
        npm_lifecycle_event: 'frame',
      }),
  };
}
