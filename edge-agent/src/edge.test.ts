import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { FaultError } from '@holdfast/shared/errors/fault';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { TestStation } from './adapters/ws/testing/station.ts';
import { configOf } from './config.ts';
import { startEdge } from './edge.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'holdfast-edge-'));
afterAll(() => rmSync(folder, { recursive: true }));

const FILE = {
  siteId: 'site-01',
  name: 'Site',
  dataFolder: 'data',
  fronts: [{ protocol: 'ykc', port: 0 }],
  api: { port: 0 },
};
const config = (change: object = {}) => configOf({ ...FILE, ...change }, folder);

const health = async (api: string): Promise<unknown> => (await fetch(`${api}/health`)).json();

describe('the whole agent in one process', () => {
  test('starts, answers, stops, and goes on with the same ledger under the next boot number', async () => {
    const first = await startEdge(config());
    expect(await health(first.addresses.api)).toMatchObject({ status: 'ok', ledger: 'ok' });
    const socket = net.connect(first.addresses.ykc, '127.0.0.1');
    await new Promise<void>((done) => socket.once('connect', () => done()));
    const closed = new Promise<void>((done) => socket.once('close', () => done()));
    await first.stop();
    await closed;
    await expect(fetch(`${first.addresses.api}/health`)).rejects.toThrow();

    const second = await startEdge(config());
    const [before, after] = [first.ledger.identity(), second.ledger.identity()];
    expect(after).toMatchObject({ storeId: before.storeId, bootNo: before.bootNo + 1 });
    // The clock is kept while the agent already serves.
    await expect.poll(() => second.ledger.lastClock()).toMatchObject({ bootNo: before.bootNo + 1 });
    await second.stop();
  });

  test('[SYNC-9] a machine whose clock was lost starts no earlier than it stopped', async () => {
    const first = await startEdge(config());
    const stoppedMs = first.clock.nowMs();
    await first.stop();
    const machine = { wallMs: () => 0, monoMs: () => performance.now(), isSynced: () => false };
    const second = await startEdge(config(), { machine });
    expect(second.clock.nowMs()).toBeGreaterThanOrEqual(stoppedMs);
    expect(second.clock.reading().quality).toBe(0);
    await second.stop();
  });

  test('a port that is taken: told in words, and nothing is left running', async () => {
    const taken = net.createServer();
    await new Promise<void>((done) => taken.listen(0, '127.0.0.1', done));
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const fronts = [{ protocol: 'ykc', port }];
    await expect(startEdge(config({ fronts }))).rejects.toThrow(FaultError);
    await new Promise<void>((done) => taken.close(() => done()));
    const edge = await startEdge(config({ fronts }));
    expect(edge.addresses.ykc).toBe(port);
    await edge.stop();
  });

  test('an OCPP station of 48 characters boots and is online', async () => {
    const pileNo = '充电桩-'.padEnd(48, 'x');
    const fronts = [{ protocol: 'ocpp', port: 0 }];
    const piles = [{ pileNo, ocpp: { version: '1.6' }, securityProfile: 0, allow: ['127.0.0.1'] }];
    const edge = await startEdge(config({ fronts, piles }));
    expect(edge.addresses).toMatchObject({ ykc: 0, ocpp: expect.any(Number) });
    const url = `ws://127.0.0.1:${edge.addresses.ocpp}/ocpp/${encodeURIComponent(pileNo)}`;
    const station = await TestStation.open(url, ['ocpp1.6', 'ocpp2.0.1']);
    const boot = { chargePointVendor: 'Vendor', chargePointModel: 'Model' };
    station.say(2, 'b', 'BootNotification', boot);
    expect(await station.next()).toMatchObject([3, 'b', { status: 'Accepted' }]);
    const { api } = edge.addresses;
    const found = async () => (await fetch(`${api}/api/v1/piles`)).json() as Promise<object>;
    await vi.waitFor(async () =>
      expect(JSON.stringify(await found())).toContain(`"pileNo":"${pileNo}"`),
    );
    await edge.stop();
    expect(await station.closed).toMatchObject({ code: 1001 });
  });

  test('one agent at a time on one ledger', async () => {
    const first = await startEdge(config());
    await expect(startEdge(config())).rejects.toThrow(FaultError);
    await first.stop();
  });
});

describe('the command line', () => {
  const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
  const run = (
    ...args: readonly string[]
  ): Promise<{ code: number; stdout: string; stderr: string }> =>
    new Promise((done) => {
      execFile(process.execPath, [MAIN, ...args], (error, stdout, stderr) => {
        done({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
      });
    });
  const write = (name: string, value: unknown): string => {
    const file = path.join(folder, name);
    writeFileSync(file, JSON.stringify(value));
    return file;
  };

  test('a wrong configuration: every fault at once in both languages, exit code 2', async () => {
    const file = write('wrong.json', { ...FILE, colour: 'red', api: { port: -1 }, tariff: 'none' });
    const { code, stdout, stderr } = await run('--config', file);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('/api/port');
    expect(stderr).toContain('colour');
    expect(stderr).toMatch(/没有启动.*nothing was started/);
  });

  test('--check says that a configuration is sound and starts nothing; the example is', async () => {
    const example = await run('--print-example');
    const file = path.join(folder, 'example.json');
    writeFileSync(file, example.stdout);
    const { code, stdout } = await run('--config', file, '--check');
    expect([code, stdout]).toEqual([0, expect.stringContaining('sound')]);
  });

  test('no configuration named is told', async () => {
    const { code, stderr } = await run();
    expect(code).not.toBe(0);
    expect(stderr).toContain('--config FILE');
  });
});
