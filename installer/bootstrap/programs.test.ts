import { type ChildProcess, spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ocppSchemas } from './ocpp-schemas.mjs';
import { builtProgram, programs, runOf } from './programs.mjs';
import { ROOT } from './project.mjs';

const READY = 'HOLDFAST_READY ';
const folderFor = (name: string): string =>
  mkdtempSync(path.join(os.tmpdir(), `holdfast-${name}-`));

/** What a program says when it is ready. */
function readyOf(child: ChildProcess): Promise<Record<string, unknown>> {
  return new Promise((done, fail) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const line = text.split('\n').find((one) => one.startsWith(READY) && text.endsWith('\n'));
      if (line !== undefined) done(JSON.parse(line.slice(READY.length)));
    });
    child.once('exit', (code) => fail(new TypeError(`ended with ${code}`)));
  });
}

/** Starts what is built, as a user does, and ends it when the test is over. */
async function run(workspace: 'edge-agent' | 'cloud-hub', config: object) {
  const file = path.join(folderFor(workspace), 'config.json');
  writeFileSync(file, JSON.stringify(config));
  const args = [...runOf(workspace), '--config', file];
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: 'pipe' });
  const gone = new Promise((done) => child.once('exit', done));
  onTestFinished(() => void child.kill('SIGKILL'));
  const stop = (): Promise<unknown> => {
    child.kill('SIGTERM');
    return gone;
  };
  return { ready: await readyOf(child), stop };
}

test('the built agent runs: ledger threads, fronts of every protocol, API and its page', async () => {
  await ocppSchemas(ROOT);
  await programs(ROOT, process.execPath, ['edge-agent']);
  const fronts = ['ykc', 'ocpp', 'jfy', 'gqaa', 'listen'].map((protocol) => ({
    protocol,
    port: 0,
  }));
  const config = { siteId: 'S1', name: 'x', dataFolder: 'data', fronts, api: { port: 0 } };
  const { ready, stop } = await run('edge-agent', config);
  for (const { protocol } of fronts) expect(ready[protocol]).toEqual(expect.any(Number));
  const get = async (url: string) => (await fetch(`${ready['api']}${url}`)).status;
  expect(await get('/health')).toBe(200);
  expect(await get('/api/v1/orders')).toBe(200);
  expect(await get('/api/v1/openapi.json')).toBe(200);
  expect(await get('/api/docs/static/swagger-ui.css')).toBe(200);
  expect(await stop()).toBe(0);
});

test('the built hub runs', async () => {
  await ocppSchemas(ROOT);
  await programs(ROOT, process.execPath, ['cloud-hub']);
  const http = { host: '127.0.0.1', port: 0 };
  const broker = { kind: 'embedded', host: '127.0.0.1', port: 0 };
  const { ready, stop } = await run('cloud-hub', { dataFolder: 'data', http, broker, sites: [] });
  expect((await fetch(`${ready['http']}/api/docs/static/swagger-ui.css`)).status).toBe(200);
  expect(await stop()).toBe(0);
});

/** A project with a hub of one line. */
function smallProject() {
  const root = folderFor('programs');
  const write = (name: string, text: string): void => {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  };
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(root, 'node_modules'));
  write('cloud-hub/package.json', '{ "type": "module" }');
  for (const name of ['bundle', 'programs']) {
    const file = `installer/bootstrap/${name}.mjs`;
    write(file, readFileSync(path.join(ROOT, file), 'utf8'));
  }
  const says = (): Promise<string> =>
    new Promise((done) => {
      const child = spawn(process.execPath, [path.join(root, builtProgram('cloud-hub'))]);
      child.stdout.once('data', (chunk: Buffer) => done(chunk.toString()));
    });
  const build = async (): Promise<number> => {
    await programs(root, process.execPath, ['cloud-hub']);
    return statSync(path.join(root, builtProgram('cloud-hub'))).mtimeMs;
  };
  return { write, says, build };
}

test('changed sources are built anew; those that do not build leave no program that counts', async () => {
  const { write, says, build } = smallProject();
  const source = 'cloud-hub/src/main.ts';
  write(source, "import { a } from './a.ts';\nprocess.stdout.write(a);\n");
  write('cloud-hub/src/a.ts', "export const a: string = '一';\n");
  const builtMs = await build();
  expect(await says()).toBe('一');
  expect(await build()).toBe(builtMs);
  write('cloud-hub/src/a.ts', "export const a: string = '二';\n");
  await build();
  expect(await says()).toBe('二');
  write(source, "import { b } from './b.ts';\nprocess.stdout.write(b);\n");
  await expect(build()).rejects.toThrow(/could not be built[\s\S]*b\.ts/);
  await expect(build()).rejects.toThrow(/could not be built/);
  write('cloud-hub/src/b.ts', "throw new TypeError('no good');\nexport const b = 'b';\n");
  await expect(build()).rejects.toThrow(/could not be built[\s\S]*no good/);
});
