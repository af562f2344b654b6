import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from '@holdfast/shared/api/resources';
import type { SecurityEventResource } from '@holdfast/shared/api/security';
import { type Program, programOf, startProgram } from '../world/program.ts';
import { SHOW_TARIFF } from '../world/tariffs.ts';
import { rssBytesOf, script, told } from './child.ts';
import type { CalmOptions, CalmReport } from './hostile-calm.ts';
import {
  ATTACK_NAMES,
  ATTACKS,
  type AttackName,
  calmIdentity,
  WILD_STATIONS,
  wildIdentity,
} from './hostile-kinds.ts';
import type { BenchResult } from './result.ts';
import { median } from './statistics.ts';

export interface HostileBenchOptions {
  readonly stations: number;
  /** How long the others are measured during an attack, and as long while it holds its breath … */
  readonly seconds: number;
  /** … in turns, so often: the middle one counts. */
  readonly rounds: number;
  /** The attack goes on for so long before it counts. */
  readonly warmupSeconds: number;
  readonly restSeconds: number;
}

const DEFAULTS: HostileBenchOptions = {
  stations: 200,
  seconds: 6,
  rounds: 3,
  warmupSeconds: 12,
  restSeconds: 4,
};

/** A call of each station so often: a busy minute of a site, not what the agent can do at most. */
const CALL_MS = 500;
/** Between an attack and its pause. */
const BREATH_MS = 1_000;
/** Times its calm figure … */
const RATIO_MOST = 2;
/** … or below this, where the calm figure is next to nothing. */
const UNFELT_MS = 20;
/** Memory may waver by this much while an attack goes on; what grows with it grows without end. */
const GROWTH_MOST_MB = 24;
const MIB = 1_048_576;

type Agent = Program<{ readonly ocpp: number; readonly api: string }>;

/** An agent with the limits that it has from the start. */
function startAgent(folder: string, stations: number): Promise<Agent> {
  const config = path.join(folder, 'edge.json');
  const known = (pileNo: string) => ({ pileNo, securityProfile: 0, allow: ['127.0.0.0/8'] });
  const piles = [
    ...Array.from({ length: stations }, (_, n) => known(calmIdentity(n))),
    ...Array.from({ length: WILD_STATIONS }, (_, n) => known(wildIdentity(n))),
  ];
  const edge = {
    siteId: 'bench',
    name: 'bench',
    dataFolder: path.join(folder, 'ledger'),
    fronts: [{ protocol: 'ocpp', port: 0 }],
    api: { port: 0 },
    piles,
    tariffs: [SHOW_TARIFF],
    tariff: SHOW_TARIFF.tariffId,
  };
  writeFileSync(config, JSON.stringify(edge));
  return startProgram({
    name: 'the edge agent',
    program: programOf('edge-agent'),
    args: ['--config', config],
    logFile: path.join(folder, 'edge.log'),
  });
}

/** How many security events of a code the agent has on disk. */
async function eventsOf(agent: Agent, code: string): Promise<number> {
  let after: string | null = null;
  let count = 0;
  do {
    const query: string = after === null ? '' : `&after=${after}`;
    const answer = await fetch(`${agent.ready().api}/api/v1/security-events?limit=200${query}`);
    const page = (await answer.json()) as Page<SecurityEventResource>;
    for (const event of page.items) if (event.code === code) count += event.count;
    after = page.next;
  } while (after !== null);
  return count;
}

function measured(calm: ChildProcess, seconds: number): Promise<CalmReport> {
  const report = told<CalmReport>(calm);
  calm.send({ seconds });
  return report;
}

interface Attacked {
  readonly attack: AttackName;
  readonly alone: CalmReport;
  readonly during: CalmReport;
  readonly events: number;
  /** Memory: before, when the attack has gone on for a while, at its end, and after it. */
  readonly beforeMb: number;
  readonly earlyMb: number;
  readonly lateMb: number;
  readonly afterMb: number;
}

