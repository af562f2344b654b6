import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { killAtRandom } from '../chaos/kills.ts';
import { needs } from '../harness/needs.ts';
import { FIELD_FAULTS } from '../piles/faults.ts';
import { randomOf } from '../piles/random.ts';
import { FREE_PORTS, type FrontUrls, frontsOf } from '../world/configs.ts';
import { startMosquittos } from '../world/mosquitto.ts';
import { startWorld, type World } from '../world/world.ts';

const mosquitto = needs('mosquitto');
const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
const PILES = { ykc: 2, 'ocpp1.6': 2, 'ocpp2.0.1': 2, 'ocpp2.1': 1 };
let folder = '';
const undo: (() => Promise<void>)[] = [];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'outage-'));
});

afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
  rmSync(folder, { recursive: true, force: true });
});

async function open(seed: number, brokerUrls?: FrontUrls): Promise<World> {
  const world = await startWorld({
    folder: path.join(folder, 'world'),
    sites: 1,
    piles: PILES,
    seed,
    faults: FIELD_FAULTS,
    keep: false,
    ports: FREE_PORTS,
    ...(brokerUrls === undefined ? {} : { brokerUrls }),
  });
  undo.push(world.stop);
  return world;
}

async function expectEqual(world: World): Promise<void> {
  const [result] = await world.finish(150_000);
  expect(result?.faults).toEqual([]);
  expect(result?.piles.orders).toBeGreaterThan(5);
}

describe('real processes, bad piles', () => {
  test('the line is cut for a while: nothing is lost, doubled or priced wrongly', async () => {
    const world = await open(11);
    await sleep(8_000);
    world.sites[0]?.line.cut();
    await sleep(15_000);
    world.sites[0]?.line.restore();
    await sleep(5_000);
    await expectEqual(world);
  }, 240_000);

  test('edge and hub are killed without warning', async () => {
    const world = await open(12);
    await sleep(4_000);
    await killAtRandom(world, undefined, 6, randomOf(12), () => {});
    await expectEqual(world);
  }, 300_000);

  test.runIf(mosquitto !== null)(
    'the broker is a process of its own, and is killed too',
    async () => {
      const brokers = await startMosquittos(mosquitto ?? '', folder, frontsOf(PILES));
      undo.push(brokers.kill);
      const world = await open(13, brokers.urls);
      await sleep(4_000);
      await killAtRandom(world, brokers, 5, randomOf(13), () => {});
      await expectEqual(world);
    },
    300_000,
  );
});
