import { ConfigError } from '@holdfast/shared/config/faults';
import { expect, test } from 'vitest';
import { hubConfigOf } from './config.ts';

const faultsOf = (json: unknown): readonly string[] => {
  try {
    hubConfigOf(json, '/');
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map(({ path }) => path);
  }
};

test('a data folder is enough; the rest listens on loopback', () => {
  const config = hubConfigOf({ dataFolder: 'data' }, '/srv');
  expect(config.dataFolder).toBe('/srv/data');
  expect(config.http).toEqual({ host: '127.0.0.1', port: 8080 });
  expect(config.broker).toEqual({ kind: 'embedded', host: '127.0.0.1', port: 1883 });
});

test('every fault is told at once, unknown keys among them', () => {
  const faults = faultsOf({
    dataFolder: '',
    http: { port: 99_999 },
    sites: [{ siteId: 'a/b', name: 'x', vendors: [], secret: 'short' }],
    colour: 'blue',
  });
  const text = faults.join(' ');
  for (const path of ['dataFolder', 'http/port', 'siteId', 'vendors', 'secret']) {
    expect(text).toContain(path);
  }
  expect(faults).toContain('');
});

test('two sites of one name are refused', () => {
  const site = { siteId: 'a', name: 'x', vendors: ['ykc'], secret: 'long-enough-secret' };
  expect(faultsOf({ dataFolder: 'd', sites: [site, site] })).toEqual(['/sites/1/siteId']);
});

test('[SYNC-12] two vendors at one virtual host of a broker are refused', () => {
  const at = (vendor: string, url: string, user?: string) =>
    user === undefined ? { vendor, url } : { vendor, url, user };
  const of = (...vendors: object[]) =>
    faultsOf({ dataFolder: 'd', broker: { kind: 'mqtt', vendors } });
  expect(of(at('ykc', 'mqtt://a'), at('ocpp', 'mqtt://a'))).toEqual(['/broker/vendors/1/url']);
  expect(of(at('ykc', 'mqtt://a'), at('ocpp', 'mqtt://b'))).toEqual([]);
  expect(of(at('ykc', 'mqtt://a', 'ykc:hub'), at('ocpp', 'mqtt://a', 'ocpp:hub'))).toEqual([]);
});
