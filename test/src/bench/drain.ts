import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openLedger } from '@holdfast/edge-agent/adapters/ledger/open';
import { script, told } from './child.ts';
import type { EdgeDrained } from './drain-edge.ts';
import { rawInsertMs } from './drain-floor.ts';
import type { HubUsage } from './drain-hub.ts';
import { fillOutbox, type Mix } from './drain-mix.ts';
import type { BenchResult } from './result.ts';

export interface DrainBenchOptions {
  readonly events: number;
  readonly mixes: readonly Mix[];
}

const DEFAULTS: DrainBenchOptions = { events: 500_000, mixes: ['an outage', 'money alone'] };
/** Money alone is heavier an event: a fifth as many will do. */
const MONEY_SHARE = 5;
const RATIO_MIN = 0.25;
const FLOOR_ROUNDS = 2;
/** Large enough that nothing is thinned while the outbox is filled. */
const BUDGET_BYTES = 64 * 1024 ** 3;

async function usageOf(hub: ChildProcess): Promise<HubUsage> {
  const answer = told<HubUsage>(hub);
  hub.send('usage');
  return answer;
}

async function fill(folder: string, mix: Mix, events: number): Promise<void> {
  const budgets = { coreBytes: BUDGET_BYTES, bulkBytes: BUDGET_BYTES, reserveBytes: 0 };
  const ledger = await openLedger({ folder, siteId: 'S1', budgets, tendEveryMs: 0 });
  await fillOutbox(ledger, mix, events);
  await ledger.close();
}

async function drain(folder: string, file: string) {
  const hub = script('./drain-hub.ts', [file]);
  try {
    const { port } = await told<{ port: number }>(hub);
    const before = await usageOf(hub);
    const edge = script('./drain-edge.ts', [folder, `mqtt://127.0.0.1:${port}`]);
    const drained = await told<EdgeDrained>(edge);
    const after = await usageOf(hub);
    await once(edge, 'exit');
    const gone = once(hub, 'exit');
    hub.send('stop');
    await gone;
    return { drained, hubCpuMicros: after.cpuMicros - before.cpuMicros, after };
  } finally {
    hub.kill();
  }
}

async function measure(mix: Mix, events: number): Promise<BenchResult> {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-drain-'));
  try {
    const file = path.join(folder, 'hub.db');
    await fill(path.join(folder, 'ledger'), mix, events);
    const { drained, hubCpuMicros, after } = await drain(path.join(folder, 'ledger'), file);
    const floors: number[] = [];
    for (let round = 0; round < FLOOR_ROUNDS; round += 1) {
      floors.push(await rawInsertMs(file, path.join(folder, `floor-${round}.db`)));
    }
    // The quicker one: what else the machine does must not make the floor an easy one.
    const floorMs = Math.min(...floors);
    const { pending, ms, cpuMicros } = drained;
    const figure = (after.events * 1_000) / ms;
    const floor = (after.events * 1_000) / floorMs;
    return {
      name: `drain: the backlog of ${mix}`,
      unit: 'events/s',
      figure,
      floor,
      ratio: figure / floor,
      ...verdictOf(mix, figure / floor, after.parked === 0 && after.events === pending),
      facts: {
        events: after.events,
        parked: after.parked,
        edgeCpuMicrosPerEvent: cpuMicros / after.events,
        hubCpuMicrosPerEvent: hubCpuMicros / after.events,
        hubRssMb: after.rssBytes / 1024 ** 2,
      },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The target is for what an outage leaves. Money alone, the heaviest events there are, is reported
 * beside it without one; but in both nothing may be parked or missing.
 */
function verdictOf(
  mix: Mix,
  ratio: number,
  isWhole: boolean,
): Pick<BenchResult, 'target' | 'pass'> {
  if (mix === 'money alone') {
    return { target: 'reported; none parked, all there', pass: isWhole ? null : false };
  }
  const target = `ratio ≥ ${RATIO_MIN}, none parked, all there`;
  return { target, pass: isWhole && ratio >= RATIO_MIN };
}

/**
 * How quickly a real edge empties its outbox into a real hub, each a process of its own, against the
 * same rows inserted straight into the same schema with the same pragmas.
 */
export async function drainBench(
  options: Partial<DrainBenchOptions> = {},
): Promise<readonly BenchResult[]> {
  const { events, mixes } = { ...DEFAULTS, ...options };
  const figures: BenchResult[] = [];
  for (const mix of mixes) {
    const share = mix === 'money alone' ? Math.ceil(events / MONEY_SHARE) : events;
    figures.push(await measure(mix, share));
  }
  return figures;
}
