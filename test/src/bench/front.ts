import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { openLoad } from './front-load.ts';
import type { ServerUsage } from './front-server.ts';

/** One figure and, where there is one, its floor from the same run. */
export interface FrontFigure {
  readonly name: string;
  readonly unit: string;
  readonly figure: number;
  readonly floor: number | null;
  readonly ratio: number | null;
  /** What the figure (or its ratio) is to reach, in words. */
  readonly target: string;
  readonly met: boolean | null;
}

export interface FrontBenchOptions {
  readonly connections: number;
  readonly framesPerSecond: number;
  readonly seconds: number;
  readonly warmupSeconds: number;
}

const DEFAULTS: FrontBenchOptions = {
  connections: 10_000,
  framesPerSecond: 2_000,
  seconds: 15,
  warmupSeconds: 5,
};

/** CPU a frame may be so many times the bare server's. */
const CPU_RATIO = 2;
/** The 99th percentile of a live answer may be so much above the bare server's. */
const P99_ABOVE_MS = 10;
const SETTLE_MS = 2_000;

interface Measured {
  readonly cpuMicrosPerFrame: number;
  readonly p99Ms: number;
  readonly bytesPerConnection: number;
  readonly answered: number;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function told<T>(child: ChildProcess): Promise<T> {
  const [message] = await once(child, 'message');
  return message;
}

function usageOf(child: ChildProcess): Promise<ServerUsage> {
  const answer = told<ServerUsage>(child);
  child.send('usage');
  return answer;
}

const percentile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
};

async function measure(kind: 'ours' | 'bare', options: FrontBenchOptions): Promise<Measured> {
  const child = fork(fileURLToPath(new URL('./front-server.ts', import.meta.url)), [kind]);
  try {
    const { port } = await told<{ port: number }>(child);
    const empty = await usageOf(child);
    const load = await openLoad(port, options.connections);
    await load.run(options.framesPerSecond, options.warmupSeconds);
    await pause(SETTLE_MS);
    const before = await usageOf(child);
    const latencies = await load.run(options.framesPerSecond, options.seconds);
    const after = await usageOf(child);
    load.close();
    const frames = after.frames - before.frames;
    return {
      cpuMicrosPerFrame: (after.cpuMicros - before.cpuMicros) / Math.max(1, frames),
      p99Ms: percentile(latencies, 0.99),
      bytesPerConnection: (after.rssBytes - empty.rssBytes) / options.connections,
      answered: latencies.length,
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
): Promise<readonly FrontFigure[]> {
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
      met: cpuRatio <= CPU_RATIO,
    },
    {
      name: `front: live answer, 99th percentile of ${ours.answered}`,
      unit: 'ms',
      figure: ours.p99Ms,
      floor: bare.p99Ms,
      ratio: ours.p99Ms / bare.p99Ms,
      target: `≤ floor + ${P99_ABOVE_MS} ms`,
      met: ours.p99Ms <= bare.p99Ms + P99_ABOVE_MS,
    },
    {
      name: 'front: memory a connection',
      unit: 'bytes',
      figure: ours.bytesPerConnection,
      floor: bare.bytesPerConnection,
      ratio: ours.bytesPerConnection / bare.bytesPerConnection,
      target: 'reported',
      met: null,
    },
  ];
}
