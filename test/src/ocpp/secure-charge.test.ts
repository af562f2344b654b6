import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { configOf } from '@holdfast/edge-agent/config';
import { type RunningEdge, startEdge } from '@holdfast/edge-agent/edge';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Books } from '../piles/books.ts';
import { FLEET_DEFAULTS, type Fleet, fleetLists, runFleet } from '../piles/fleet.ts';
import { keyAndRequest } from '../piles/ocpp/csr.ts';
import { runOcppPile } from '../piles/ocpp/runner.ts';
import { type TlsClient, wsSurroundings } from '../piles/ocpp/ws-surroundings.ts';
import { ocpp201 } from '../piles/ocpp2/dialect.ts';
import { ocpp16 } from '../piles/ocpp16/dialect.ts';
import { PILE_PROTOCOLS, ykcPiles } from '../piles/protocols.ts';
import type { RunPile } from '../piles/running-pile.ts';
import { passwordOf, pileNoOf } from '../piles/setup.ts';
import { BOOK_TARIFF } from '../piles/show-tariff.ts';
import { realTime, tcpSurroundings } from '../piles/tcp-surroundings.ts';
import { apiOf } from '../world/api.ts';
import { freePort } from '../world/free-port.ts';
import { reconcile } from '../world/reconcile.ts';
import { SHOW_TARIFF } from '../world/tariffs.ts';

/* Whole charges over TLS: a password, a certificate of the site's own CA, a key. */

const firstOf = (name: keyof typeof PILE_PROTOCOLS): number => PILE_PROTOCOLS[name].first;
const byPassword = pileNoOf(firstOf('ocpp1.6'));
const byCertificate = pileNoOf(firstOf('ocpp2.0.1'));
const byKey = pileNoOf(firstOf('ykc'));
const KEY_HEX = '5a'.repeat(32);

let folder: string;
let edge: RunningEdge;
const ports = { wss: 0, psk: 0 };

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-secure-'));
  ports.wss = await freePort();
  ports.psk = await freePort();
  const lists = (['ocpp1.6', 'ocpp2.0.1', 'ykc'] as const).map((name) =>
    fleetLists({ count: 1, first: firstOf(name), connectors: FLEET_DEFAULTS.connectors }),
  );
  const file = {
    siteId: 'site-01',
    name: 'Site',
    dataFolder: path.join(folder, 'data'),
    fronts: [
      { protocol: 'ocpp', host: '127.0.0.1', port: ports.wss, tls: { kind: 'certificate' } },
      { protocol: 'ykc', host: '127.0.0.1', port: ports.psk, tls: { kind: 'psk' } },
    ],
    api: { host: '127.0.0.1', port: 0 },
    piles: [
      { pileNo: byPassword, password: passwordOf(byPassword), securityProfile: 2 },
      { pileNo: byCertificate, securityProfile: 3 },
      { pileNo: byKey, pskHex: KEY_HEX },
    ],
    cards: lists.flatMap(({ cards }) => cards.map((c) => ({ ...c, balanceYuan: '9999.00' }))),
    vins: lists.flatMap(({ vins }) => vins.map((vin) => ({ ...vin, balanceYuan: '9999.00' }))),
    tariffs: [SHOW_TARIFF],
    tariff: SHOW_TARIFF.tariffId,
    security: { tls: { names: ['127.0.0.1'] } },
  };
  edge = await startEdge(configOf(file, folder));
});
afterAll(async () => {
  await edge?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** What the site's CA gives a station that shows it a request. */
async function certified(name: string): Promise<TlsClient> {
  const { key, request } = keyAndRequest(name);
  const { certificates } = edge.doors;
  const signing = await certificates.sign(name, request);
  if (!signing.ok) return expect.fail(signing.refusal);
  const ca = (await certificates.ca()).roots().join('');
  return { ca, key, cert: signing.chain };
}

const fleetOf = (first: number, runPile: RunPile, books: Books | undefined): Fleet =>
  runFleet({
    ...FLEET_DEFAULTS,
    count: 1,
    first,
    time: realTime,
    runPile,
    ...(books === undefined ? {} : { books }),
  });

test('[DOOR-4] [DOOR-5] piles with a password, a certificate and a key charge over TLS', async () => {
  const shown = await certified(byCertificate);
  const url = `wss://127.0.0.1:${ports.wss}/ocpp`;
  const station =
    (dialect: typeof ocpp16, password: string | null, tls: TlsClient): RunPile =>
    (setup, books) =>
      runOcppPile({
        dialect,
        setup: { ...setup, tariff: BOOK_TARIFF },
        password,
        surroundings: wsSurroundings(url, tls),
        books,
      });
  const tcp = { host: '127.0.0.1', port: ports.psk };
  const pile = ykcPiles(tcpSurroundings(tcp, { identity: byKey, keyHex: KEY_HEX }));

  const first = fleetOf(
    firstOf('ocpp1.6'),
    station(ocpp16, passwordOf(byPassword), { ca: shown.ca }),
    undefined,
  );
  const { books } = first;
  const fleets = [
    first,
    fleetOf(firstOf('ocpp2.0.1'), station(ocpp201, null, shown), books),
    fleetOf(firstOf('ykc'), pile, books),
  ];
  const charged = () => new Set(books.entries().map(({ pileNo }) => pileNo));
  try {
    await expect
      .poll(charged, { timeout: 60_000, interval: 250 })
      .toEqual(new Set([byPassword, byCertificate, byKey]));
    for (const fleet of fleets) fleet.closeTheShop();
    await expect
      .poll(() => fleets.reduce((sum, fleet) => sum + fleet.charging(), books.unconfirmed()), {
        timeout: 60_000,
        interval: 250,
      })
      .toBe(0);
  } finally {
    for (const fleet of fleets) fleet.stop();
  }
  const orders = await apiOf(edge.addresses.api).allOrders();
  expect(reconcile('site-01', books.entries(), orders, orders).faults).toEqual([]);
}, 150_000);
