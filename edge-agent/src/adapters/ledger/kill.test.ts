import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { linked } from './day-chain.ts';
import { openLedger } from './open.ts';
import type { TendedLedger } from './tended-ledger.ts';
import { numbersOf, settledOrder, stream, WHOLE } from './testing/fixtures.ts';

const VICTIM = fileURLToPath(new URL('./testing/kill-victim.ts', import.meta.url));
const KILLS = 5;
/** Whole lines only: the last one may have been cut. */
const linesOf = (text: string): readonly string[] => text.split('\n').slice(0, -1);

/** Starts the victim, kills it some time after it was up, and returns the lines that it wrote. */
function killed(folder: string, first: number, afterMs: number): Promise<readonly string[]> {
  const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'holdfast-compile-cache') };
  const victim = spawn(process.execPath, [VICTIM, folder, String(first)], { env });
  let told = '';
  let errors = '';
  victim.stdout.on('data', (data) => {
    if (told === '') setTimeout(() => victim.kill('SIGKILL'), afterMs);
    told += data;
  });
  victim.stderr.on('data', (data) => {
    errors += data;
  });
  return new Promise((resolve, reject) => {
    victim.on('close', (_code, signal) => {
      if (signal === 'SIGKILL') resolve(linesOf(told));
      else reject(new Error(`the victim ended by itself: ${errors}`));
    });
  });
}

const numbersAfter = (lines: readonly string[], word: string): readonly number[] =>
  lines.filter((line) => line.startsWith(`${word} `)).map((line) => Number(line.split(' ')[1]));

describe('[SYNC-1] [LEDGER-1] after kill -9 at any moment', () => {
  let folder: string;
  let ledger: TendedLedger | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-kill-'));
  });
  afterEach(async () => {
    await ledger?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('every promise is kept, numbers have no holes and none is given out twice', async () => {
    const lines: string[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      const seed = Math.random();
      lines.push(...(await killed(folder, kill * 1_000_000, 30 + seed * 400)));
    }
    ledger = await openLedger({ folder, siteId: 'S1', tendEveryMs: 0 });
    expect(ledger.identity().bootNo).toBe(KILLS + 1);

    const promised = numbersAfter(lines, 'upload');
    expect(promised.length).toBeGreaterThan(KILLS);
    const { rows, gaps, check } = await ledger.outbox(stream('money'), 0, WHOLE);
    expect(gaps).toEqual([]);
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, i) => i + 1));
    const keys = new Set(rows.map(({ key }) => key));
    const missing = promised.filter((n) => !keys.has(settledOrder(n).orderNo));
    expect(missing, 'promised and lost').toEqual([]);
    for (const n of promised.slice(-50)) {
      expect(await ledger.order(settledOrder(n).orderNo)).toEqual(settledOrder(n));
    }
    const chain = rows.reduce(
      (before, row) => linked('money', row, () => before),
      undefined as ReturnType<typeof linked> | undefined,
    );
    expect(check).toEqual(chain);

    const sent = new Map<string, string>();
    for (const line of lines.filter((l) => l.startsWith('sent '))) {
      const [, lane = '', seq = '', atMs = ''] = line.split(' ');
      expect(sent.get(`${lane} ${seq}`) ?? atMs, `${lane} ${seq} left twice, differing`).toBe(atMs);
      sent.set(`${lane} ${seq}`, atMs);
    }
    expect(sent.size).toBeGreaterThan(0);
    for (const lane of ['state', 'telemetry'] as const) {
      const { acked = 0, next = 1 } =
        (await ledger.streams()).find((s) => s.stream.lane === lane) ?? {};
      const told = numbersOf(await ledger.outbox(stream(lane), acked, WHOLE));
      expect(told).toHaveLength(next - 1 - acked);
    }
  }, 60_000);
});
