import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Program, programOf, startProgram } from '../world/program.ts';
import { SHOW_TARIFF } from '../world/tariffs.ts';
import { rssBytesOf, script, told } from './child.ts';
import { identityOfStation } from './ocpp-identity.ts';
import type { OcppLoadOptions, OcppLoadReport } from './ocpp-load.ts';
import type { BenchResult } from './result.ts';
import { median } from './statistics.ts';

export interface OcppBenchOptions {
  readonly sockets: number;
  readonly idleSockets: number;
  /** Every server in turns, so often; the middle one counts. */
  readonly rounds: number;
  readonly warmupSeconds: number;
  readonly seconds: number;
}

const DEFAULTS: OcppBenchOptions = {
  sockets: 1_000,
  idleSockets: 10_000,
  rounds: 3,
  // Stations are asked what they are in the first five seconds: that is no part of what they say later.
  warmupSeconds: 8,
  seconds: 6,
};

/** Live messages a second, beside bare `ws` and `JSON.parse`. */
const LIVE_RATIO = 0.7;
/** Messages that are on disk before they are answered, beside ocpp-rpc, which stores nothing. */
const DURABLE_RATIO = 1.3;
const REST_MS = 2_000;

type Kind = OcppLoadOptions['kind'];
type Server = 'agent' | 'front' | 'bare' | 'strict';
type LoadTold =
  | { readonly at: 'open' }
  | { readonly at: 'measured'; readonly report: OcppLoadReport };

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** An agent as it is at a site, its line to the hub cut. */
function startAgent(folder: string, sockets: number): Promise<Program<{ readonly ocpp: number }>> {
  const config = path.join(folder, 'edge.json');
  const limits = { socketsPerAddress: sockets + 1, loginsPerMinute: 1_000_000 };
  const ocpp = { messagesPerSecond: 10_000, messagesAtOnce: 100_000 };
  const piles = Array.from({ length: sockets }, (_, n) => ({
    pileNo: identityOfStation(n),
    securityProfile: 0,
    allow: ['127.0.0.1'],
  }));
  writeFileSync(
    config,
    JSON.stringify({
      siteId: 'bench',
      name: 'bench',
      dataFolder: path.join(folder, 'ledger'),
      fronts: [{ protocol: 'ocpp', port: 0, limits, ocpp }],
      security: { handshakesPerMinute: 1_000_000 },
      api: { port: 0 },
      piles,
      tariffs: [SHOW_TARIFF],
      tariff: SHOW_TARIFF.tariffId,
    }),
  );
  return startProgram({
    name: 'the edge agent',
    program: programOf('edge-agent'),
    args: ['--config', config],
    logFile: path.join(folder, 'edge.log'),
  });
}

async function loadOn(
  port: number,
  kind: Kind,
  options: OcppBenchOptions,
  whenOpen?: () => Promise<void>,
) {
  const { sockets, idleSockets, warmupSeconds, seconds } = options;
  const load: OcppLoadOptions =
    kind === 'idle'
      ? { port, kind, sockets: idleSockets, warmupSeconds: 0, seconds: 60 }
      : { port, kind, sockets, warmupSeconds, seconds };
  const child = script('./ocpp-load.ts', [JSON.stringify(load)]);
  try {
    await told<LoadTold>(child);
    if (whenOpen !== undefined) {
      await whenOpen();
      return undefined;
    }
    const measured = await told<LoadTold>(child);
    return measured.at === 'measured' ? measured.report : undefined;
  } finally {
    child.kill();
  }
}

