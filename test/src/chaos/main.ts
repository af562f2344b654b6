import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { findProgram, remedyOf } from '../harness/programs.ts';
import { FIELD_FAULTS } from '../piles/faults.ts';
import { type PileCounts, pilesOption } from '../piles/pile-counts.ts';
import { randomOf } from '../piles/random.ts';
import { FREE_PORTS, frontsOf } from '../world/configs.ts';
import { startMosquittos } from '../world/mosquitto.ts';
import { reconciliationLine } from '../world/reconcile.ts';
import { startWorld } from '../world/world.ts';
import { killAtRandom } from './kills.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SETTLE_MS = 240_000;
const SHOWN_FAULTS = 20;

interface Options {
  readonly kills: string;
  readonly piles: PileCounts;
  readonly sites: string;
  readonly seed: string;
  readonly broker: string;
}

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function run(options: Options, mosquitto: string | null): Promise<boolean> {
  const seed = Number(options.seed);
  const folder = path.join(ROOT, '.holdfast', `chaos-${options.broker}`);
  mkdirSync(folder, { recursive: true });
  const brokers =
    mosquitto === null
      ? undefined
      : await startMosquittos(mosquitto, folder, frontsOf(options.piles));
  const world = await startWorld({
    folder: path.join(folder, 'world'),
    sites: Number(options.sites),
    piles: options.piles,
    seed,
    faults: FIELD_FAULTS,
    keep: false,
    ports: FREE_PORTS,
    ...(brokers === undefined ? {} : { brokerUrls: brokers.urls }),
  });
  const random = randomOf(seed).fork('kills');
  await killAtRandom(world, brokers, Number(options.kills), random, say);
  say('No more kills; the cars leave, the books are compared …');
  const results = await world.finish(SETTLE_MS);
  for (const result of results) {
    say(reconciliationLine(result));
    for (const fault of result.faults.slice(0, SHOWN_FAULTS)) say(`  ${fault}`);
  }
  await world.stop();
  await brokers?.kill();
  return results.every(({ faults }) => faults.length === 0);
}

await new Command('npm run chaos --')
  .description('Kills edge, hub and broker at random moments under load, then compares the books.')
  .option('--kills <n>', 'how many times', '30')
  .addOption(pilesOption())
  .option('--sites <n>', 'sites', '1')
  .option('--seed <n>', 'the same seed kills in the same order', '1')
  .option(
    '--broker <where>',
    'inside: in the hub; own: mosquitto, a process for each vendor',
    'inside',
  )
  .action(async (options: Options, command: Command) => {
    const mosquitto = options.broker === 'own' ? findProgram('mosquitto') : null;
    if (options.broker === 'own' && mosquitto === null) {
      command.error(`--broker own needs mosquitto: ${remedyOf('mosquitto')}`);
    }
    process.exit((await run(options, mosquitto)) ? 0 : 1);
  })
  .parseAsync();
