import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openBooks } from '../piles/books.ts';
import type { Faults } from '../piles/faults.ts';
import {
  FLEET_DEFAULTS,
  type Fleet,
  type FleetOptions,
  joinFleets,
  runFleet,
} from '../piles/fleet.ts';
import { spokenIn } from '../piles/pile-counts.ts';
import { type FrontName, PILE_PROTOCOLS } from '../piles/protocols.ts';
import { randomOf } from '../piles/random.ts';
import { realTime } from '../piles/tcp-surroundings.ts';
import { type Api, apiOf } from './api.ts';
import {
  edgeConfig,
  type FrontPorts,
  firstOf,
  frontPorts,
  frontsOf,
  hubConfig,
  siteIdOf,
  type WorldPlan,
} from './configs.ts';
import { type Operator, runOperator } from './operator.ts';
import { type Program, programOf, startProgram } from './program.ts';
import { type Reconciliation, reconcile } from './reconcile.ts';
import { joinLines, type WanLine, wanLine } from './wan-line.ts';

export interface WorldOptions extends WorldPlan {
  readonly faults: Faults;
  /** Keeps what an earlier run left in the folder. */
  readonly keep: boolean;
  /** How the cars behave, where it matters; otherwise as in the show. */
  readonly cars?: Partial<Pick<FleetOptions, 'pace' | 'remoteOneIn'>>;
  /** What the edge agents run under, e.g. a program that lies about the time. */
  readonly edgesUnder?: readonly string[];
}

export interface HubReady {
  readonly http: string;
  readonly mqtt: number | null;
  readonly firstLogin?: { readonly user: string; readonly password: string };
}
export interface EdgeReady {
  readonly api: string;
}

export interface Site {
  readonly siteId: string;
  /** Its configuration file and data. */
  readonly configFile: string;
  readonly dataFolder: string;
  readonly edge: Program<EdgeReady>;
  readonly fronts: FrontPorts;
  readonly line: Omit<WanLine, 'port'>;
  readonly fleet: Fleet;
  readonly api: Api;
}

/** Hub, sites, lines and piles of one machine, all real processes and sockets. */
export interface World {
  readonly hub: Program<HubReady>;
  readonly hubApi: Api;
  readonly sites: readonly Site[];
  readonly operator: Operator;
  /** Lets the cars leave, waits until every record is at the hub, and compares. */
  readonly finish: (timeoutMs: number) => Promise<readonly Reconciliation[]>;
  readonly stop: () => Promise<void>;
}

const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

function write(file: string, value: unknown): string {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  return file;
}

async function startHub(options: WorldOptions): Promise<Program<HubReady>> {
  const { folder } = options;
  const config = write(path.join(folder, 'hub.json'), await hubConfig(options));
  return await startProgram<HubReady>({
    name: 'the hub',
    program: programOf('cloud-hub'),
    args: ['--config', config],
    logFile: path.join(folder, 'hub.log'),
  });
}

/** Fleets of every protocol at a site, with one set of books. */
function runFleets(options: WorldOptions, site: number, fronts: FrontPorts): Fleet {
  const books = openBooks();
  const fleets = spokenIn(options.piles).map((name) => {
    const { front, piles } = PILE_PROTOCOLS[name];
    return runFleet({
      ...FLEET_DEFAULTS,
      count: options.piles[name] ?? 0,
      first: firstOf(name, site),
      seed: options.seed + site,
      faults: options.faults,
      ...options.cars,
      time: realTime,
      books,
      runPile: piles({ host: '127.0.0.1', port: fronts[front] ?? 0 }),
    });
  });
  return joinFleets(books, fleets);
}

async function startSite(
  options: WorldOptions,
  index: number,
  hub: Program<HubReady>,
): Promise<Site> {
  const siteId = siteIdOf(index);
  const { line, ...hubUrls } = await lineToHub(options, hub);
  const fronts = await frontPorts(options, index);
  const config = write(
    path.join(options.folder, `${siteId}.json`),
    await edgeConfig(options, index, fronts, hubUrls),
  );
  const edge = await startProgram<EdgeReady>({
    name: `the edge agent of ${siteId}`,
    program: programOf('edge-agent'),
    args: ['--config', config],
    logFile: path.join(options.folder, `${siteId}.log`),
    ...(options.edgesUnder === undefined ? {} : { under: options.edgesUnder }),
  }).catch(async (error: unknown) => {
    await line.close();
    throw error;
  });
  const fleet = runFleets(options, index, fronts);
  const dataFolder = path.join(options.folder, siteId);
  return {
    siteId,
    configFile: config,
    dataFolder,
    edge,
    fronts,
    line,
    fleet,
    api: apiOf(edge.ready().api),
  };
}

