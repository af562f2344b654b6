import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { needs } from '../harness/needs.ts';
import { NO_FAULTS } from '../piles/faults.ts';
import { FREE_PORTS } from '../world/configs.ts';
import { freePort } from '../world/free-port.ts';
import { type Program, programOf, startProgram } from '../world/program.ts';
import { type EdgeReady, type Site, startWorld, type World } from '../world/world.ts';

const faketime = needs('faketime');
const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
const undo: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

async function open(seed: number, edgesUnder?: readonly string[]): Promise<[World, Site]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'identity-'));
  undo.push(async () => rmSync(folder, { recursive: true, force: true }));
  const world = await startWorld({
    folder: path.join(folder, 'world'),
    sites: 1,
    piles: { ykc: 4 },
    seed,
    faults: NO_FAULTS,
    keep: false,
    ports: FREE_PORTS,
    ...(edgesUnder === undefined ? {} : { edgesUnder }),
  });
  undo.push(world.stop);
  const [site] = world.sites;
  if (site === undefined) throw new TypeError('a world without a site');
  return [world, site];
}

async function until<T>(look: () => Promise<T | undefined>, timeoutMs = 60_000): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new TypeError('it did not come to be');
    await sleep(300);
  }
}

const settledAt = async (site: Site, least: number): Promise<true | undefined> =>
  (await site.api.allOrders()).filter((o) => o.state === 'settled').length >= least || undefined;

/** A second box with the same configuration and a disk of its own. */
async function secondBox(site: Site): Promise<Program<EdgeReady>> {
  const config = JSON.parse(readFileSync(site.configFile, 'utf8')) as {
    fronts: { port: number }[];
    api: { port: number };
    dataFolder: string;
  };
  const folder = `${site.dataFolder}-twin`;
  const twin = {
    ...config,
    dataFolder: folder,
    api: { ...config.api, port: await freePort() },
    fronts: [{ ...config.fronts[0], port: await freePort() }],
  };
  const file = `${site.configFile}.twin.json`;
  writeFileSync(file, JSON.stringify(twin));
  const box = await startProgram<EdgeReady>({
    name: 'the second box',
    program: programOf('edge-agent'),
    args: ['--config', file],
    logFile: `${file}.log`,
  });
  undo.push(box.stop);
  return box;
}

describe('which box speaks for a site', () => {
  test('[SYNC-10] a ledger that was set back neither loses nor overwrites an order at the hub', async () => {
    const [world, site] = await open(21);
    await until(() => settledAt(site, 4));
    await site.edge.stop();
    cpSync(site.dataFolder, `${site.dataFolder}-backup`, { recursive: true });
    await site.edge.start();
    await until(() => settledAt(site, 10));
    await sleep(2_000);
    await site.edge.stop();
    rmSync(site.dataFolder, { recursive: true });
    cpSync(`${site.dataFolder}-backup`, site.dataFolder, { recursive: true });
    await site.edge.start();
    const [result] = await world.finish(120_000);
    // What the old disk does not know any more is still at the hub; nothing is there twice or changed.
    const atHub = result?.faults.filter((fault) => fault.includes('hub')) ?? [];
    expect(atHub).toEqual([]);
    expect(result?.hub.orders).toBe(result?.piles.orders);
    const [sync] = await world.hubApi.sync();
    expect(sync?.epoch).toBeGreaterThan(1);
  }, 240_000);

  test('[SYNC-10] two boxes with one identity: the first goes on, an operator is asked', async () => {
    const [world, site] = await open(22);
    await until(() => settledAt(site, 2));
    const [before] = await world.hubApi.sync();
    await secondBox(site);
    const torn = await until(async () => {
      const [sync] = await world.hubApi.sync();
      return sync?.link === 'conflict' ? sync : undefined;
    });
    expect(torn.storeId).toBe(before?.storeId);
    for (const step of undo.splice(2)) await step();
    const [result] = await world.finish(150_000);
    expect(result?.faults).toEqual([]);
  }, 300_000);

  test.runIf(faketime !== null)(
    '[SYNC-9] a clock that is a year ahead loses and doubles nothing, and is told of',
    async () => {
      const [world, site] = await open(23, [faketime ?? '', '-f', '+365d']);
      await until(() => settledAt(site, 4));
      const [sync] = await world.hubApi.sync();
      expect(sync?.clockOffsetMs).toBeGreaterThan(364 * 86_400_000);
      const [result] = await world.finish(120_000);
      expect(result?.hub.orders).toBe(result?.piles.orders);
      expect(result?.faults).toEqual([]);
    },
    240_000,
  );
});
