import { createPrivateKey, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FaultError } from '@holdfast/shared/errors/fault';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SecurityChange, StoredCertificate } from '../../ports/credentials.ts';
import { daysAfter, SERVER_DAYS } from '../../security/ca.ts';
import { type CaOptions, type LocalCa, openCa } from './ca.ts';
import { ALGORITHMS } from './key-kinds.ts';
import { loadX509 } from './x509.ts';

const NOW_MS = Date.UTC(2026, 10, 1);
const DAY_MS = 86_400_000;
let folder: string;
const kept: SecurityChange[] = [];
let nowMs = NOW_MS;

const certificatesOf = (changes: readonly SecurityChange[]): readonly StoredCertificate[] =>
  changes.flatMap((change) => (change.save === 'certificate' ? [change.certificate] : []));

const optionsOf = (more: Partial<CaOptions> = {}): CaOptions => ({
  folder,
  siteId: 'site-01',
  names: ['box.local', '192.168.1.5'],
  organisation: null,
  pileDays: 365,
  namesOf: (pileNo) => [pileNo],
  stored: certificatesOf(kept),
  nowMs: () => nowMs,
  save: async (changes) => void kept.push(...changes),
  ...more,
});

/** What a pile would send in SignCertificate. */
async function requestOf(
  name: string,
  algorithm: Parameters<typeof webcrypto.subtle.generateKey>[0] = ALGORITHMS.ec,
): Promise<string> {
  const x509 = await loadX509();
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair;
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name,
    keys,
    signingAlgorithm: { name: keys.privateKey.algorithm.name, hash: 'SHA-256' },
  });
  return request.toString('pem');
}

let ca: LocalCa;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'holdfast-ca-'));
  ca = await openCa(optionsOf());
});
afterAll(() => rm(folder, { recursive: true }));

