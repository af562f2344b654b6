import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type LiveFeed, liveFeed } from '@holdfast/shared/api/live-feed';
import {
  type MachineClock,
  machineClock,
  type SystemClock,
  systemClock,
  systemTimers,
} from './adapters/clock.ts';
import { openFrameDiary } from './adapters/files/frame-diary.ts';
import { metricsOf } from './adapters/http/metrics.ts';
import { type HttpServer, httpServer } from './adapters/http/server.ts';
import { openLedger } from './adapters/ledger/open.ts';
import { packBatch } from './adapters/mqtt/packing.ts';
import { cardApi } from './api/card-api.ts';
import { cardOrders } from './api/card-orders.ts';
import { type EdgeApiParts, edgeApi } from './api/edge-api.ts';
import { fileApi } from './api/file-api.ts';
import { type LiveSource, liveSource } from './api/live-source.ts';
import { orderHistory } from './api/order-history.ts';
import { type SecurityApi, securityApi } from './api/security-api.ts';
import { strangerApi } from './api/stranger-api.ts';
import { type CommandDesk, commandDesk } from './commands/desk.ts';
import type { EdgeConfig } from './config.ts';
import { type Doors, openDoors } from './doors.ts';
import { countsOf, openFronts, portsOf } from './fronts.ts';
import { CAPTURE_LIMITS, Capture } from './piles/capture.ts';
import type { Timers } from './ports/clock.ts';
import type { Ledger } from './ports/ledger.ts';
import { passwordOrders } from './security/password-orders.ts';
import { guardedSite } from './security/pile-requests.ts';
import { askRenewal } from './security/renewals.ts';
import { type SiteLog, silentLog } from './site/log.ts';
import { openSite, type RunningSite } from './site/site.ts';
import { StrangerBook } from './strangers/book.ts';
import { type SyncHandle, startSync } from './sync/sync.ts';

/** Name and version, as the hub's pages show it. */
export const SOFTWARE = 'holdfast-edge 0.1.0';
/** [SYNC-9]: time never starts behind the last that was saved. */
const SAVE_CLOCK_MS = 60_000;
const LOOK_AT_CLOCK_MS = 1_000;
/** Frames that may wait for the disk, characters. */
const DIARY_CHARS = 8 * 1_048_576;
const STATION_PAGE = fileURLToPath(new URL('../../station-ui/dist/', import.meta.url));

export interface EdgeOptions {
  readonly log?: SiteLog;
  /** The machine's clocks; tests have others. */
  readonly machine?: MachineClock;
  readonly timers?: Timers;
  /** Folder of the built station page. */
  readonly pageFolder?: string;
}

/** Where it can be reached. */
export interface EdgeAddresses {
  /** Origin of the local API and the station page. */
  readonly api: string;
  /** Port of the first 云快充 front; 0: there is none. */
  readonly ykc: number;
  /** Port of the first OCPP front, plain and over TLS. */
  readonly ocpp?: number;
  readonly 'ocpp-tls'?: number;
  /** Port of the first 晶福源 front. */
  readonly jfy?: number;
  /** Port of the first 广汽 front, and of the first that only listens. */
  readonly gqaa?: number;
  readonly listen?: number;
}

export interface RunningEdge {
  readonly addresses: EdgeAddresses;
  readonly site: RunningSite;
  readonly ledger: Ledger;
  readonly desk: CommandDesk;
  readonly doors: Doors;
  readonly clock: SystemClock;
  /** Says goodbye to piles, pages and hub, writes what waits, closes the ledger. */
  readonly stop: () => Promise<void>;
}

