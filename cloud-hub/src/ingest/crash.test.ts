import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Batch } from '@holdfast/shared/sync/messages';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lifeOf, orderNoOf, SITE, settledOrder, VENDOR } from '../adapters/sql/testing/events.ts';
import { modelStream } from '../adapters/sql/testing/model-edge.ts';
import { openSqliteStore } from '../adapters/sqlite/store.ts';
import { helloOf } from './testing/hellos.ts';
import { modelClient } from './testing/model-client.ts';

const HUB = fileURLToPath(new URL('./testing/hub-process.ts', import.meta.url));
const ORDERS = 400;
const WINDOW = 4;

let folder = '';
let file = '';
let child: ChildProcess | undefined;

async function startHub(port: number): Promise<number> {
  const started = spawn(process.execPath, [HUB, file, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = started;
  return new Promise((resolve, reject) => {
    started.once('exit', (code) => reject(new RangeError(`the hub ended with ${code}`)));
    started.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk.toString())));
  });
}
async function killHub(): Promise<void> {
  const dying = child;
  child = undefined;
  if (dying === undefined) return;
  const gone = new Promise((resolve) => dying.once('exit', resolve));
  dying.kill('SIGKILL');
  await gone;
}
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-crash-'));
  file = path.join(folder, 'hub.db');
  const store = await openSqliteStore({ file });
  await store.saveSite({ siteId: SITE, name: SITE, vendors: [VENDOR], secretHash: '' });
  await store.close();
});
afterEach(async () => {
  await killHub();
  rmSync(folder, { recursive: true });
});

/** Batches of 12 events; every run of the edge sends the same numbers with its own session. */
function batchesOf(): readonly Batch[] {
  const stream = modelStream('money');
  const orders = Array.from({ length: ORDERS / 4 }, (_, i) => i * 4);
  return orders.map((first) => stream.batch([0, 1, 2, 3].flatMap((n) => lifeOf(first + n))));
}

/** One life of the hub: goes on where it stands, until `acks` answers have come or all is there. */
async function session(port: number, batches: readonly Batch[], acks: number): Promise<number> {
  const model = await modelClient(`mqtt://127.0.0.1:${port}`, { vendor: VENDOR, siteId: SITE });
  const end = batches.at(-1)?.last ?? 0;
  const stream = { lane: 'money', next: end + 1, acked: 0, pending: end, oldestMs: 1 } as const;
  const welcome = await model.hello(helloOf({ epoch: 1, streams: [stream] }));
  let watermark = welcome.streams[0]?.watermark ?? 0;
  let sent = batches.findIndex((batch) => batch.prev >= watermark);
  const sendUpTo = (count: number): void => {
    for (; sent >= 0 && sent < Math.min(count, batches.length); sent += 1) {
      const batch = batches[sent];
      if (batch !== undefined) model.send({ ...batch, sessionNo: welcome.sessionNo });
    }
  };
  for (let taken = 0; watermark < end && taken < acks; taken += 1) {
    sendUpTo(batches.findIndex((batch) => batch.prev >= watermark) + WINDOW);
    const answer = await model.next();
    if (answer?.type !== 'ack') break;
    expect(answer).not.toMatchObject({ gap: true });
    watermark = answer.watermark;
  }
  await killHub();
  await model.client.end();
  return watermark;
}

describe('a hub that is killed while it applies', () => {
  test('[SYNC-3] holds every event once, and everything that it ever answered', async () => {
    const batches = batchesOf();
    const end = 3 * ORDERS;
    let port = 0;
    let answered = 0;
    for (const acks of [1, 7, 3, 12, 5, 9, 2, Number.POSITIVE_INFINITY]) {
      port = await startHub(port);
      const watermark = await session(port, batches, acks);
      expect(watermark).toBeGreaterThanOrEqual(answered);
      answered = watermark;
      const store = await openSqliteStore({ file });
      const [cursor] = await store.cursors(SITE, VENDOR);
      expect(cursor?.watermark).toBeGreaterThanOrEqual(answered);
      await store.close();
    }
    expect(answered).toBe(end);
    await expectOnce(end);
  });
});

async function expectOnce(end: number): Promise<void> {
  const store = await openSqliteStore({ file });
  expect(await store.orderTotals(SITE)).toEqual({
    orders: ORDERS,
    totalFen: BigInt(ORDERS) * 5_600n,
  });
  for (let n = 0; n < ORDERS; n += 1) {
    expect((await store.order(orderNoOf(n)))?.order).toEqual(settledOrder(n));
    expect(await store.orderEvents(orderNoOf(n))).toHaveLength(3);
  }
  expect(await store.parked(1)).toEqual([]);
  expect(await store.dayCounts(SITE)).toMatchObject([{ count: end, edgeCount: end, equal: true }]);
  await store.close();
}
