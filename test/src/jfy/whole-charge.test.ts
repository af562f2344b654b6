import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { configOf } from '@holdfast/edge-agent/config';
import { type RunningEdge, startEdge } from '@holdfast/edge-agent/edge';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openBooks } from '../piles/books.ts';
import { FLEET_DEFAULTS, fleetLists, joinFleets, runFleet } from '../piles/fleet.ts';
import { jfyPiles, PILE_PROTOCOLS } from '../piles/protocols.ts';
import type { RunPile } from '../piles/running-pile.ts';
import { pileNoOf, SHOW_PACE } from '../piles/setup.ts';
import { type PskClient, realTime, tcpSurroundings } from '../piles/tcp-surroundings.ts';
import { apiOf } from '../world/api.ts';
import { freePort } from '../world/free-port.ts';
import { reconcile } from '../world/reconcile.ts';
import { SHOW_TARIFF } from '../world/tariffs.ts';

/* Whole charges of 晶福源 piles over real sockets: plain, and with a key of their own (TLS-PSK). */

const { first } = PILE_PROTOCOLS.jfy;
const [plain, byKey] = [first, first + 1];
const PSK_HEX = '5c'.repeat(32);
const PACE = {
  ...SHOW_PACE,
  restMs: [300, 900],
  chargeMs: [2_500, 5_000],
  telemetryMs: 150,
} as const;

let folder: string;
let edge: RunningEdge;
const ports = { tcp: 0, psk: 0, api: 0 };

const config = () => {
  const lists = fleetLists({ count: 2, first, connectors: FLEET_DEFAULTS.connectors });
  const file = {
    siteId: 'site-01',
    name: 'Site',
    dataFolder: path.join(folder, 'data'),
    fronts: [
      { protocol: 'jfy', port: ports.tcp },
      { protocol: 'jfy', port: ports.psk, tls: { kind: 'psk' } },
    ],
    api: { host: '127.0.0.1', port: ports.api },
    piles: [
      { pileNo: pileNoOf(plain), ratedKw: 120 },
      { pileNo: pileNoOf(byKey), pskHex: PSK_HEX },
    ],
    cards: lists.cards.map((card) => ({ ...card, balanceYuan: '9999.00' })),
    vins: lists.vins.map((vin) => ({ ...vin, balanceYuan: '9999.00' })),
    tariffs: [SHOW_TARIFF],
    tariff: SHOW_TARIFF.tariffId,
  };
  return configOf(file, folder);
};

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-jfy-'));
  for (const name of ['tcp', 'psk', 'api'] as const) ports[name] = await freePort();
  edge = await startEdge(config());
});
afterAll(async () => {
  await edge?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const pileAt = (port: number, psk?: PskClient): RunPile =>
  jfyPiles(tcpSurroundings({ host: '127.0.0.1', port }, psk));

const options = { ...FLEET_DEFAULTS, count: 1, pace: PACE, remoteOneIn: 0, time: realTime };
const waiting = { timeout: 60_000, interval: 100 };

test('[JFY-ORDER-2] [JFY-TRADE-1] plain and under a key, through a restart of the agent', async () => {
  const books = openBooks();
  const psk = { identity: pileNoOf(byKey), keyHex: PSK_HEX };
  const fleet = joinFleets(books, [
    runFleet({ ...options, first: plain, runPile: pileAt(ports.tcp), books }),
    runFleet({ ...options, first: byKey, runPile: pileAt(ports.psk, psk), books }),
  ]);
  const all = new Set([plain, byKey].map(pileNoOf));
  const charged = () => new Set(books.entries().map(({ pileNo }) => pileNo));
  try {
    await expect.poll(charged, waiting).toEqual(all);
    await expect.poll(() => fleet.charging(), waiting).toBeGreaterThan(1);
    // The agent goes away in mid-charge, and comes back at the same ports.
    await edge.stop();
    edge = await startEdge(config());
    const before = books.entries().length;
    await expect.poll(() => books.entries().length, waiting).toBeGreaterThan(before + 5);
    fleet.closeTheShop();
    await expect.poll(() => fleet.unfinished(), waiting).toBe(0);
    const orders = await apiOf(edge.addresses.api).allOrders();
    expect(reconcile('site-01', books.entries(), orders, orders).faults).toEqual([]);
    expect(new Set(orders.map(({ pileNo }) => pileNo))).toEqual(all);
  } finally {
    fleet.stop();
  }
}, 120_000);

test('[JFY-START-1] [JFY-LIMIT-1] [JFY-STOP-1] begun, limited and stopped by commands; marked unverified', async () => {
  const books = openBooks();
  const slow = { ...PACE, chargeMs: [50_000, 50_000], restMs: [100, 200] } as const;
  const runPile = pileAt(ports.tcp);
  const fleet = runFleet({
    ...options,
    first: plain,
    connectors: 1,
    pace: slow,
    remoteOneIn: 1,
    runPile,
    books,
  });
  const api = apiOf(edge.addresses.api);
  const place = { siteId: 'site-01', pileNo: pileNoOf(plain), connectorNo: 1 } as const;
  const connector = async () =>
    (await api.connectors()).find(({ pileNo, connectorNo }) => {
      return pileNo === place.pileNo && connectorNo === 1;
    });
  const powerW = async (): Promise<number> => {
    const one = await connector();
    return Number(one?.voltageV ?? 0) * Number(one?.currentA ?? 0);
  };
  const limit = (maxW: number | null) =>
    api.command({ ...place, op: 'limit', limit: { maxW, seconds: 120 } });
  try {
    await expect.poll(async () => (await connector())?.state, waiting).toBe('plugged');
    const start = { ...place, op: 'start', account: 'fleet-1', balanceYuan: '500.00' } as const;
    expect(await api.command(start)).toMatchObject({ state: 'done' });
    await expect.poll(powerW, waiting).toBeGreaterThan(100_000);
    expect(await limit(30_000)).toMatchObject({ state: 'done' });
    await expect.poll(powerW, waiting).toBeLessThan(31_000);
    expect(await limit(null)).toMatchObject({ state: 'done' });
    await expect.poll(powerW, waiting).toBeGreaterThan(100_000);
    expect(await api.command({ ...place, op: 'stop' })).toMatchObject({ state: 'done' });
    await expect.poll(() => books.entries().length, waiting).toBe(1);
    await expect.poll(() => fleet.unfinished(), waiting).toBe(0);
    const orders = await api.allOrders();
    const ours = orders.filter(({ orderNo }) => orderNo === books.entries()[0]?.tradeNo);
    expect(reconcile('site-01', books.entries(), ours, ours).faults).toEqual([]);
    const answer = await fetch(`${edge.addresses.api}/api/v1/piles`);
    const { items } = (await answer.json()) as { items: { unverified: unknown }[] };
    expect(items[0]?.unverified).toMatchObject({ profile: 'jfy-profile-0' });
  } finally {
    fleet.stop();
  }
}, 90_000);
