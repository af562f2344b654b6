import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { issueLeaf } from '@holdfast/edge-agent/adapters/ca/issue';
import { readRequest } from '@holdfast/edge-agent/adapters/ca/request';
import { configOf } from '@holdfast/edge-agent/config';
import { type RunningEdge, startEdge } from '@holdfast/edge-agent/edge';
import { bytesOf } from '@holdfast/edge-agent/piles/ykc/testing/samples';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../harness/needs.ts';
import { freePort } from '../world/free-port.ts';
import { type SClientTalk, sClient } from './s-client.ts';

/* Somebody else's TLS against our fronts, over real sockets. */

const openssl = needs('openssl');
const PASSWORD = 'correct horse battery';
const PSK = '0f'.repeat(32);
const OTHER_PSK = 'f0'.repeat(32);
const PILE = '32010200000001';
const OTHER_PILE = '32010200000002';

let folder: string;
let edge: RunningEdge;
const ports = { wss: 0, legacy: 0, psk: 0 };
const at = (name: string): string => path.join(folder, name);
const run = (...args: readonly string[]): void =>
  void execFileSync(openssl ?? '', args, { stdio: 'pipe' });

/** A key and a request for a certificate, as a station makes them. */
function askFor(name: string): string {
  run('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', at(`${name}.key`));
  run('req', '-new', '-key', at(`${name}.key`), '-subj', `/CN=${name}`, '-out', at(`${name}.csr`));
  return readFileSync(at(`${name}.csr`), 'utf8');
}

async function certify(name: string): Promise<string> {
  const signing = await edge.doors.certificates.sign(name, askFor(name));
  if (!signing.ok) return expect.fail(signing.refusal);
  writeFileSync(at(`${name}.pem`), signing.chain);
  return signing.certificate.serialNumber;
}

/** A certificate of our CA whose time is over. */
async function certifyPast(name: string): Promise<void> {
  const request = await readRequest(askFor(name));
  if (request === undefined) return expect.fail('the request cannot be read');
  const ca = (end: string) => readFileSync(at(`data/ca/root-ec.${end}`), 'utf8');
  const pem = await issueLeaf(
    'ec',
    { certificate: ca('pem'), key: ca('key') },
    {
      purpose: 'pile',
      commonName: name,
      organisation: null,
      names: [],
      publicKey: request.publicKey,
      serialNumber: '4f',
      notBeforeMs: Date.now() - 2_000,
      notAfterMs: Date.now() - 1_000,
    },
  );
  writeFileSync(at(`${name}.pem`), pem);
}

beforeAll(async () => {
  if (openssl === null) return;
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-openssl-'));
  for (const name of ['wss', 'legacy', 'psk'] as const) ports[name] = await freePort();
  const file = {
    siteId: 'site-01',
    name: 'Site',
    dataFolder: at('data'),
    fronts: [
      { protocol: 'ocpp', port: ports.wss, tls: { kind: 'certificate' } },
      { protocol: 'ocpp', port: ports.legacy, tls: { kind: 'certificate', legacy: true } },
      { protocol: 'ykc', port: ports.psk, tls: { kind: 'psk' } },
    ],
    api: { port: 0 },
    piles: [
      { pileNo: 'CP-01', password: PASSWORD },
      { pileNo: 'CP-03', securityProfile: 3 },
      { pileNo: 'CP-04', securityProfile: 3 },
      { pileNo: 'CP-05', securityProfile: 3 },
      { pileNo: PILE, pskHex: PSK },
      { pileNo: OTHER_PILE, pskHex: OTHER_PSK },
    ],
    security: { attempts: 1_000, handshakeSeconds: 1, tls: { names: ['box.test', '127.0.0.1'] } },
  };
  edge = await startEdge(configOf(file, folder));
  const roots = (await edge.doors.certificates.ca()).roots();
  writeFileSync(at('roots.pem'), roots.join(''));
});
afterAll(async () => {
  await edge?.stop();
  if (folder !== undefined) rmSync(folder, { recursive: true });
});

