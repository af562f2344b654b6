import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cbcCipher } from '@holdfast/edge-agent/adapters/crypto/cbc-cipher';
import { configOf } from '@holdfast/edge-agent/config';
import { type RunningEdge, startEdge } from '@holdfast/edge-agent/edge';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Books, openBooks } from '../piles/books.ts';
import { FLEET_DEFAULTS, type Fleet, fleetLists, joinFleets, runFleet } from '../piles/fleet.ts';
import type { PileSecret } from '../piles/gqaa/runner.ts';
import { gqaaPiles, PILE_PROTOCOLS } from '../piles/protocols.ts';
import type { RunPile } from '../piles/running-pile.ts';
import { pileNoOf, SHOW_PACE } from '../piles/setup.ts';
import { type PskClient, realTime, tcpSurroundings } from '../piles/tcp-surroundings.ts';
import { apiOf } from '../world/api.ts';
import { freePort } from '../world/free-port.ts';
import { reconcile } from '../world/reconcile.ts';
import { SHOW_TARIFF } from '../world/tariffs.ts';

/* Whole charges of 广汽 piles over real sockets: plain, under SM4, under AES within TLS-PSK. */

const { first } = PILE_PROTOCOLS.gqaa;
const [plain, underSm4, underBoth] = [first, first + 1, first + 2];
const SM4_HEX = '0123456789abcdeffedcba9876543210';
const AES_HEX = '000102030405060708090a0b0c0d0e0f';
const PSK_HEX = '5b'.repeat(32);
const PACE = {
  ...SHOW_PACE,
  restMs: [300, 900],
  chargeMs: [2_500, 5_000],
  telemetryMs: 500,
} as const;

let folder: string;
let edge: RunningEdge;
const ports = { tcp: 0, psk: 0, listen: 0, api: 0 };

const config = () => {
  const lists = fleetLists({ count: 3, first, connectors: FLEET_DEFAULTS.connectors });
  const file = {
    siteId: 'site-01',
    name: 'Site',
    dataFolder: path.join(folder, 'data'),
    fronts: [
      { protocol: 'gqaa', port: ports.tcp },
      { protocol: 'gqaa', port: ports.psk, tls: { kind: 'psk' } },
      { protocol: 'listen', port: ports.listen },
    ],
    api: { host: '127.0.0.1', port: ports.api },
    piles: [
      { pileNo: pileNoOf(plain), ratedKw: 120 },
      { pileNo: pileNoOf(underSm4), bodyKey: { cipher: 'sm4-cbc', keyHex: SM4_HEX } },
      {
        pileNo: pileNoOf(underBoth),
        pskHex: PSK_HEX,
        bodyKey: { cipher: 'aes-128-cbc', keyHex: AES_HEX },
      },
    ],
    cards: lists.cards.map((card) => ({ ...card, balanceYuan: '9999.00' })),
    vins: lists.vins.map((vin) => ({ ...vin, balanceYuan: '9999.00' })),
    tariffs: [SHOW_TARIFF],
    tariff: SHOW_TARIFF.tariffId,
  };
  return configOf(file, folder);
};

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-gqaa-'));
  for (const name of ['tcp', 'psk', 'listen', 'api'] as const) ports[name] = await freePort();
  edge = await startEdge(config());
});
afterAll(async () => {
  await edge?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const secretOf = (name: 'sm4-cbc' | 'aes-128-cbc', keyHex: string): PileSecret => ({
  cipher: cbcCipher(name, Buffer.from(keyHex, 'hex')),
  iv: () => randomBytes(16),
});

const pileAt = (port: number, secret?: PileSecret, psk?: PskClient): RunPile =>
  gqaaPiles(tcpSurroundings({ host: '127.0.0.1', port }, psk), secret);

const fleetOf = (index: number, runPile: RunPile, books: Books): Fleet =>
  runFleet({
    ...FLEET_DEFAULTS,
    count: 1,
    first: index,
    pace: PACE,
    remoteOneIn: 0,
    time: realTime,
    runPile,
    books,
  });

const chargedIn = (books: Books) => new Set(books.entries().map(({ pileNo }) => pileNo));
const waiting = { timeout: 60_000, interval: 100 };

test('[GQAA-ENC-1] [GQAA-ORDER-2] plain, under SM4 and under AES in TLS, through a restart of the agent', async () => {
  const books = openBooks();
  const psk = { identity: pileNoOf(underBoth), keyHex: PSK_HEX };
  const fleet = joinFleets(books, [
    fleetOf(plain, pileAt(ports.tcp), books),
    fleetOf(underSm4, pileAt(ports.tcp, secretOf('sm4-cbc', SM4_HEX)), books),
    fleetOf(underBoth, pileAt(ports.psk, secretOf('aes-128-cbc', AES_HEX), psk), books),
  ]);
  try {
    const all = new Set([plain, underSm4, underBoth].map(pileNoOf));
    await expect.poll(() => chargedIn(books), waiting).toEqual(all);
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

test('[GQAA-LIMIT-1] a set-point is followed by the measured power, and lifted again', async () => {
  const books = openBooks();
  const slow = { ...PACE, chargeMs: [20_000, 20_000], restMs: [100, 200] } as const;
  const fleet = runFleet({
    ...FLEET_DEFAULTS,
    count: 1,
    first: plain,
    connectors: 1,
    pace: slow,
    remoteOneIn: 0,
    time: realTime,
    runPile: pileAt(ports.tcp),
    books,
  });
  const api = apiOf(edge.addresses.api);
  const powerW = async (): Promise<number> => {
    const connectors = await api.connectors();
    const one = connectors.find(({ pileNo }) => pileNo === pileNoOf(plain));
    return Number(one?.voltageV ?? 0) * Number(one?.currentA ?? 0);
  };
  const limit = (maxW: number | null) =>
    api.command({
      siteId: 'site-01',
      pileNo: pileNoOf(plain),
      connectorNo: 1,
      op: 'limit',
      limit: { maxW, seconds: 120 },
    });
  try {
    await expect.poll(powerW, waiting).toBeGreaterThan(100_000);
    expect(await limit(30_000)).toMatchObject({ state: 'done' });
    await expect.poll(powerW, waiting).toBeLessThan(31_000);
    expect(await limit(null)).toMatchObject({ state: 'done' });
    await expect.poll(powerW, waiting).toBeGreaterThan(100_000);
  } finally {
    fleet.stop();
  }
}, 60_000);

test('[LISTEN-4] a pile at the wrong door is told by its family at the API', async () => {
  const fleet = fleetOf(plain, pileAt(ports.listen), openBooks());
  const told = async (): Promise<unknown> => {
    const answer = await fetch(`${edge.addresses.api}/api/v1/strangers`);
    const { items } = (await answer.json()) as { items: { families: unknown[] }[] };
    return items[0]?.families[0];
  };
  try {
    await expect
      .poll(told, waiting)
      .toMatchObject({ family: 'gqaa', confidence: 'proven', front: 'gqaa' });
  } finally {
    fleet.stop();
  }
}, 60_000);