/** The middle of several spans, and everything that went wrong in any of them. */
function middleOf(reports: readonly CalmReport[]): CalmReport {
  const middle = (of: (report: CalmReport) => number): number => median(reports.map(of));
  const sum = (of: (report: CalmReport) => number): number =>
    reports.reduce((total, report) => total + of(report), 0);
  return {
    answered: sum(({ answered }) => answered),
    p50Ms: middle(({ p50Ms }) => p50Ms),
    p99Ms: middle(({ p99Ms }) => p99Ms),
    longestMs: Math.max(...reports.map(({ longestMs }) => longestMs)),
    failed: sum(({ failed }) => failed),
    lost: Math.max(...reports.map(({ lost }) => lost)),
  };
}

const memoryMb = (agent: Agent): number => rssBytesOf(agent.pid() ?? 0) / MIB;

async function underAttack(
  agent: Agent,
  calm: ChildProcess,
  attack: AttackName,
  { seconds, rounds, warmupSeconds, restSeconds }: HostileBenchOptions,
): Promise<Attacked> {
  const beforeMb = memoryMb(agent);
  const wild = script('./hostile-attacks.ts', [attack, String(agent.ready().ocpp)]);
  const reports: Record<'alone' | 'during', CalmReport[]> = { alone: [], during: [] };
  try {
    await told(wild);
    await pause(warmupSeconds * 1_000);
    const earlyMb = memoryMb(agent);
    for (let round = 0; round < rounds; round += 1) {
      reports.during.push(await measured(calm, seconds));
      wild.kill('SIGSTOP');
      await pause(BREATH_MS);
      reports.alone.push(await measured(calm, seconds));
      wild.kill('SIGCONT');
      await pause(BREATH_MS);
    }
    const lateMb = memoryMb(agent);
    const events = await eventsOf(agent, ATTACKS[attack].raises);
    wild.kill('SIGKILL');
    await pause(restSeconds * 1_000);
    const afterMb = memoryMb(agent);
    const [alone, during] = [middleOf(reports.alone), middleOf(reports.during)];
    return { attack, alone, during, events, beforeMb, earlyMb, lateMb, afterMb };
  } finally {
    wild.kill('SIGKILL');
  }
}

function resultsOf(runs: readonly Attacked[]): readonly BenchResult[] {
  return runs.flatMap(({ attack, alone, during, beforeMb, earlyMb, lateMb, afterMb, events }) => {
    const { about, raises } = ATTACKS[attack];
    const floor = alone.p99Ms;
    const ratio = during.p99Ms / floor;
    const isUnfelt = ratio <= RATIO_MOST || during.p99Ms <= UNFELT_MS;
    return [
      {
        name: `hostile: p99 of the others during ${about}`,
        unit: 'ms',
        figure: during.p99Ms,
        floor,
        ratio,
        target: `ratio ≤ ${RATIO_MOST} or ≤ ${UNFELT_MS} ms, all answered, ${raises} raised`,
        pass: isUnfelt && during.failed === 0 && during.lost === 0 && events > 0,
        facts: {
          aloneLongestMs: alone.longestMs,
          p50Ms: during.p50Ms,
          longestMs: during.longestMs,
          answered: during.answered,
          failed: during.failed,
          lost: during.lost,
          [raises]: events,
        },
      },
      {
        name: `hostile: memory at the end of ${about}`,
        unit: 'MB',
        figure: lateMb,
        floor: earlyMb,
        ratio: lateMb / earlyMb,
        target: `≤ ${GROWTH_MOST_MB} MB more than when it had begun`,
        pass: lateMb - earlyMb <= GROWTH_MOST_MB,
        facts: { beforeMb, afterMb },
      },
    ];
  });
}

/** Stations that behave, measured alone and while one process after the other attacks the same agent. */
export async function hostileBench(
  options: Partial<HostileBenchOptions> = {},
): Promise<readonly BenchResult[]> {
  const chosen = { ...DEFAULTS, ...options };
  const { stations, warmupSeconds } = chosen;
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-hostile-'));
  const agent = await startAgent(folder, stations);
  const load: CalmOptions = { port: agent.ready().ocpp, stations, everyMs: CALL_MS };
  const calm = script('./hostile-calm.ts', [JSON.stringify(load)]);
  try {
    await told(calm);
    await measured(calm, warmupSeconds);
    const runs: Attacked[] = [];
    for (const attack of ATTACK_NAMES) runs.push(await underAttack(agent, calm, attack, chosen));
    return resultsOf(runs);
  } finally {
    calm.kill();
    await agent.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}