const upgrade = (identity: string, password?: string): string =>
  [
    `GET /ocpp/${identity} HTTP/1.1`,
    'Host: box.test',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol: ocpp1.6',
    ...(password === undefined
      ? []
      : [`Authorization: Basic ${Buffer.from(`${identity}:${password}`).toString('base64')}`]),
    '\r\n',
  ].join('\r\n');

const statusIn = ({ text }: SClientTalk): string | undefined =>
  /HTTP\/1\.1 (\d{3})/.exec(text)?.[1];

interface Asked {
  readonly status: string | undefined;
  readonly text: string;
}

async function ask(
  args: readonly string[],
  identity = 'CP-01',
  password: string | undefined = PASSWORD,
  port = ports.wss,
): Promise<Asked> {
  const trust = ['-CAfile', at('roots.pem'), '-verify_hostname', 'box.test'];
  const talk = await sClient(
    openssl ?? '',
    ['-connect', `127.0.0.1:${port}`, ...trust, ...args],
    upgrade(identity, password),
    (heard) => statusIn(heard) !== undefined,
  );
  return { status: statusIn(talk), text: talk.text };
}

const codesOf = async (): Promise<readonly string[]> => {
  const answer = await fetch(`${edge.addresses.api}/api/v1/security-events?limit=200`);
  const { items } = (await answer.json()) as { items: readonly { code: string }[] };
  return items.map(({ code }) => code);
};

describe.runIf(openssl !== null)('[OCPP-A10] TLS of a WSS front', () => {
  test.each([
    ['TLS 1.2, RSA', ['-tls1_2', '-cipher', 'ECDHE-RSA-AES128-GCM-SHA256'], 'type: RSA', 'TLSv1.2'],
    [
      'TLS 1.2, ECDSA',
      ['-tls1_2', '-cipher', 'ECDHE-ECDSA-AES128-GCM-SHA256'],
      'type: ECDSA',
      'TLSv1.2',
    ],
    [
      'TLS 1.2, RSA without forward secrecy',
      ['-tls1_2', '-cipher', 'AES128-GCM-SHA256'],
      'AES128-GCM',
      'TLSv1.2',
    ],
    ['TLS 1.3, RSA', ['-tls1_3', '-sigalgs', 'rsa_pss_rsae_sha256'], 'type: RSA', 'TLSv1.3'],
    ['TLS 1.3, ECDSA', ['-tls1_3', '-sigalgs', 'ecdsa_secp256r1_sha256'], 'type: ECDSA', 'TLSv1.3'],
    ['no server name', ['-noservername'], 'TLSv1.3', 'TLSv1.3'],
    ['another server name', ['-servername', 'elsewhere.test'], 'TLSv1.3', 'TLSv1.3'],
  ])('%s is served with a certificate of its kind', async (_what, args, mark, version) => {
    const { status, text } = await ask(args);
    expect(status).toBe('101');
    expect(text).toContain('Verify return code: 0 (ok)');
    expect(text).toContain(mark);
    expect(text).toContain(version);
  });

  test.each(['-tls1', '-tls1_1'])(
    '%s is refused and told, but served where the front says so',
    async (version) => {
      const old = [version, '-cipher', 'DEFAULT@SECLEVEL=0'];
      const refused = await ask(old);
      expect(refused.status).toBeUndefined();
      expect(refused.text).toMatch(/alert protocol version|unsupported protocol/i);
      expect((await ask(old, 'CP-01', PASSWORD, ports.legacy)).status).toBe('101');
      await expect.poll(codesOf).toContain('invalid-tls-version');
    },
  );

  test('a client with no cipher of ours is refused and told', async () => {
    const { status } = await ask(['-tls1_2', '-cipher', 'ECDHE-RSA-AES256-SHA']);
    expect(status).toBeUndefined();
    await expect.poll(codesOf).toContain('invalid-tls-cipher');
  });

  test('nobody makes us begin a handshake anew', async () => {
    const talk = await sClient(
      openssl ?? '',
      ['-connect', `127.0.0.1:${ports.wss}`, '-tls1_2'],
      'R\n',
      ({ text }) => /no renegotiation|unexpected message|RENEGOTIATING[\s\S]*:error:/i.test(text),
    );
    expect(talk.text).toMatch(/RENEGOTIATING/);
    expect(talk.text).toMatch(/no renegotiation|:error:/i);
  });

  test('a password over TLS: right, wrong, none', async () => {
    expect((await ask([], 'CP-01', PASSWORD)).status).toBe('101');
    expect((await ask([], 'CP-01', 'another long password')).status).toBe('401');
    expect((await ask([], 'CP-01', '')).status).toBe('401');
    expect((await ask([], 'CP-99', PASSWORD)).status).toBe('404');
  });
});

