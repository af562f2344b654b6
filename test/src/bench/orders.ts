import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fleetLists } from '../piles/fleet.ts';
import { type Program, programOf, startProgram } from '../world/program.ts';
import { SHOW_TARIFF } from '../world/tariffs.ts';
import { cpuMicrosOf, script, told } from './child.ts';
import { type OrdersFound, ordersFound } from './orders-check.ts';
import type { OrdersLoadMessage, OrdersLoadOptions, OrdersReport } from './orders-load.ts';
import type { BenchResult } from './result.ts';
import { percentile } from './statistics.ts';

export interface OrdersBenchOptions {
  readonly piles: number;
  readonly guns: number;
  readonly perSecond: number;
  readonly warmupSeconds: number;
  readonly seconds: number;
  readonly seed: number;
}

const DEFAULTS: OrdersBenchOptions = {
  piles: 1_000,
  guns: 2,
  perSecond: 500,
  warmupSeconds: 5,
  seconds: 15,
  seed: 7,
};
const P99_MAX_MS = 25;

interface Measured {
  readonly report: OrdersReport;
  readonly cpuMicros: number;
}

/** Puts the load on a server; `pid` is the server's. */
async function measure(load: OrdersLoadOptions, pid: number): Promise<Measured> {
  const child = script('./orders-load.ts', [JSON.stringify(load)]);
  try {
    await told<OrdersLoadMessage>(child);
    const before = cpuMicrosOf(pid);
    const measured = await told<OrdersLoadMessage>(child);
    const cpuMicros = cpuMicrosOf(pid) - before;
    if (measured.at !== 'measured') throw new RangeError('the load has told things out of order');
    return { report: measured.report, cpuMicros };
  } finally {
    child.kill();
  }
}

async function floorOf(folder: string, load: Omit<OrdersLoadOptions, 'port'>): Promise<Measured> {
  const server = script('./orders-floor.ts', [path.join(folder, 'floor.bin')]);
  try {
    const { port } = await told<{ port: number }>(server);
    return await measure({ ...load, port, starts: false }, server.pid ?? 0);
  } finally {
    server.kill();
  }
}

/** An agent as it is at a site, its line to the hub cut: ledger, site, front, pages. */
function startAgent(
  folder: string,
  { piles, guns }: OrdersBenchOptions,
): Promise<Program<{ readonly ykc: number }>> {
  const lists = fleetLists({ count: piles, first: 0, connectors: guns });
  const config = path.join(folder, 'edge.json');
  const limits = { socketsPerAddress: piles + 1, loginsPerMinute: 1_000_000 };
  writeFileSync(
    config,
    JSON.stringify({
      siteId: 'bench',
      name: 'bench',
      dataFolder: path.join(folder, 'ledger'),
      fronts: [{ protocol: 'ykc', port: 0, limits }],
      api: { port: 0 },
      piles: lists.piles.map((pileNo) => ({ pileNo })),
      cards: lists.cards.map((card) => ({ ...card, balanceYuan: '99999.00' })),
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

async function agentOf(
  folder: string,
  options: OrdersBenchOptions,
): Promise<Measured & { readonly found: OrdersFound }> {
  const agent = await startAgent(folder, options);
  try {
    const load = { ...options, port: agent.ready().ykc, starts: true };
    const measured = await measure(load, agent.pid() ?? 0);
    await agent.kill();
    const found = ordersFound(path.join(folder, 'ledger'), measured.report.confirmed);
    return { ...measured, found };
  } finally {
    await agent.kill();
  }
}

/**
 * From the upload of an order (0x3B) to its confirmation (0x40), with an agent that is killed at the
 * end: what it has confirmed must be in its ledger. The floor answers when the bytes of the order
 * are forced to disk, nothing else.
 */
export async function ordersBench(
  options: Partial<OrdersBenchOptions> = {},
): Promise<readonly BenchResult[]> {
  const chosen = { ...DEFAULTS, ...options };
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-orders-'));
  try {
    const bare = await floorOf(folder, { ...chosen, starts: false });
    const { report, cpuMicros, found } = await agentOf(folder, chosen);
    const { latenciesMs, lateMs, sent, known } = report;
    const [figure, floor] = [
      percentile(latenciesMs, 0.99),
      percentile(bare.report.latenciesMs, 0.99),
    ];
    const unanswered = sent - latenciesMs.length;
    return [
      {
        name: `orders: upload to confirmation, 99th percentile at ${chosen.perSecond} a second`,
        unit: 'ms',
        figure,
        floor,
        ratio: figure / floor,
        target: `≤ ${P99_MAX_MS} ms, each one there after kill -9`,
        pass: figure <= P99_MAX_MS && unanswered === 0 && found.faulty === 0,
        facts: {
          p50Ms: percentile(latenciesMs, 0.5),
          maxMs: percentile(latenciesMs, 1),
          floorP50Ms: percentile(bare.report.latenciesMs, 0.5),
          floorMaxMs: percentile(bare.report.latenciesMs, 1),
          senderLateP99Ms: percentile(lateMs, 0.99),
          connections: chosen.piles,
          sent,
          known,
          unanswered,
          confirmed: report.confirmed.length,
          confirmedAndNotThere: found.faulty,
          settled: found.settled,
          orphans: found.orphans,
          cpuMicrosPerOrder: cpuMicros / sent,
          floorCpuMicrosPerOrder: bare.cpuMicros / bare.report.sent,
        },
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
