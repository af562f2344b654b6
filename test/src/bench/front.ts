import type { ChildProcess } from 'node:child_process';
import { script, told } from './child.ts';
import { type Load, openLoad } from './front-load.ts';
import type { ServerUsage } from './front-server.ts';
import type { BenchResult } from './result.ts';
import { percentile } from './statistics.ts';

export interface FrontBenchOptions {
  readonly connections: number;
  readonly framesPerSecond: number;
  /** Windows that are measured, and how long each is; the best counts, for the machine is shared. */
  readonly windows: number;
  readonly seconds: number;
  /** The engine compiles what is hot first. */
  readonly warmupSeconds: number;
}

const DEFAULTS: FrontBenchOptions = {
  connections: 10_000,
  framesPerSecond: 2_000,
  windows: 3,
  seconds: 6,
  warmupSeconds: 12,
};

/** CPU a frame may be so many times the bare server's. */
const CPU_RATIO = 2;
/** The 99th percentile of a live answer may be so much above the bare server's. */
const P99_ABOVE_MS = 10;
/** Of what the bare server answers; the rest was on its way when the time was over. */
const ANSWERED = 0.99;
const SETTLE_MS = 2_000;

interface Measured {
  readonly cpuMicrosPerFrame: number;
  readonly p99Ms: number;
  readonly bytesPerConnection: number;
  readonly answered: number;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function usageOf(child: ChildProcess): Promise<ServerUsage> {
  const answer = told<ServerUsage>(child);
  child.send('usage');
  return answer;
}

interface Window {
  readonly cpuMicrosPerFrame: number;
  readonly p99Ms: number;
  readonly answered: number;
}

async function measureWindow(
  child: ChildProcess,
  load: Load,
  { framesPerSecond, seconds }: FrontBenchOptions,
): Promise<Window> {
  const before = await usageOf(child);
  const latencies = await load.run(framesPerSecond, seconds);
  const after = await usageOf(child);
  const frames = after.frames - before.frames;
  return {
    cpuMicrosPerFrame: (after.cpuMicros - before.cpuMicros) / Math.max(1, frames),
    p99Ms: percentile(latencies, 0.99),
    answered: latencies.length,
  };
}

async function measure(kind: 'ours' | 'bare', options: FrontBenchOptions): Promise<Measured> {
  const child = script('./front-server.ts', [kind]);
  try {
    const { port } = await told<{ port: number }>(child);
    const empty = await usageOf(child);
    const load = await openLoad(port, options.connections);
    await load.run(options.framesPerSecond, options.warmupSeconds);
    await pause(SETTLE_MS);
    const windows: Window[] = [];
    for (let n = 0; n < options.windows; n += 1) {
      windows.push(await measureWindow(child, load, options));
    }
    const { rssBytes } = await usageOf(child);
    load.close();
    return {
      cpuMicrosPerFrame: Math.min(...windows.map((window) => window.cpuMicrosPerFrame)),
      p99Ms: Math.min(...windows.map((window) => window.p99Ms)),
      answered: windows.reduce((sum, { answered }) => sum + answered, 0),
      bytesPerConnection: (rssBytes - empty.rssBytes) / options.connections,
    };
  } finally {
    child.kill();
  }
}

/**
 * The 云快充 front against a bare socket server under the same load, each in a process of its own; the
 * load comes from this one. The bare server splits frames and echoes the ones that a front answers,
 * so both write equally often.
 */
export async function frontBench(
  options: Partial<FrontBenchOptions> = {},
): Promise<readonly BenchResult[]> {
  const chosen = { ...DEFAULTS, ...options };
  const bare = await measure('bare', chosen);
  const ours = await measure('ours', chosen);
  const cpuRatio = ours.cpuMicrosPerFrame / bare.cpuMicrosPerFrame;
  return [
    {
      name: `front: CPU a frame, ${chosen.connections} connections, ${chosen.framesPerSecond} frames/s`,
      unit: 'µs',
      figure: ours.cpuMicrosPerFrame,
      floor: bare.cpuMicrosPerFrame,
      ratio: cpuRatio,
      target: `ratio ≤ ${CPU_RATIO}`,
      pass: cpuRatio <= CPU_RATIO,
    },
    {
      name: 'front: live answer, 99th percentile',
      unit: 'ms',
      figure: ours.p99Ms,
      floor: bare.p99Ms,
      ratio: ours.p99Ms / bare.p99Ms,
      target: `≤ floor + ${P99_ABOVE_MS} ms`,
      pass: ours.p99Ms <= bare.p99Ms + P99_ABOVE_MS && ours.answered >= bare.answered * ANSWERED,
      facts: { answered: ours.answered, floorAnswered: bare.answered },
    },
    {
      name: 'front: memory a connection',
      unit: 'bytes',
      figure: ours.bytesPerConnection,
      floor: bare.bytesPerConnection,
      ratio: ours.bytesPerConnection / bare.bytesPerConnection,
      target: 'reported',
      pass: null,
    },
  ];
}
