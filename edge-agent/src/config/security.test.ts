import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigError } from '@holdfast/shared/config/faults';
import { afterAll, expect, test } from 'vitest';
import { configOf } from '../config.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-security-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (more: object) =>
  configOf({ siteId: 'site-01', name: 'Site', dataFolder: 'data', ...more }, folder).security;

function faultPaths(more: object): readonly string[] {
  try {
    read(more);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.map((fault) => fault.path);
    throw error;
  }
  return [];
}

test('[DOOR-3] left out, a pile needs a password; profile 0 needs a list of addresses', () => {
  expect(read({}).rules).toMatchObject({ profile: 1, learnPasswords: true });
  expect(faultPaths({ piles: [{ pileNo: 'a', securityProfile: 0 }] })).toEqual([
    '/piles/0/securityProfile',
  ]);
  expect(faultPaths({ security: { profile: 0 } })).toEqual(['/security/profile']);
  const open = read({ piles: [{ pileNo: 'a', securityProfile: 0, allow: ['10.0.0.0/8'] }] });
  expect(open.rules.piles.get('a')).toMatchObject({ profile: 0, allow: [{ family: 4 }] });
});

test('short passwords and keys, and what is no address, are told with their places', () => {
  const piles = [
    { pileNo: 'a', password: 'short', pskHex: 'abcd' },
    { pileNo: 'b', allow: ['10.0.0.0/8', 'everywhere'] },
  ];
  expect(faultPaths({ piles: piles.slice(0, 1) })).toEqual([
    '/piles/0/password',
    '/piles/0/pskHex',
  ]);
  expect(
    faultPaths({ piles: piles.slice(1), fronts: [{ protocol: 'ykc', allow: ['1.2.3'] }] }),
  ).toEqual(expect.arrayContaining(['/piles/0/allow/1', '/fronts/0/allow/0']));
});

test('TLS of a front is of its kind', () => {
  const fronts = [
    { protocol: 'ykc', tls: { kind: 'certificate' } },
    { protocol: 'ocpp', tls: { kind: 'psk' } },
  ];
  expect(faultPaths({ fronts })).toEqual(['/fronts/0/tls/kind', '/fronts/1/tls/kind']);
});

test('certificates are read from their files, and a file that is none is told', () => {
  writeFileSync(path.join(folder, 'box.pem'), '-----BEGIN CERTIFICATE-----');
  writeFileSync(path.join(folder, 'junk.pem'), 'junk');
  const pair = { certificate: 'box.pem', key: 'box.pem' };
  expect(read({ security: { tls: { certificates: [pair] } } }).tls.pairs).toHaveLength(1);
  const wrong = { certificate: 'junk.pem', key: 'nowhere.pem' };
  expect(faultPaths({ security: { tls: { certificates: [wrong] } } })).toEqual([
    '/security/tls/certificates/0/certificate',
    '/security/tls/certificates/0/key',
  ]);
});