describe.runIf(openssl !== null)('[DOOR-4] client certificates', () => {
  test('of our CA, of somebody else, of another pile, expired, revoked, none', async () => {
    const shown = (name: string) => ['-cert', at(`${name}.pem`), '-key', at(`${name}.key`)];
    const serial = await certify('CP-03');
    await certify('CP-04');
    expect((await ask(shown('CP-03'), 'CP-03', '')).status).toBe('101');
    expect((await ask([...shown('CP-03'), '-tls1_2'], 'CP-03', '')).status).toBe('101');
    expect((await ask(shown('CP-04'), 'CP-03', '')).status).toBe('403');
    expect((await ask([], 'CP-03', '')).status).toBe('403');
    askFor('stranger');
    run(
      'req',
      '-x509',
      '-key',
      at('stranger.key'),
      '-subj',
      '/CN=CP-03',
      '-out',
      at('stranger.pem'),
    );
    expect((await ask(shown('stranger'), 'CP-03', '')).status).toBe('403');
    await certifyPast('CP-05');
    expect((await ask(shown('CP-05'), 'CP-05', '')).status).toBe('403');
    await edge.doors.certificates.revoke(serial);
    expect((await ask(shown('CP-03'), 'CP-03', '')).status).toBe('403');
    const codes = ['invalid-pile-certificate', 'certificate-revoked'];
    await expect.poll(codesOf).toEqual(expect.arrayContaining(codes));
  });
});

describe.runIf(openssl !== null)('[DOOR-5] TLS-PSK of a TCP front', () => {
  const login = (pileNo: string): Uint8Array => bytesOf('login', { pileNo });
  const START = 0x68;

  async function spoke(args: readonly string[], pileNo = PILE): Promise<boolean> {
    const talk = await sClient(
      openssl ?? '',
      ['-connect', `127.0.0.1:${ports.psk}`, '-quiet', ...args],
      login(pileNo),
      ({ out }) => out.includes(START),
    );
    return talk.out.includes(START);
  }
  const key = (identity: string, hex: string) => ['-psk_identity', identity, '-psk', hex];

  test.each([
    ['TLS 1.2', ['-tls1_2', '-cipher', 'PSK-AES128-GCM-SHA256']],
    ['TLS 1.2 for small controllers', ['-tls1_2', '-cipher', 'PSK-AES128-CBC-SHA256']],
    ['TLS 1.2 with forward secrecy', ['-tls1_2', '-cipher', 'ECDHE-PSK-AES128-CBC-SHA256']],
    ['TLS 1.3', ['-tls1_3', '-ciphersuites', 'TLS_AES_128_GCM_SHA256']],
  ])('%s: the right key, another key, an unknown identity, another pile', async (_what, args) => {
    expect(await spoke([...args, ...key(PILE, PSK)])).toBe(true);
    expect(await spoke([...args, ...key(PILE, OTHER_PSK)])).toBe(false);
    expect(await spoke([...args, ...key('nobody', PSK)])).toBe(false);
    expect(await spoke([...args, ...key(PILE, PSK)], OTHER_PILE)).toBe(false);
    await expect
      .poll(codesOf)
      .toEqual(expect.arrayContaining(['failed-to-authenticate', 'identity-mismatch']));
  });

  test('without TLS, or with a certificate, there is nothing to be had', async () => {
    expect(await spoke(['-tls1_2'])).toBe(false);
    expect(await spoke(['-tls1_3'])).toBe(false);
  });

  test('[DOOR-6] a handshake that does not go on is ended and told', async () => {
    const socket = connect(ports.psk, '127.0.0.1');
    socket.on('error', () => undefined);
    await new Promise((closed) => socket.once('close', closed));
    await expect.poll(codesOf).toContain('slow-handshake');
  });
});
