import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ConfigError } from '@holdfast/shared/config/faults';
import { energyStep, fen } from '@holdfast/shared/units';
import { afterAll, describe, expect, test } from 'vitest';
import { EXAMPLE, exampleText } from './config/example.ts';
import { cardKey } from './config/lists.ts';
import { configPage } from './config/page.ts';
import { ownSettingsOf } from './config/station-settings.ts';
import { nextChangeAfter, tariffAt } from './config/tariff-book.ts';
import { configOf, readConfig } from './config.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'holdfast-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

const LEAST = { siteId: 'site-01', name: 'Site', dataFolder: 'data' };

function faultsOf(json: unknown): readonly { path: string; zh: string; en: string }[] {
  try {
    configOf(json, folder);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}
const pathsOf = (json: unknown) => faultsOf(json).map((fault) => fault.path);

describe('a sound file', () => {
  test('the example is current, reads without fault, and becomes exact counts', () => {
    const file = new URL('../config.example.json', import.meta.url);
    expect(readFileSync(file, 'utf8')).toBe(exampleText());
    const config = configOf(JSON.parse(exampleText()), folder);
    expect(config.dataFolder).toBe(path.join(folder, 'data'));
    expect(config.piles.get('32010200000001')?.ratedPowerW).toBe(120_000);
    expect(config.lists.cards.get(cardKey('D14B0A54'))).toMatchObject({
      account: 'fleet-7',
      balance: fen(20_000n),
      frozen: false,
    });
    expect(config.policy.energyTolerance).toBe(energyStep(2n));
  });

  test('the page beside the schema is current', () => {
    const page = readFileSync(new URL('../CONFIG.md', import.meta.url), 'utf8');
    expect(page).toBe(configPage());
  });

  test('what is left out has a default, and everything listens on loopback', () => {
    const config = configOf(LEAST, folder);
    expect(config.fronts).toMatchObject([{ protocol: 'ykc', host: '127.0.0.1', port: 9001 }]);
    expect(config.api).toMatchObject({ host: '127.0.0.1', port: 7070, token: null });
    expect(config).toMatchObject({ hub: null, adoptAll: false, logLevel: 'info' });
    expect(config.rules).toMatchObject({ confirmMs: 90_000, plugMs: 65_000 });
    expect(tariffAt(config.tariffs, Date.now())).toBeUndefined();
  });

  test('of the versions of the current tariff the one that began last holds', () => {
    const [first] = EXAMPLE.tariffs;
    const next = { ...first, version: 2, modelNo: '0101', validFrom: '2026-06-01T00:00:00+08:00' };
    const other = { ...first, tariffId: 'other', modelNo: '0102' };
    const { tariffs } = configOf({ ...EXAMPLE, tariffs: [next, other, first] }, folder);
    const at = (day: string) => Date.parse(`${day}T00:00:00+08:00`);
    expect(tariffAt(tariffs, at('2025-12-31'))).toBeUndefined();
    expect(tariffAt(tariffs, at('2026-05-31'))?.version).toBe(1);
    expect(tariffAt(tariffs, at('2026-06-01'))?.version).toBe(2);
    expect(nextChangeAfter(tariffs, at('2026-05-31'))).toBe(at('2026-06-01'));
    expect(nextChangeAfter(tariffs, at('2026-06-01'))).toBeUndefined();
  });
});

test('a card number is compared without the bytes that pad it, and only those', () => {
  expect(cardKey('00000000D14B0A54')).toBe(cardKey('d14b0a54'));
  expect(cardKey('7805AF3703000000')).toBe(cardKey('7805af3703'));
  expect(cardKey('0D14B0A5')).not.toBe(cardKey('D14B0A50'));
});

test('a front has the port of its protocol, and a station its OCPP settings', () => {
  const { fronts, piles } = configOf(
    {
      ...LEAST,
      fronts: [
        { protocol: 'ykc' },
        { protocol: 'ocpp' },
        { protocol: 'ocpp', tls: { kind: 'certificate' } },
      ],
      piles: [{ pileNo: 'x'.repeat(48), ocpp: { mode: 'strict', version: '1.6' } }],
    },
    '/',
  );
  expect(fronts.map(({ port }) => port)).toEqual([9_001, 9_100, 9_143]);
  expect(fronts[1]?.ocpp).toMatchObject({ twins: 'newest-wins', frameKb: 256 });
  expect(piles.get('x'.repeat(48))?.ocpp).toEqual({
    mode: 'strict',
    version: '1.6',
    assume16: false,
    tend: true,
  });
});

test('every vendor that has a front has a lane to the hub, unless the file names the lanes', () => {
  const fronts = [{ protocol: 'ocpp' }, { protocol: 'ykc' }, { protocol: 'ocpp', port: 9_200 }];
  const hub = { url: 'mqtt://hub:1883', secret: 'a-long-secret' };
  expect(configOf({ ...LEAST, fronts, hub }, '/').hub?.vendors).toEqual(['ocpp', 'ykc']);
  const named = { ...hub, vendors: ['ykc'] };
  expect(configOf({ ...LEAST, fronts, hub: named }, '/').hub?.vendors).toEqual(['ykc']);
});

describe('a wrong file', () => {
  test('every error is listed at once, with its place and both languages', () => {
    const faults = faultsOf({
      siteId: 'no spaces here',
      dataFolder: 'data',
      colour: 'red',
      fronts: [{ protocol: 'morse', port: 70_000 }],
      piles: [{}, { pileNo: 5 }],
      cards: [{ cardNo: 'XYZ', account: 'a', balanceYuan: '1.234' }],
      limits: { plugSeconds: 1 },
    });
    expect(faults.map((fault) => fault.path)).toEqual(
      expect.arrayContaining([
        '',
        '/siteId',
        '/fronts/0/protocol',
        '/fronts/0/port',
        '/piles/0',
        '/piles/1/pileNo',
        '/cards/0/cardNo',
        '/cards/0/balanceYuan',
        '/limits/plugSeconds',
      ]),
    );
    expect(faults.length).toBeGreaterThan(8);
    for (const { zh, en } of faults) {
      expect(zh).toMatch(/[\u4e00-\u9fff]/);
      expect(en).toMatch(/^[A-Z].*\.$/);
    }
  });

  test.each([
    ['no object', 5],
    ['nothing', null],
    ['a list', []],
    ['a text', 'siteId'],
  ])('%s is refused', (_what, json) => {
    expect(pathsOf(json)).not.toEqual([]);
  });

  test.each([
    ['an unknown key', { ...LEAST, colour: 'red' }, ''],
    ['an unknown key further in', { ...LEAST, api: { prot: 7070 } }, '/api'],
    [
      'two piles of one number',
      { ...LEAST, piles: [{ pileNo: '1' }, { pileNo: '1' }] },
      '/piles/1/pileNo',
    ],
    [
      'an unknown dialect',
      { ...LEAST, piles: [{ pileNo: '1', dialect: 'x' }] },
      '/piles/0/dialect',
    ],
    [
      'a QR prefix that no pile can show',
      { ...LEAST, fronts: [{ protocol: 'ykc', qr: { prefix: '二维码' } }] },
      '/fronts/0/qr/prefix',
    ],
    ['an open API without a token', { ...LEAST, api: { host: '0.0.0.0' } }, '/api/token'],
    ['one port twice', { ...LEAST, api: { port: 9001 } }, '/fronts/0/port'],
    ['a tariff that is not there', { ...LEAST, tariff: 'day' }, '/tariff'],
    [
      'a card that is all zeros',
      { ...LEAST, cards: [{ cardNo: '0000', account: 'a', balanceYuan: '1' }] },
      '/cards/0/cardNo',
    ],
    [
      'two cards that differ in padding only',
      {
        ...LEAST,
        cards: ['00D14B', 'd14b00'].map((cardNo) => ({ cardNo, account: 'a', balanceYuan: '1' })),
      },
      '/cards/1/cardNo',
    ],
    [
      'a VIN with an O',
      { ...LEAST, vins: [{ vin: 'LSVAA49J13204737O', account: 'a', balanceYuan: '1' }] },
      '/vins/0/vin',
    ],
    [
      'a hub that is no broker',
      { ...LEAST, hub: { url: 'http://hub', secret: 'long enough 123' } },
      '/hub/url',
    ],
  ])('%s', (_what, json, at) => {
    expect(pathsOf(json)).toEqual([at]);
  });

  test('tariffs are checked by their own rules', () => {
    const [tariff] = EXAMPLE.tariffs;
    const fiveKinds = { ...tariff, rates: [...tariff.rates, tariff.rates[0]] };
    const json = {
      ...EXAMPLE,
      tariffs: [
        tariff,
        { ...tariff, slots: '3', validFrom: 'soon' },
        { ...fiveKinds, version: 2 },
        { ...tariff, version: 3 },
      ],
    };
    expect(pathsOf(json)).toEqual(
      expect.arrayContaining([
        '/tariffs/1/slots',
        '/tariffs/2',
        '/tariffs/2/modelNo',
        '/tariffs/3/modelNo',
      ]),
    );
  });

  test('a file that is missing or no JSON is named', () => {
    const missing = path.join(folder, 'none.json');
    expect(() => readConfig(missing)).toThrow(ConfigError);
    const broken = path.join(folder, 'broken.json');
    writeFileSync(broken, '{ "siteId": ');
    expect(() => readConfig(broken)).toThrow(/cannot be read/);
  });
});

test('settings of one station reach its driver in its own terms', () => {
  const usual = { volts: 230, phases: 3, safeA: 6 } as const;
  const { piles } = configOf(
    {
      ...LEAST,
      fronts: [{ protocol: 'ocpp' }],
      piles: [
        {
          pileNo: 'CP-1',
          ocpp: {
            tend: false,
            heartbeatSeconds: 60,
            zone: '-03:30',
            volts: 120,
            phases: 1,
            configuration: { ConnectionTimeOut: '120' },
          },
        },
        { pileNo: 'CP-2', ocpp: {} },
        { pileNo: 'CP-3' },
      ],
    },
    '/',
  );
  const settingsOf = (pileNo: string) => ownSettingsOf(piles.get(pileNo)?.ocpp, usual);
  expect(settingsOf('CP-1')).toEqual({
    isTended: false,
    heartbeatSeconds: 60,
    zoneMinutes: -210,
    wiring: { volts: 120, phases: 1, safeA: 6 },
    configuration: { ConnectionTimeOut: '120' },
  });
  expect(settingsOf('CP-2')).toEqual({ isTended: true, wiring: usual });
  expect(settingsOf('CP-3')).toEqual({});
  for (const ocpp of [{ zone: '+25:00' }, { zone: '8' }, { phases: 2 }, { volts: 0 }]) {
    const odd = { ...LEAST, piles: [{ pileNo: 'CP-1', ocpp }] };
    expect(() => configOf(odd, '/')).toThrow();
  }
});