/** Tasks that undo what was done, run backwards. */
function undoing() {
  const tasks: (() => Promise<void> | void)[] = [];
  return {
    add: (task: () => Promise<void> | void) => void tasks.push(task),
    /** Undoes everything, also when a part of it fails; the first failure is told at the end. */
    async run(): Promise<void> {
      const failures: unknown[] = [];
      for (let task = tasks.pop(); task !== undefined; task = tasks.pop()) {
        try {
          await task();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}
type Undoing = ReturnType<typeof undoing>;

/** Runs a task again and again until it is undone. */
function every(timers: Timers, ms: number, undo: Undoing, task: () => void): void {
  let cancel = (): void => undefined;
  const again = (): void => {
    cancel = timers.after(ms, () => {
      task();
      again();
    });
  };
  again();
  undo.add(() => cancel());
}

async function openStore(config: EdgeConfig, machine: MachineClock, undo: Undoing) {
  // The ledger tells the clock its floor, and asks it for the time afterwards.
  let clock: SystemClock | undefined;
  const ledger = await openLedger({
    folder: config.dataFolder,
    siteId: config.siteId,
    budgets: config.ledger,
    nowMs: () => clock?.nowMs() ?? machine.wallMs(),
  });
  undo.add(() => ledger.close());
  clock = systemClock(ledger.identity().bootNo, await ledger.lastClock(), machine);
  return { ledger, clock };
}

function keepClock({ clock, ledger, site, timers, log }: Room, undo: Undoing): void {
  const save = (): Promise<void> =>
    ledger
      .saveClock(clock.reading())
      .catch((error: unknown) => log.error({ err: error }, 'clock-not-saved'));
  clock.onStepped(site.tellClockStep);
  every(timers, LOOK_AT_CLOCK_MS, undo, clock.look);
  every(timers, SAVE_CLOCK_MS, undo, () => void save());
  void save();
  undo.add(save);
}

interface Room {
  readonly config: EdgeConfig;
  readonly ledger: Ledger;
  readonly clock: SystemClock;
  readonly timers: Timers;
  readonly log: SiteLog;
  readonly site: RunningSite;
  readonly desk: CommandDesk;
  readonly capture: Capture;
  readonly doors: Doors;
  readonly strangers: StrangerBook;
}

async function startLine(room: Room, undo: Undoing): Promise<SyncHandle | undefined> {
  const { config, ledger, clock, timers, desk, log } = room;
  if (config.hub === null) return undefined;
  const { url, urls = {}, secret, vendors } = config.hub;
  const { mqttTransport } = await import('./adapters/mqtt/transport.ts');
  const sync = startSync({
    ledger,
    clock,
    timers,
    transport: mqttTransport({ url, urls, secret }),
    commands: desk,
    log,
    pack: packBatch,
    software: SOFTWARE,
    vendors,
  });
  undo.add(() => sync.stop());
  return sync;
}

/** The service for firmware and logs, where it is configured. */
async function openFiles(room: Room, undo: Undoing) {
  const { files } = room.config;
  if (files === null) return null;
  const { openFileService } = await import('./adapters/files/service.ts');
  const service = await openFileService({ ...room, files });
  undo.add(() => service.stop());
  return { api: fileApi(service), fileBytes: files.fileMb * 1_048_576 };
}

const heardOf = ({ clock, log, doors }: Room) => ({
  clock,
  log,
  sign: doors.certificates.sign,
  report: doors.report,
});

/** What the API shows and changes of the piles' doors. */
const securityOf = ({ config, ledger, site, doors }: Room): SecurityApi =>
  securityApi({
    siteId: config.siteId,
    ledger,
    keyring: doors.keyring,
    ca: doors.certificates.ca,
    revoke: doors.certificates.revoke,
    isKnown: (pileNo) => site.pile(pileNo) !== undefined,
    tellChanged: (pileNo, detail) =>
      doors.report({ code: 'credential-changed', pileNo, address: null, detail }),
  });

async function openHttp(
  room: Room,
  files: Awaited<ReturnType<typeof openFiles>>,
  sync: () => SyncHandle | undefined,
  fronts: () => Readonly<Record<string, number>>,
  pageFolder: string,
): Promise<{ server: HttpServer; source: LiveSource }> {
  const { config, clock, timers, log } = room;
  const { host, port, token, bodyBytes, liveClients } = config.api;
  const parts: EdgeApiParts = {
    ...room,
    history: orderHistory(room.site.memory),
    status: async () => await sync()?.status(),
  };
  const feed: LiveFeed = liveFeed(randomUUID());
  const source = liveSource(parts, feed);
  const server = await httpServer({
    host,
    port,
    token,
    bodyBytes,
    liveClients,
    pageFolder,
    api: edgeApi(parts),
    files,
    security: securityOf(room),
    strangers: strangerApi(room.strangers, room.capture),
    feed,
    collect: source.collect,
    metrics: (clients) => metricsOf(parts, fronts, clients),
    clock,
    timers,
    log,
  });
  return { server, source };
}

/** What a driver of OCPP notes of a pile's hardware. */
const serialIn = (note: unknown): string | undefined =>
  typeof note === 'object' && note !== null && 'serial' in note && typeof note.serial === 'string'
    ? note.serial
    : undefined;

/** Days of frames, for whoever looks into what a pile has said. */
function openDiary(
  { dataFolder, frames }: EdgeConfig,
  room: Pick<Room, 'clock' | 'timers' | 'log'>,
  undo: Undoing,
) {
  if (frames.days === 0) return undefined;
  const folder = path.join(dataFolder, 'frames');
  const diary = openFrameDiary({
    ...room,
    folder,
    limits: { ...frames, waitingChars: DIARY_CHARS },
  });
  undo.add(() => diary.close());
  return diary;
}

async function openRoom(config: EdgeConfig, options: EdgeOptions, undo: Undoing): Promise<Room> {
  const { log = silentLog, machine = machineClock, timers = systemTimers } = options;
  const { ledger, clock } = await openStore(config, machine, undo);
  const { captureBytes: bytesPerPile } = config.limits;
  const diary = openDiary(config, { clock, timers, log }, undo);
  const capture = new Capture({ ...CAPTURE_LIMITS, bytesPerPile }, diary);
  const site = await openSite({ config, ledger, clock, timers, capture, log });
  undo.add(() => site.close());
  const vendor = config.hub?.vendors[0] ?? config.fronts[0]?.protocol ?? 'ykc';
  const vendorOf = (pileNo: string | null): string =>
    site.memory.pile(pileNo ?? '')?.pile.vendor ?? vendor;
  const renewal = {
    hubNowMs: () => clock.hubNowMs(),
    vendorOf,
    operationsOf: (pileNo: string) => site.memory.operations(pileNo),
  };
  const doors = await openDoors({
    config,
    ledger,
    clock,
    timers,
    log,
    isServed: (pileNo) => config.adoptAll || site.pile(pileNo)?.adopted === true,
    vendorOf,
    serialOf: (pileNo) => serialIn(site.notes(pileNo).get('boot')),
    askRenewal: (pileNo) =>
      void askRenewal({ ...renewal, handle: (...command) => desk.handle(...command) }, pileNo),
  });
  undo.add(() => doors.close());
  const passwords = passwordOrders(site, {
    keyring: doors.keyring,
    log,
    tellChanged: (pileNo, detail) =>
      doors.report({ code: 'credential-changed', pileNo, address: null, detail }),
  });
  const desk = commandDesk({
    ledger,
    executor: cardOrders(passwords, cardApi(site.cards, clock)),
    clock,
    timers,
    most: config.limits.commandsWaiting,
    log,
  });
  undo.add(() => desk.close());
  await desk.recover();
  return {
    config,
    ledger,
    clock,
    timers,
    log,
    site,
    desk,
    capture,
    doors,
    strangers: new StrangerBook(),
  };
}

/**
 * Starts an edge agent in this process: ledger, site, fronts, local API, line to the hub. Throws
 * `FaultError` when it cannot; then nothing of it is left running.
 */
export async function startEdge(
  config: EdgeConfig,
  options: EdgeOptions = {},
): Promise<RunningEdge> {
  const undo = undoing();
  try {
    const room = await openRoom(config, options, undo);
    keepClock(room, undo);
    let sync: SyncHandle | undefined;
    let fronts: Awaited<ReturnType<typeof openFronts>> = [];
    const files = await openFiles(room, undo);
    const { server, source } = await openHttp(
      room,
      files,
      () => sync,
      () => countsOf(fronts),
      options.pageFolder ?? STATION_PAGE,
    );
    undo.add(() => server.stop());
    undo.add(() => source.stop());
    sync = await startLine(room, undo);
    const api = await server.start();
    fronts = await openFronts({ ...room, site: guardedSite(room.site, heardOf(room)) }, undo);
    const host = config.api.host === '0.0.0.0' ? '127.0.0.1' : config.api.host;
    const { ledger, clock, site, desk, doors } = room;
    return {
      addresses: {
        api: `http://${host.includes(':') ? `[${host}]` : host}:${api.port}`,
        ykc: 0,
        ...portsOf(fronts),
      },
      site,
      ledger,
      desk,
      doors,
      clock,
      stop: undo.run,
    };
  } catch (error) {
    await undo.run();
    throw error;
  }
}
