import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startAedesBroker } from '@holdfast/cloud-hub/adapters/aedes/broker';
import { memoryLiveState } from '@holdfast/cloud-hub/adapters/memory/live-state';
import { openSqliteStore } from '@holdfast/cloud-hub/adapters/sqlite/store';
import { startDatamanage } from '@holdfast/cloud-hub/ingest/datamanage';
import { openLedger } from '@holdfast/edge-agent/adapters/ledger/open';
import {
  connector,
  measured,
  uploadOf,
} from '@holdfast/edge-agent/adapters/ledger/testing/fixtures';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { drained, startEdgeSync } from './edge-box.ts';

/* The edge's real ledger and sync against the hub's real broker, ingest and store. */

const SITE = 'S1';
const quiet = { info: () => {}, warn: () => {}, error: () => {} };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-sync-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function startHub() {
  const store = await openSqliteStore({ file: path.join(folder, 'hub.db') });
  await store.saveSite({ siteId: SITE, name: SITE, vendors: ['ykc'], secretHash: '' });
  const broker = await startAedesBroker({ port: 0, auth: async () => 'yes', log: quiet });
  const datamanage = startDatamanage({
    broker,
    store,
    live: memoryLiveState(),
    clock: { nowMs: Date.now },
    log: quiet,
    onChange: () => {},
    onAnswer: async () => {},
  });
  return {
    store,
    url: `mqtt://127.0.0.1:${broker.port}`,
    close: async () => {
      await datamanage.close();
      await broker.close();
      await store.close();
    },
  };
}

test('[SYNC-14d] what the real ledger holds arrives in the real store; both chains agree, lane by lane', async () => {
  const hub = await startHub();
  const ledger = await openLedger({ folder: path.join(folder, 'edge'), siteId: SITE });
  for (let n = 1; n <= 120; n += 1) {
    await ledger.commit(uploadOf(n));
    await ledger.commit({ changes: [], events: [connector(1 + (n % 5), Date.now())] });
    await ledger.commitBulk([measured(1 + (n % 5), Date.now(), n % 2 ? 'telemetry' : 'backlog')]);
  }
  const sync = startEdgeSync(ledger, hub.url);
  await drained(ledger);
  expect(await hub.store.orderTotals(SITE)).toMatchObject({ orders: 120 });
  expect(await hub.store.parked(10)).toEqual([]);
  const days = await hub.store.dayCounts(SITE);
  expect(new Set(days.map(({ lane }) => lane))).toEqual(
    new Set(['money', 'state', 'telemetry', 'backlog']),
  );
  expect(days.filter(({ equal }) => equal !== true)).toEqual([]);

  // A second session, with orders under way when the first was cut.
  await sync.stop();
  for (let n = 121; n <= 140; n += 1) await ledger.commit(uploadOf(n));
  const { storeId } = ledger.identity();
  const again = startEdgeSync(ledger, hub.url);
  await drained(ledger);
  await again.stop();
  expect(await hub.store.orderTotals(SITE)).toMatchObject({ orders: 140 });
  expect(await hub.store.session(SITE, 'ykc')).toMatchObject({ epoch: 1, sessionNo: 2, storeId });
  expect((await hub.store.dayCounts(SITE)).filter(({ equal }) => equal !== true)).toEqual([]);
  await ledger.close();
  await hub.close();
});

test.each([
  ['at once', 3],
  ['after it went on beyond the hub’s numbers', 30],
])('[SYNC-10k] a disk of an hour ago that is put back %s costs no order', async (_when, others) => {
  const hub = await startHub();
  const disk = path.join(folder, 'edge');
  const backup = path.join(folder, 'backup');
  let ledger = await openLedger({ folder: disk, siteId: SITE });
  for (let n = 1; n <= 8; n += 1) await ledger.commit(uploadOf(n));
  await ledger.close();
  cpSync(disk, backup, { recursive: true });
  ledger = await openLedger({ folder: disk, siteId: SITE });
  for (let n = 9; n <= 20; n += 1) await ledger.commit(uploadOf(n));
  const sync = startEdgeSync(ledger, hub.url);
  await drained(ledger);
  await sync.stop();
  await ledger.close();

  const restored = await openLedger({ folder: backup, siteId: SITE });
  for (let n = 1; n <= others; n += 1) await restored.commit(uploadOf(100 + n));
  const again = startEdgeSync(restored, hub.url);
  await drained(restored);
  await again.stop();
  expect(await hub.store.orderTotals(SITE)).toMatchObject({ orders: 20 + others });
  expect(await hub.store.session(SITE, 'ykc')).toMatchObject({ epoch: 2, conflict: false });
  expect(await hub.store.parked(10)).toEqual([]);
  expect((await hub.store.dayCounts(SITE)).filter(({ equal }) => equal === false)).toEqual([]);
  await restored.close();
  await hub.close();
});
