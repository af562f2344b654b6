import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { FIELD_FAULTS, NO_FAULTS } from '../piles/faults.ts';
import { FRONT_NAMES, FRONTS } from '../piles/protocols.ts';
import { ProgramError } from '../world/program.ts';
import { reconciliationLine } from '../world/reconcile.ts';
import { startWorld, type World } from '../world/world.ts';
import { onKeys } from './keys.ts';
import { type DemoOptions, demoOptions } from './options.ts';
import { showStatus } from './status.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SETTLE_MS = 120_000;
const SHOWN_FAULTS = 10;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

function welcome(world: World): void {
  const { http, firstLogin } = world.hub.ready();
  say('');
  say(`  Dashboard 云平台    ${http}`);
  if (firstLogin !== undefined) {
    say(
      `                     user ${firstLogin.user}   password ${firstLogin.password}   (shown once)`,
    );
  }
  for (const { siteId, edge, fronts } of world.sites) {
    say(`  ${siteId} 场站页面   ${edge.ready().api}`);
    for (const front of FRONT_NAMES) {
      const port = fronts[front];
      if (port === undefined) continue;
      const { title, at } = FRONTS[front];
      say(`                     ${title} piles connect to ${at(port)}`);
    }
  }
  say(`  API pages          ${http}/api/docs`);
  say('');
  say('  w cuts or restores the line to the hub · q ends and compares the books');
  say('');
}

function setLine(world: World, up: boolean): void {
  for (const { line } of world.sites) {
    if (up) line.restore();
    else line.cut();
  }
  say(up ? '— the line to the hub is back —' : '— the line to the hub is cut; charging goes on —');
}

/** Cuts at the given times; resolves when the run is over, by the clock or by hand. */
function runUntilEnd(world: World, options: DemoOptions): Promise<void> {
  const timers: NodeJS.Timeout[] = [];
  const after = (seconds: number, task: () => void): void => {
    timers.push(setTimeout(task, seconds * 1_000));
  };
  for (const { atSeconds, forSeconds } of options.wanCut) {
    after(atSeconds, () => setLine(world, false));
    after(atSeconds + forSeconds, () => setLine(world, true));
  }
  return new Promise((done) => {
    const end = (): void => {
      for (const timer of timers) clearTimeout(timer);
      keys.close();
      done();
    };
    const keys = onKeys({
      w: () => setLine(world, !world.sites.every(({ line }) => line.isUp())),
      q: end,
    });
    if (options.seconds !== undefined) after(options.seconds, end);
    process.once('SIGINT', end);
    process.once('SIGTERM', end);
  });
}

async function compareBooks(world: World): Promise<boolean> {
  say('Cars leave, records go up, then the books are compared …');
  const results = await world.finish(SETTLE_MS);
  for (const result of results) {
    say(reconciliationLine(result));
    for (const fault of result.faults.slice(0, SHOWN_FAULTS)) say(`  ${fault}`);
  }
  return results.every(({ faults }) => faults.length === 0);
}

async function main(): Promise<void> {
  const options = demoOptions(process.argv.slice(2), path.join(ROOT, '.holdfast', 'demo'));
  const world = await startWorld({
    folder: path.resolve(options.data),
    sites: options.sites,
    piles: options.piles,
    seed: options.seed,
    faults: options.faults === 'field' ? FIELD_FAULTS : NO_FAULTS,
    keep: options.keep,
    ports: {
      http: options.hubPort,
      mqtt: options.mqttPort,
      api: options.edgePort,
      fronts: options.frontPorts,
    },
  });
  welcome(world);
  const status = showStatus(world);
  await runUntilEnd(world, options);
  status.stop();
  const equal = await compareBooks(world);
  await world.stop();
  process.exit(equal ? 0 : 1);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof ProgramError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}