async function inAgent<T>(
  sockets: number,
  work: (agent: Program<{ readonly ocpp: number }>) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-ocpp-'));
  const agent = await startAgent(folder, sockets);
  try {
    return await work(agent);
  } finally {
    await agent.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(server: Server, kind: Kind, options: OcppBenchOptions) {
  if (server === 'agent') {
    return inAgent(options.sockets, (agent) => loadOn(agent.ready().ocpp, kind, options));
  }
  const child =
    server === 'front' ? script('./ocpp-server.ts') : script('./ocpp-floor.ts', [server]);
  try {
    return await loadOn((await told<{ port: number }>(child)).port, kind, options);
  } finally {
    child.kill();
  }
}

interface Side {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly errors: number;
}

const sideOf = (reports: readonly OcppLoadReport[]): Side => ({
  perSecond: median(reports.map(({ perSecond }) => perSecond)),
  p50Ms: median(reports.map(({ p50Ms }) => p50Ms)),
  p99Ms: median(reports.map(({ p99Ms }) => p99Ms)),
  errors: reports.reduce((sum, { errors }) => sum + errors, 0),
});

/** Ours and another server in turns, under the same load. */
async function beside(
  own: 'front' | 'agent',
  other: 'bare' | 'strict',
  kind: Kind,
  options: OcppBenchOptions,
) {
  const reports: Record<'ours' | 'theirs', OcppLoadReport[]> = { ours: [], theirs: [] };
  for (let round = 0; round < options.rounds; round += 1) {
    const theirs = await measure(other, kind, options);
    const ours = await measure(own, kind, options);
    if (theirs !== undefined) reports.theirs.push(theirs);
    if (ours !== undefined) reports.ours.push(ours);
  }
  return { ours: sideOf(reports.ours), theirs: sideOf(reports.theirs) };
}

function resultOf(
  name: string,
  { ours, theirs }: { readonly ours: Side; readonly theirs: Side },
  least: number | null,
): BenchResult {
  const ratio = ours.perSecond / theirs.perSecond;
  return {
    name,
    unit: 'messages/s',
    figure: ours.perSecond,
    floor: theirs.perSecond,
    ratio,
    target: least === null ? 'reported' : `ratio ≥ ${least}, none refused`,
    pass: least === null ? null : ratio >= least && ours.errors === 0,
    facts: {
      p50Ms: ours.p50Ms,
      p99Ms: ours.p99Ms,
      floorP50Ms: theirs.p50Ms,
      floorP99Ms: theirs.p99Ms,
      errors: ours.errors,
      floorErrors: theirs.errors,
    },
  };
}

/** Memory of stations that are only there, each in its place. */
async function idle(options: OcppBenchOptions): Promise<BenchResult> {
  const { idleSockets } = options;
  const figure = await inAgent(idleSockets, async (agent) => {
    const pid = agent.pid() ?? 0;
    const before = rssBytesOf(pid);
    let after = before;
    await loadOn(agent.ready().ocpp, 'idle', options, async () => {
      await pause(REST_MS);
      after = rssBytesOf(pid);
    });
    return { perSocket: (after - before) / idleSockets, rssMb: after / 1_048_576 };
  });
  return {
    name: `ocpp: memory a connection, ${idleSockets} idle in one agent`,
    unit: 'bytes',
    figure: figure.perSocket,
    floor: null,
    ratio: null,
    target: 'reported',
    pass: null,
    facts: { rssMb: figure.rssMb },
  };
}

/**
 * A closed loop of OCPP 1.6 calls on the front with its driver, and on a whole agent, in turns with bare
 * `ws` and with ocpp-rpc in strict mode; servers and load are processes of their own.
 */
export async function ocppBench(
  options: Partial<OcppBenchOptions> = {},
): Promise<readonly BenchResult[]> {
  const chosen = { ...DEFAULTS, ...options };
  const { sockets } = chosen;
  const live = await beside('front', 'bare', 'live', chosen);
  const whole = await beside('agent', 'bare', 'live', { ...chosen, rounds: 1 });
  const durable = await beside('agent', 'strict', 'durable', chosen);
  return [
    resultOf(`ocpp: live calls, ${sockets} sockets, beside bare ws`, live, LIVE_RATIO),
    resultOf(`ocpp: live calls with the whole agent, ${sockets} sockets`, whole, null),
    resultOf(
      `ocpp: starts and stops, on disk first, ${sockets} sockets, beside ocpp-rpc strict`,
      durable,
      DURABLE_RATIO,
    ),
    await idle(chosen),
  ];
}