describe('the certificates of the box', () => {
  test('[OCPP-A10] RSA of 2048 bits and ECDSA, each under a root of its kind, RSA within 2048 bytes', () => {
    const [rsa, ec] = ca.serverPairs().map(({ certificate }) => new X509Certificate(certificate));
    expect(rsa?.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2_048);
    expect(rsa?.raw.length).toBeLessThanOrEqual(2_048);
    expect(ec?.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    const roots = ca.roots().map((pem) => new X509Certificate(pem));
    for (const [n, certificate] of [rsa, ec].entries()) {
      const root = roots[n];
      expect(root?.ca).toBe(true);
      expect(root !== undefined && certificate?.verify(root.publicKey)).toBe(true);
      expect(certificate?.checkHost('box.local')).toBe('box.local');
      expect(certificate?.checkIP('192.168.1.5')).toBe('192.168.1.5');
    }
    for (const { key } of ca.serverPairs()) {
      expect(createPrivateKey(key).type).toBe('private');
    }
  });

  test('[DOOR-9] keys lie in files that only their owner reads', async () => {
    for (const name of ['root-rsa.key', 'root-ec.key', 'server-rsa.key', 'server-ec.key']) {
      const { mode } = await stat(path.join(folder, 'ca', name));
      expect(mode & 0o777).toBe(0o600);
    }
  });

  test('[DOOR-9] a restart finds them; what ends soon, or lacks a name, is made anew under the same root', async () => {
    const again = await openCa(optionsOf());
    expect(again.serverPairs()).toEqual(ca.serverPairs());
    expect(await again.renew()).toBe(false);
    nowMs = daysAfter(NOW_MS, SERVER_DAYS) - DAY_MS;
    expect(await again.renew()).toBe(true);
    nowMs = NOW_MS;
    expect(again.roots()).toEqual(ca.roots());
    const renamed = await openCa(optionsOf({ names: ['other.local'] }));
    const [rsa] = renamed.serverPairs();
    expect(new X509Certificate(rsa?.certificate ?? '').checkHost('other.local')).toBe(
      'other.local',
    );
    expect(renamed.roots()).toEqual(ca.roots());
  });
});

describe('[DOOR-10] certificates of piles', () => {
  test.each([
    ['ECDSA', ALGORITHMS.ec, 1],
    ['RSA', ALGORITHMS.rsa, 0],
  ] as const)('a request with %s is signed and kept', async (_name, algorithm, root) => {
    const signing = await ca.sign('CP-01', await requestOf('CN=CP-01,O=Maker', algorithm));
    if (!signing.ok) return expect.fail(signing.refusal);
    const leaf = new X509Certificate(signing.chain);
    expect(leaf.subject).toBe('CN=CP-01\nO=Maker');
    expect(leaf.ca).toBe(false);
    expect(leaf.verify(new X509Certificate(ca.roots()[root] ?? '').publicKey)).toBe(true);
    expect(Date.parse(leaf.validTo)).toBe(daysAfter(NOW_MS, 365));
    expect(Date.parse(leaf.validFrom)).toBeLessThan(NOW_MS);
    expect(leaf.serialNumber.toLowerCase()).toBe(signing.certificate.serialNumber);
    expect(certificatesOf(kept)).toContainEqual(signing.certificate);
  });

  test('a request of another name, with a weak key, without a sound signature, or none is refused', async () => {
    const refusal = async (request: string) => {
      const signing = await ca.sign('CP-01', request);
      return signing.ok ? 'signed' : signing.refusal;
    };
    expect(await refusal(await requestOf('CN=CP-02'))).toBe('other-name');
    const weak = { ...ALGORITHMS.rsa, modulusLength: 1_024 };
    expect(await refusal(await requestOf('CN=CP-01', weak))).toBe('weak-key');
    const pem = await requestOf('CN=CP-01');
    const der = Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');
    der[der.length - 1] = (der.at(-1) ?? 0) ^ 1;
    const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----`;
    expect(['bad-signature', 'unreadable']).toContain(await refusal(forged));
    for (const junk of ['', 'x', randomBytes(99).toString('base64'), 'A'.repeat(100_000)]) {
      expect(await refusal(junk)).toBe('unreadable');
    }
  });

  test('of another organisation is refused where one is asked for', async () => {
    const strict = await openCa(optionsOf({ organisation: 'Operator' }));
    const other = await strict.sign('CP-01', await requestOf('CN=CP-01,O=Maker'));
    expect(other).toEqual({ ok: false, refusal: 'other-organisation' });
    const own = await strict.sign('CP-01', await requestOf('CN=CP-01'));
    expect(own.ok && new X509Certificate(own.chain).subject).toBe('CN=CP-01\nO=Operator');
  });

  test('one that the ledger does not take does not leave', async () => {
    const save = () => Promise.reject(new FaultError('ledger-full', 'no room'));
    const full = await openCa(optionsOf({ save, names: [] }));
    const request = await requestOf('CN=CP-01');
    await expect(full.sign('CP-01', request)).rejects.toMatchObject({ code: 'ledger-full' });
    expect(full.issued()).toHaveLength(certificatesOf(kept).length);
  });

  test('a revoked one is known as such, also after a restart, and stands on the list of its root', async () => {
    const signing = await ca.sign('CP-03', await requestOf('CN=CP-03'));
    if (!signing.ok) return expect.fail(signing.refusal);
    const { serialNumber } = signing.certificate;
    expect(ca.isRevoked(serialNumber)).toBe(false);
    await ca.revoke(`0x00${serialNumber.toUpperCase()}`.replace('0x', ''));
    expect(ca.isRevoked(serialNumber)).toBe(true);
    const again = await openCa(optionsOf({ names: ['other.local'] }));
    expect(again.isRevoked(serialNumber)).toBe(true);
    await expect(ca.revoke('ffff')).rejects.toMatchObject({ code: 'not-found' });
    const x509 = await loadX509();
    const lists = (await ca.revocationLists()).map((pem) => new x509.X509Crl(pem));
    expect(lists[1]?.findRevoked(serialNumber)?.serialNumber).toBe(serialNumber);
    expect(
      await lists[1]?.verify({ publicKey: new x509.X509Certificate(ca.roots()[1] ?? '') }),
    ).toBe(true);
  });
});
