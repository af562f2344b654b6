import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildBacklog } from '@holdfast/edge-agent/adapters/ledger/testing/million';
import { type Program, programOf, startProgram } from '../world/program.ts';
import { SHOW_TARIFF } from '../world/tariffs.ts';
import { cpuMicrosOf, peakBytesOf, pssBytesOf, rssBytesOf } from './child.ts';
import type { BenchResult } from './result.ts';
import { median } from './statistics.ts';

export interface StartupBenchOptions {
  readonly rounds: number;
  /** Events that wait in each of the two files of the full ledger. */
  readonly backlog: number;
}

const DEFAULTS: StartupBenchOptions = { rounds: 5, backlog: 1_000_000 };
/** What is measured at rest is measured after so long. */
const REST_MS = 1_000;
const MB = 1024 ** 2;
const FULL_ABOVE_EMPTY_MS = 1_000;
/** Everything that the edge agent speaks, OCPP in all its versions. */
const PROTOCOLS = ['ykc', 'ocpp', 'jfy', 'gqaa', 'listen'];
/** Nobody listens there: the line is tried again and again. */
const NO_HUB = { url: 'mqtt://127.0.0.1:9', secret: 'a long secret' };
/** Most that the edge agent may need with all of them. */
const EDGE_MS = 1_500;
const EDGE_MB = 120;

type Kind = 'node' | 'edge' | 'full' | 'hub';

interface Start {
  readonly ms: number;
  readonly cpuMs: number;
  readonly rssMb: number;
  /** With what is shared counted in parts; most since the start. */
  readonly pssMb: number;
  readonly peakMb: number;
}

const PROGRAMS: Readonly<Record<Kind, readonly string[]>> = {
  node: ['test/src/bench/startup-floor.ts'],
  edge: programOf('edge-agent'),
  full: programOf('edge-agent'),
  hub: programOf('cloud-hub'),
};
const NAMES: Readonly<Record<Kind, string>> = {
  node: 'bare node',
  edge: 'the edge agent with all protocols',
  full: 'the edge agent with a full ledger',
  hub: 'the hub',
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const edgeConfig = (dataFolder: string): object => ({
  siteId: 'S1',
  name: 'bench',
  dataFolder,
  fronts: PROTOCOLS.map((protocol) => ({ protocol, port: 0 })),
  api: { port: 0 },
  hub: NO_HUB,
  tariffs: [SHOW_TARIFF],
  tariff: SHOW_TARIFF.tariffId,
  ledger: { coreMb: 4_096, bulkMb: 4_096 },
});

const hubConfig = (dataFolder: string): object => ({
  dataFolder,
  http: { host: '127.0.0.1', port: 0 },
  broker: { kind: 'embedded', host: '127.0.0.1', port: 0 },
  sites: [],
});

async function startOnce(folder: string, kind: Kind): Promise<Start> {
  const config = path.join(folder, `${kind}.json`);
  const data = path.join(folder, kind);
  writeFileSync(config, JSON.stringify(kind === 'hub' ? hubConfig(data) : edgeConfig(data)));
  const startedMs = performance.now();
  const program: Program<unknown> = await startProgram({
    name: NAMES[kind],
    program: PROGRAMS[kind],
    args: ['--config', config],
    logFile: path.join(folder, `${kind}.log`),
  });
  try {
    const ms = performance.now() - startedMs;
    const pid = program.pid() ?? 0;
    const cpuMs = cpuMicrosOf(pid) / 1_000;
    await pause(REST_MS);
    const [rssMb, pssMb, peakMb] = [rssBytesOf, pssBytesOf, peakBytesOf].map((of) => of(pid) / MB);
    return { ms, cpuMs, rssMb: rssMb ?? 0, pssMb: pssMb ?? 0, peakMb: peakMb ?? 0 };
  } finally {
    await program.stop();
  }
}

const middle = (starts: readonly Start[], of: keyof Start): number =>
  median(starts.map((start) => start[of]));

type Starts = Readonly<Record<Kind, readonly Start[]>>;

/** `most`: what is allowed, of the time in ms and of the memory in MB. */
function upOf(
  starts: Starts,
  kind: 'edge' | 'hub',
  most: { readonly ms: number; readonly mb: number } | null,
): readonly BenchResult[] {
  const of = (field: keyof Start, limit: number | undefined) => {
    const [figure, floor] = [middle(starts[kind], field), middle(starts.node, field)];
    const target = limit === undefined ? 'reported' : `≤ ${limit}`;
    const pass = limit === undefined ? null : figure <= limit;
    return { figure, floor, ratio: figure / floor, target, pass };
  };
  return [
    {
      name: `start-up: ${NAMES[kind]}, until it is ready`,
      unit: 'ms',
      ...of('ms', most?.ms),
      facts: { cpuMs: middle(starts[kind], 'cpuMs') },
    },
    {
      name: `memory: ${NAMES[kind]}, at rest, resident`,
      unit: 'MB',
      ...of('rssMb', most?.mb),
      facts: { pssMb: middle(starts[kind], 'pssMb'), peakMb: middle(starts[kind], 'peakMb') },
    },
  ];
}

function fullOf(starts: Starts, backlog: number): BenchResult {
  const [figure, floor] = [middle(starts.full, 'ms'), middle(starts.edge, 'ms')];
  return {
    name: `start-up: the edge agent with ${backlog} events waiting`,
    unit: 'ms',
    figure,
    floor,
    ratio: figure / floor,
    target: `≤ that of an empty ledger + ${FULL_ABOVE_EMPTY_MS} ms`,
    pass: figure <= floor + FULL_ABOVE_EMPTY_MS,
    facts: { rssMb: middle(starts.full, 'rssMb') },
  };
}

/**
 * From the start of the process to the line that says ready, and the memory a second later, of edge agent
 * and hub as people run them, each beside a Node process that only opens a port and says so.
 */
export async function startupBench(
  options: Partial<StartupBenchOptions> = {},
): Promise<readonly BenchResult[]> {
  const { rounds, backlog } = { ...DEFAULTS, ...options };
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-startup-'));
  const starts: Record<Kind, Start[]> = { node: [], edge: [], full: [], hub: [] };
  try {
    buildBacklog(path.join(folder, 'full'), backlog);
    for (let round = 0; round <= rounds; round += 1) {
      for (const kind of ['node', 'edge', 'full', 'hub'] as const) {
        const start = await startOnce(folder, kind);
        // The first round makes the data folders and fills the caches of the disk.
        if (round > 0) starts[kind].push(start);
      }
    }
    const most = { ms: EDGE_MS, mb: EDGE_MB };
    return [...upOf(starts, 'edge', most), fullOf(starts, backlog), ...upOf(starts, 'hub', null)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