const urlOf = ({ port }: WanLine): string => `mqtt://127.0.0.1:${port}`;

/** The line of a site to the broker in the hub, or to each vendor's own. */
async function lineToHub({ brokerUrls, piles }: WorldOptions, hub: Program<HubReady>) {
  if (brokerUrls === undefined) {
    const line = await wanLine({ host: '127.0.0.1', port: hub.ready().mqtt ?? 0 });
    return { line: joinLines([line]), url: urlOf(line) };
  }
  const urls: Partial<Record<FrontName, string>> = {};
  const lines: WanLine[] = [];
  for (const front of frontsOf(piles)) {
    const { hostname, port } = new URL(brokerUrls[front] ?? '');
    const line = await wanLine({ host: hostname, port: Number(port) });
    urls[front] = urlOf(line);
    lines.push(line);
  }
  const [url = ''] = lines.map(urlOf);
  return { line: joinLines(lines), url, urls };
}

/** Waits until nothing runs at the piles and every edge has nothing left to send. */
async function settle(sites: readonly Site[], timeoutMs: number): Promise<void> {
  const until = Date.now() + timeoutMs;
  const pendingOf = async (site: Site): Promise<number> => {
    const states = await site.api.sync().catch(() => undefined);
    if (states === undefined) return 1;
    const money = states.flatMap((state) => state.streams).filter((s) => s.lane === 'money');
    return money.reduce((sum, stream) => sum + stream.pending, 0);
  };
  while (Date.now() < until) {
    const open = sites.reduce((sum, site) => sum + site.fleet.unfinished(), 0);
    const pending = await Promise.all(sites.map(pendingOf));
    if (open === 0 && pending.every((n) => n === 0)) return;
    await sleep(500);
  }
}

async function stopAll(sites: readonly Site[], hub: Program<HubReady>): Promise<void> {
  for (const site of sites) site.fleet.stop();
  await Promise.all(sites.map((site) => site.edge.stop()));
  await hub.stop();
  await Promise.all(sites.map((site) => site.line.close()));
}

/** All sites, or none: what runs already is ended when one cannot start. */
async function startSites(options: WorldOptions, hub: Program<HubReady>): Promise<readonly Site[]> {
  const sites: Site[] = [];
  try {
    for (let i = 0; i < options.sites; i += 1) sites.push(await startSite(options, i, hub));
  } catch (error) {
    await stopAll(sites, hub);
    throw error;
  }
  return sites;
}

export async function startWorld(options: WorldOptions): Promise<World> {
  if (!options.keep) rmSync(options.folder, { recursive: true, force: true });
  mkdirSync(options.folder, { recursive: true });
  const hub = await startHub(options);
  const { http, firstLogin } = hub.ready();
  const hubApi = apiOf(http);
  const loginFile = path.join(options.folder, 'login.json');
  if (firstLogin !== undefined) write(loginFile, firstLogin);
  if (firstLogin !== undefined) await hubApi.login(firstLogin.user, firstLogin.password);
  const sites = await startSites(options, hub);
  const operator = runOperator(hubApi, randomOf(options.seed).fork('operator'));
  return {
    hub,
    hubApi,
    sites,
    operator,
    async finish(timeoutMs) {
      operator.stop();
      for (const site of sites) {
        site.line.restore();
        site.fleet.closeTheShop();
      }
      await settle(sites, timeoutMs);
      const hubOrders = await hubApi.allOrders();
      return await Promise.all(
        sites.map(async ({ siteId, fleet, api }) =>
          reconcile(
            siteId,
            fleet.books.entries(),
            await api.allOrders(),
            hubOrders.filter((order) => order.siteId === siteId),
          ),
        ),
      );
    },
    async stop() {
      operator.stop();
      await stopAll(sites, hub);
    },
  };
}
