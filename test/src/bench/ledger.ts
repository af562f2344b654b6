import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { coreCommitOf } from '@holdfast/edge-agent/adapters/ledger/core-commit';
import { migrateUp } from '@holdfast/edge-agent/adapters/ledger/migrations/migrate';
import { openLedger } from '@holdfast/edge-agent/adapters/ledger/open';
import { CORE_PROFILE, openFile } from '@holdfast/edge-agent/adapters/ledger/sqlite/file';
import { uploadOf } from '@holdfast/edge-agent/adapters/ledger/testing/fixtures';
import { buildBacklog } from '@holdfast/edge-agent/adapters/ledger/testing/million';
import type { Commit, Ledger } from '@holdfast/edge-agent/ports/ledger';
import type { Database } from 'better-sqlite3';
import type { BenchResult } from './result.ts';
import { median, percentile } from './statistics.ts';

export interface LedgerBenchOptions {
  readonly rounds: number;
  readonly commitsPerRound: number;
  readonly callers: number;
  readonly singleCommits: number;
  /** Events that wait in each file of the ledger whose opening is measured. */
  readonly openEvents: number;
}

const DEFAULTS: LedgerBenchOptions = {
  rounds: 5,
  commitsPerRound: 10_000,
  callers: 512,
  singleCommits: 500,
  openEvents: 1_000_000,
};
const RATIO_MIN = 0.5;
/** The writer groups as many commits at most, so the floor does too. */
const ROWS_A_TRANSACTION = 256;
/** As long as a real hash. */
const HASH = '0'.repeat(64);

/** Inserts the rows of uploads as fast as SQLite takes them; returns uploads a second. */
function rawRound(db: Database, uploads: readonly Commit[], firstSeq: number): number {
  const order = db.prepare('INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const record = db.prepare(
    `INSERT INTO record (trade_no, pile_no, frame_type, raw_hex, received_at_ms)
     VALUES (?, ?, ?, ?, ?)`,
  );
  const event = db.prepare('INSERT INTO outbox VALUES (1, ?, ?, ?, ?, ?, ?, 0, ?, ?)');
  const rows = uploads.map(coreCommitOf);
  const insert = db.transaction((from: number) => {
    for (const [i, { writes, events }] of rows.slice(from, from + ROWS_A_TRANSACTION).entries()) {
      const seq = firstSeq + from + i;
      for (const [table, columns] of writes) (table === 'orders' ? order : record).run(...columns);
      for (const { atMs, kind, kindVersion, key, body } of events) {
        event.run(seq, atMs, kind, kindVersion, key, body, seq, HASH);
      }
    }
  });
  const startedMs = performance.now();
  for (let from = 0; from < rows.length; from += ROWS_A_TRANSACTION) insert(from);
  return (rows.length * 1000) / (performance.now() - startedMs);
}

/** Commits uploads from many callers, each waiting for its own; returns uploads a second. */
async function ledgerRound(
  ledger: Ledger,
  uploads: readonly Commit[],
  callers: number,
): Promise<number> {
  let next = 0;
  const caller = async (): Promise<void> => {
    for (let upload = uploads[next++]; upload !== undefined; upload = uploads[next++]) {
      await ledger.commit(upload);
    }
  };
  const startedMs = performance.now();
  await Promise.all(Array.from({ length: callers }, caller));
  return (uploads.length * 1000) / (performance.now() - startedMs);
}

async function singleMs(ledger: Ledger, uploads: readonly Commit[]): Promise<readonly number[]> {
  const took: number[] = [];
  for (const upload of uploads) {
    const startedMs = performance.now();
    await ledger.commit(upload);
    took.push(performance.now() - startedMs);
  }
  return took;
}

const uploadsFrom = (first: number, count: number): readonly Commit[] =>
  Array.from({ length: count }, (_, i) => uploadOf(first + i));

/** Rounds of both in turns, on one file each; then commits that are alone on the machine. */
async function ratesOf(folder: string, options: LedgerBenchOptions) {
  const { rounds, commitsPerRound, callers, singleCommits } = options;
  const raw = openFile(join(folder, 'raw.db'), CORE_PROFILE);
  migrateUp(raw, 'core');
  raw.exec(`INSERT INTO stream VALUES (1, 'ykc', 'money', 1, 0, 0, 0, 0)`);
  const ledger = await openLedger({ folder: join(folder, 'ledger'), siteId: 'S1' });
  const [figures, floors]: [number[], number[]] = [[], []];
  for (let round = 0; round <= rounds; round += 1) {
    const uploads = uploadsFrom(round * commitsPerRound, commitsPerRound);
    const floor = rawRound(raw, uploads, round * commitsPerRound + 1);
    const figure = await ledgerRound(ledger, uploads, callers);
    // The first round warms both up.
    if (round > 0) {
      figures.push(figure);
      floors.push(floor);
    }
  }
  const singles = await singleMs(ledger, uploadsFrom(1_000_000, singleCommits));
  await ledger.close();
  raw.close();
  return { figure: median(figures), floor: median(floors), singles };
}

/** Opens a ledger in which events wait, the second time with the code of its threads known. */
async function openingOf(folder: string, openEvents: number) {
  await buildBacklog(folder, openEvents);
  let openMs = 0;
  let rssMb = 0;
  for (const _ of ['cold', 'warm']) {
    const rssBefore = process.memoryUsage.rss();
    const startedMs = performance.now();
    const ledger = await openLedger({ folder, siteId: 'S1', tendEveryMs: 0 });
    await ledger.streams();
    openMs = performance.now() - startedMs;
    rssMb = Math.max(rssMb, (process.memoryUsage.rss() - rssBefore) / 1024 / 1024);
    await ledger.close();
  }
  return { openEvents, openMs, threadsRssMb: rssMb };
}

/**
 * Commits of order uploads, beside raw inserts of the same rows. Both are measured in turns and medians
 * are taken, so that a busy machine weighs on both alike.
 */
export async function ledgerBench(options: Partial<LedgerBenchOptions> = {}): Promise<BenchResult> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  try {
    const all = { ...DEFAULTS, ...options };
    const opening = await openingOf(join(folder, 'backlog'), all.openEvents);
    const { figure, floor, singles } = await ratesOf(folder, all);
    const ratio = figure / floor;
    return {
      name: 'ledger: order uploads committed',
      unit: 'commits/s',
      figure,
      floor,
      ratio,
      target: `ratio ≥ ${RATIO_MIN}`,
      pass: ratio >= RATIO_MIN,
      facts: {
        singleP50Ms: percentile(singles, 0.5),
        singleP99Ms: percentile(singles, 0.99),
        ...opening,
      },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
