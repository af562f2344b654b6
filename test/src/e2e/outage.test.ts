import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, type TestContext, test } from 'vitest';
import { killAtRandom } from '../chaos/kills.ts';
import { needs } from '../harness/needs.ts';
import { FIELD_FAULTS } from '../piles/faults.ts';
import { pileCountsOf } from '../piles/pile-counts.ts';
import { randomOf } from '../piles/random.ts';
import { FREE_PORTS, type FrontUrls, frontsOf } from '../world/configs.ts';
import { type ForeignBrokers, startMosquittos } from '../world/mosquitto.ts';
import { startWorld, type World } from '../world/world.ts';

const mosquitto = needs('mosquitto');
/** One of every protocol that virtual piles speak, two guns each. */
const PILES = pileCountsOf('1', 1) ?? {};
const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** What a test has opened, closed when it is over: the last first. */
function undoing({ onTestFinished }: TestContext) {
  const steps: (() => Promise<void>)[] = [];
  onTestFinished(async () => {
    for (const step of steps.reverse()) await step();
  });
  return steps;
}

interface Opened {
  readonly world: World;
  readonly brokers: ForeignBrokers | undefined;
}

async function open(context: TestContext, seed: number, broker?: string): Promise<Opened> {
  const undo = undoing(context);
  const folder = mkdtempSync(path.join(tmpdir(), 'outage-'));
  undo.push(async () => rmSync(folder, { recursive: true, force: true }));
  const brokers =
    broker === undefined ? undefined : await startMosquittos(broker, folder, frontsOf(PILES));
  if (brokers !== undefined) undo.push(brokers.kill);
  const urls: { readonly brokerUrls?: FrontUrls } =
    brokers === undefined ? {} : { brokerUrls: brokers.urls };
  const world = await startWorld({
    folder: path.join(folder, 'world'),
    sites: 1,
    piles: PILES,
    seed,
    faults: FIELD_FAULTS,
    keep: false,
    ports: FREE_PORTS,
    ...urls,
  });
  undo.push(world.stop);
  return { world, brokers };
}

async function expectEqual(world: World): Promise<void> {
  const [result] = await world.finish(150_000);
  expect(result?.faults).toEqual([]);
  expect(result?.piles.orders).toBeGreaterThan(5);
}

// Worlds of their own, and most of the time is waiting: side by side they take as long as the longest.
describe.concurrent('real processes, bad piles', () => {
  test('the line is cut for a while: nothing is lost, doubled or priced wrongly', async (context) => {
    const { world } = await open(context, 11);
    await sleep(8_000);
    world.sites[0]?.line.cut();
    await sleep(15_000);
    world.sites[0]?.line.restore();
    await sleep(5_000);
    await expectEqual(world);
  }, 240_000);

  test('edge and hub are killed without warning', async (context) => {
    const { world } = await open(context, 12);
    await sleep(4_000);
    await killAtRandom(world, undefined, 6, randomOf(12), () => {});
    await expectEqual(world);
  }, 300_000);

  test.runIf(mosquitto !== null)(
    'the brokers are processes of their own, and are killed too',
    async (context) => {
      const { world, brokers } = await open(context, 13, mosquitto ?? '');
      await sleep(4_000);
      await killAtRandom(world, brokers, 5, randomOf(13), () => {});
      await expectEqual(world);
    },
    300_000,
  );
});
