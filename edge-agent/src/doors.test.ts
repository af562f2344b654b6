import { webcrypto, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FaultError } from '@holdfast/shared/errors/fault';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openCa } from './adapters/ca/ca.ts';
import { loadX509 } from './adapters/ca/x509.ts';
import { scryptHasher } from './adapters/crypto/password-hash.ts';
import { openSeal } from './adapters/crypto/seal.ts';
import { memoryLedger } from './adapters/ledger/memory.ts';
import { configOf } from './config.ts';
import { type DoorOptions, type Doors, openDoors } from './doors.ts';
import type { Ledger } from './ports/ledger.ts';
import { PasswordChecks } from './security/password-checks.ts';
import { silentLog } from './site/log.ts';
import { virtualTime } from './site/testing/virtual-time.ts';

const NOW_MS = Date.UTC(2026, 10, 1);
const PASSWORD = 'correct horse battery';
const KEY = '00112233445566778899aabbccddeeff01234567';
const PSK = 'ab'.repeat(32);

let folder: string;
let ledger: Ledger;
let time: ReturnType<typeof virtualTime>;
const opened: Doors[] = [];

const fileOf = (more: object = {}) => ({
  siteId: 'site-01',
  name: 'Site',
  dataFolder: folder,
  piles: [
    { pileNo: 'CP-text', password: PASSWORD },
    { pileNo: 'CP-key', password: KEY },
    { pileNo: 'CP-open', securityProfile: 0, allow: ['10.9.0.0/16'] },
    { pileNo: 'CP-here', password: PASSWORD, allow: ['10.1.0.0/16'] },
    { pileNo: 'CP-two', password: PASSWORD, securityProfile: 2 },
    { pileNo: 'CP-three', securityProfile: 3 },
    { pileNo: 'CP-bare' },
    { pileNo: '32010200000001', pskHex: PSK },
  ],
  security: { attempts: 3, lockSeconds: 30, handshakesPerMinute: 100 },
  fronts: [
    { protocol: 'ykc', allow: ['10.0.0.0/8'] },
    { protocol: 'ykc', port: 9002 },
  ],
  ...more,
});

const served = new Set<string>();
async function open(
  more: object = {},
  serialOf?: DoorOptions['serialOf'],
  askRenewal?: DoorOptions['askRenewal'],
): Promise<Doors> {
  const config = configOf(fileOf(more), folder);
  for (const pileNo of config.piles.keys()) served.add(pileNo);
  const doors = await openDoors({
    config,
    ledger,
    clock: time.clock,
    timers: time.timers,
    log: silentLog,
    isServed: (pileNo) => config.adoptAll || served.has(pileNo),
    vendorOf: () => 'ocpp',
    ...(serialOf === undefined ? {} : { serialOf }),
    ...(askRenewal === undefined ? {} : { askRenewal }),
  });
  opened.push(doors);
  return doors;
}

/** What a pile would send in SignCertificate. */
async function requestFor(commonName: string): Promise<string> {
  const x509 = await loadX509();
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = (await webcrypto.subtle.generateKey(algorithm, true, [
    'sign',
    'verify',
  ])) as webcrypto.CryptoKeyPair;
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: `CN=${commonName}`,
    keys,
    signingAlgorithm: algorithm,
  });
  return request.toString('pem');
}

const TLS = { version: 'TLSv1.3', certificate: null, certificateFault: null, pskIdentity: null };
const basic = (user: string, password: string | Uint8Array): string =>
  `Basic ${Buffer.concat([Buffer.from(`${user}:`), Buffer.from(password)]).toString('base64')}`;

const visitOf = (identity: string, password?: string | Uint8Array, more: object = {}) => ({
  address: '10.1.0.1',
  identity,
  authorization: password === undefined ? undefined : basic(identity, password),
  tls: null,
  ...more,
});
/** `in 2`, or why not. */
async function askedOf(doors: Doors, ...visit: Parameters<typeof visitOf>): Promise<string> {
  const admission = await doors.doorOf(1).admit(visitOf(...visit));
  return admission.ok ? `in ${admission.profile}` : `${admission.status} ${admission.why}`;
}
/** Its hash, once it is kept: nobody who logs in waits for that. */
const hashOf = (pileNo: string) =>
  expect
    .poll(async () => (await ledger.credentials()).find((one) => one.pileNo === pileNo))
    .toMatchObject({ passwordHash: expect.stringContaining('scrypt:') });
const eventsOf = async (doors: Doors) => {
  await doors.close();
  return ledger.securityEvents({ limit: 99 });
};

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-doors-'));
  ledger = memoryLedger('site-01');
  time = virtualTime(NOW_MS);
  served.clear();
});
afterEach(async () => {
  for (const doors of opened.splice(0)) await doors.close();
  rmSync(folder, { recursive: true });
});

describe('passwords', () => {
  test('[OCPP-A11] all three forms of a key, text as text, and nothing else', async () => {
    const doors = await open();
    expect(await askedOf(doors, 'CP-key', Buffer.from(KEY, 'hex'))).toBe('in 1');
    expect(await askedOf(doors, 'CP-key', KEY)).toBe('in 1');
    expect(await askedOf(doors, 'CP-key', KEY.toUpperCase())).toBe('in 1');
    expect(await askedOf(doors, 'CP-text', PASSWORD)).toBe('in 1');
    expect(await askedOf(doors, 'CP-text', `${PASSWORD} `)).toBe('401 password');
    expect(await askedOf(doors, 'CP-text')).toBe('401 password');
    const other = { authorization: basic('CP-key', KEY) };
    expect(await askedOf(doors, 'CP-text', undefined, other)).toBe('401 password');
  });

  test('[OCPP-A11] what is kept is a salted hash, and no event holds a password', async () => {
    const doors = await open();
    await askedOf(doors, 'CP-text', PASSWORD);
    await askedOf(doors, 'CP-text', 'wrong password here');
    await hashOf('CP-text');
    const events = await eventsOf(doors);
    const text = JSON.stringify([await ledger.credentials(), events]);
    expect(text).toContain('scrypt:');
    for (const secret of [PASSWORD, 'wrong password here', KEY, PSK]) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(Buffer.from(secret).toString('base64').slice(0, 16));
    }
  });

  test('[OCPP-A11] the same password has another hash each time, and a hash tells right from wrong', async () => {
    const hasher = scryptHasher();
    const password = Buffer.from(PASSWORD);
    const [a, b] = [await hasher.hash(password), await hasher.hash(password)];
    expect(a).not.toBe(b);
    expect(await hasher.verify(password, a)).toBe(true);
    expect(await hasher.verify(Buffer.from('x'), a)).toBe(false);
    for (const damaged of ['', 'scrypt:99:AAAA:AAAA', a.slice(0, -4), a.replace('scrypt', 'md5')]) {
      expect(await hasher.verify(password, damaged)).toBe(false);
    }
  });

  test('[OCPP-A12] a rotated password: both hold until the new one is used, also after a restart', async () => {
    const doors = await open();
    await askedOf(doors, 'CP-text', PASSWORD);
    const fresh = await doors.keyring.rotatePassword('CP-text');
    expect(fresh).toMatch(/^[0-9a-f]{40}$/);
    expect(doors.keyring.view('CP-text')).toMatchObject({
      hasPassword: true,
      changingUntilMs: NOW_MS + 86_400_000,
    });
    const again = await open();
    expect(await askedOf(again, 'CP-text', PASSWORD)).toBe('in 1');
    expect(await askedOf(again, 'CP-text', Buffer.from(fresh, 'hex'))).toBe('in 1');
    expect(await askedOf(again, 'CP-text', PASSWORD)).toBe('401 password');
    const third = await open();
    expect(await askedOf(third, 'CP-text', PASSWORD)).toBe('401 password');
    expect(await askedOf(third, 'CP-text', fresh)).toBe('in 1');
  });

  test('[OCPP-A12] refused by the pile the old one goes on; unanswered it ends with its time', async () => {
    const doors = await open();
    const fresh = await doors.keyring.rotatePassword('CP-text', 'another long password');
    await doors.keyring.withdrawPassword('CP-text');
    expect(await askedOf(doors, 'CP-text', fresh)).toBe('401 password');
    expect(await askedOf(doors, 'CP-text', PASSWORD)).toBe('in 1');
    await doors.keyring.rotatePassword('CP-text', fresh);
    await time.pass(86_400_000);
    expect(await askedOf(doors, 'CP-text', PASSWORD)).toBe('401 password');
    expect(await askedOf(doors, 'CP-text', fresh)).toBe('in 1');
  });

  test('[OCPP-A12] a changed configuration replaces what was kept; an unchanged one does not', async () => {
    const doors = await open();
    await askedOf(doors, 'CP-text', PASSWORD);
    const piles = [{ pileNo: 'CP-text', password: 'set by the operator' }];
    const changed = await open({ piles });
    expect(await askedOf(changed, 'CP-text', PASSWORD)).toBe('401 password');
    expect(await askedOf(changed, 'CP-text', 'set by the operator')).toBe('in 1');
  });

  test('[OCPP-A12] a change that the ledger refuses did not happen', async () => {
    const doors = await open();
    await askedOf(doors, 'CP-key', KEY);
    const refusing = {
      ...ledger,
      commit: () => Promise.reject(new FaultError('ledger-full', 'no room')),
    };
    ledger = refusing;
    const full = await open();
    await expect(full.keyring.rotatePassword('CP-key')).rejects.toMatchObject({
      code: 'ledger-full',
    });
    expect(full.keyring.view('CP-key').changingUntilMs).toBeNull();
    expect(await askedOf(full, 'CP-key', KEY)).toBe('in 1');
    expect(await askedOf(full, 'CP-text', PASSWORD)).toBe('in 1');
  });
});

describe('who may come in', () => {
  test('[DOOR-1] the lists of front and pile', async () => {
    const doors = await open();
    expect(doors.doorOf(0).enter('::ffff:10.3.2.1')).toEqual({ ok: true });
    expect(doors.doorOf(0).enter('192.168.0.1')).toMatchObject({ ok: false, why: 'address' });
    expect(doors.doorOf(1).enter('192.168.0.1')).toEqual({ ok: true });
    expect(await askedOf(doors, 'CP-here', PASSWORD)).toBe('in 1');
    const elsewhere = { address: '10.2.0.1' };
    expect(await askedOf(doors, 'CP-here', PASSWORD, elsewhere)).toBe('403 address');
  });

  test('[DOOR-3] nobody without a proof, but who may by name and from where', async () => {
    const doors = await open();
    expect(await askedOf(doors, 'CP-bare')).toBe('401 password');
    expect(await askedOf(doors, 'CP-bare', PASSWORD)).toBe('401 password');
    expect(await askedOf(doors, 'CP-open', undefined, { address: '10.9.1.1' })).toBe('in 0');
    expect(await askedOf(doors, 'CP-open')).toBe('403 address');
    const wrong = { address: '10.9.1.1', authorization: basic('CP-open', PASSWORD) };
    expect(await askedOf(doors, 'CP-open', undefined, wrong)).toBe('401 password');
  });

  test('[DOOR-3] with adoptAll a pile of this machine needs none, one of elsewhere does', async () => {
    const doors = await open({ adoptAll: true });
    const here = { address: '127.0.0.1' };
    expect(await askedOf(doors, 'CP-any', undefined, here)).toBe('in 0');
    expect(await askedOf(doors, 'CP-any')).toBe('401 password');
    expect(await askedOf(doors, 'CP-text', undefined, here)).toBe('401 password');
    expect(await askedOf(doors, 'CP-three', undefined, here)).toBe('403 profile');
  });

  test('[DOOR-3] an unknown pile is 404; adopted, it keeps the password that it came with', async () => {
    const doors = await open();
    expect(await askedOf(doors, 'CP-new', PASSWORD)).toBe('404 unknown');
    served.add('CP-new');
    expect(await askedOf(doors, 'CP-new', 'of an impostor, long')).toBe('401 password');
    expect(await askedOf(doors, 'CP-new', PASSWORD)).toBe('in 1');
    const again = await open();
    expect(await askedOf(again, 'CP-new', PASSWORD)).toBe('in 1');
    expect(await askedOf(again, 'CP-new', 'of an impostor, long')).toBe('401 password');
    const codes = (await eventsOf(doors)).map(({ code }) => code);
    expect(codes).toContain('unknown-pile');
    expect(codes).toContain('credential-learned');
  });

  test('[OCPP-A3] a name in other capitals is another name, and whom it may mean is said', async () => {
    const doors = await open();
    expect(await askedOf(doors, 'cp-TEXT', PASSWORD)).toBe('404 unknown');
    expect(await askedOf(doors, 'CP-else', PASSWORD)).toBe('404 unknown');
    const events = await eventsOf(doors);
    expect(events.map(({ detail }) => detail)).toEqual(
      expect.arrayContaining(['no pile of this site; CP-text is', 'no pile of this site']),
    );
  });

  test('[OCPP-A12] never less than the least profile, nor than was reached before', async () => {
    const doors = await open();
    expect(await askedOf(doors, 'CP-two', PASSWORD)).toBe('403 profile');
    expect(await askedOf(doors, 'CP-two', PASSWORD, { tls: TLS })).toBe('in 2');
    expect(await askedOf(doors, 'CP-three', PASSWORD, { tls: TLS })).toBe('403 profile');
    expect(await askedOf(doors, 'CP-text', PASSWORD)).toBe('in 1');
    expect(await askedOf(doors, 'CP-text', PASSWORD, { tls: TLS })).toBe('in 2');
    expect(await askedOf(doors, 'CP-text', PASSWORD)).toBe('403 profile');
    const piles = [{ pileNo: 'CP-text', password: PASSWORD, securityProfile: 1 }];
    const lowered = await open({ piles });
    expect(await askedOf(lowered, 'CP-text', PASSWORD)).toBe('in 1');
  });

  test('[DOOR-4] a certificate of the pile is profile 3; another one keeps it out', async () => {
    const doors = await open();
    const certificate = {
      commonName: 'CP-three',
      organisation: null,
      subjectSerial: null,
      serialNumber: '1f',
      alternativeNames: [],
      notBeforeMs: NOW_MS - 1,
      notAfterMs: NOW_MS + 1_000,
    };
    const shown = { tls: { ...TLS, certificate } };
    expect(await askedOf(doors, 'CP-three', undefined, shown)).toBe('in 3');
    expect(await askedOf(doors, 'CP-text', PASSWORD, shown)).toBe('403 certificate');
    const unvouched = { tls: { ...TLS, certificateFault: 'SELF_SIGNED_CERT_IN_CHAIN' } };
    expect(await askedOf(doors, 'CP-three', undefined, unvouched)).toBe('403 certificate');
    const strict = await open({ security: { revoked: ['00:1F'] } });
    expect(await askedOf(strict, 'CP-three', undefined, shown)).toBe('403 certificate');
  });

  test('[DOOR-4] one of the local CA opens the door to the pile that it was made out to', async () => {
    const issued = { pem: '', notAfterMs: NOW_MS + 1e12, issuedAtMs: NOW_MS, revokedAtMs: null };
    const changes = [
      { save: 'certificate', certificate: { ...issued, serialNumber: '77', pileNo: 'CP-three' } },
      { save: 'certificate', certificate: { ...issued, serialNumber: '78', pileNo: null } },
    ] as const;
    await ledger.commit({ changes, events: [] });
    const doors = await open();
    const shownAs = (commonName: string, serialNumber: string) => ({
      tls: {
        ...TLS,
        certificate: {
          commonName,
          organisation: null,
          subjectSerial: null,
          serialNumber,
          alternativeNames: [],
          notBeforeMs: NOW_MS - 1,
          notAfterMs: NOW_MS + 1_000,
        },
      },
    });
    const asked = (...shown: Parameters<typeof shownAs>) =>
      askedOf(doors, 'CP-three', undefined, shownAs(...shown));
    expect(await asked('SN-OF-ITS-HARDWARE', '77')).toBe('in 3');
    expect(await asked('CP-three', '78')).toBe('403 certificate');
    const stolen = shownAs('CP-bare', '77');
    expect(await askedOf(doors, 'CP-bare', undefined, stolen)).toBe('403 certificate');
  });

  test('[DOOR-10] a pile may ask for its own name or the serial number of its hardware, never for another’s', async () => {
    const serials = new Map([
      ['CP-text', 'SN-1'],
      ['CP-here', 'CP-two'],
    ]);
    const doors = await open({}, (pileNo) => serials.get(pileNo));
    const sign = async (pileNo: string, name: string) => {
      const signing = await doors.certificates.sign(pileNo, await requestFor(name));
      if (!signing.ok) return signing.refusal;
      expect(doors.certificates.issuedTo(signing.certificate.serialNumber)).toBe(pileNo);
      return new X509Certificate(signing.chain).subject;
    };
    expect(await sign('CP-text', 'CP-text')).toContain('CN=CP-text');
    expect(await sign('CP-text', 'SN-1')).toContain('CN=SN-1');
    expect(await sign('CP-here', 'CP-two')).toBe('other-name');
    expect(await sign('CP-bare', 'SN-1')).toBe('other-name');
  });

  test('[DOOR-11] a pile whose certificate ends soon is to ask for another', async () => {
    const certificate = {
      serialNumber: '77',
      pileNo: 'CP-three',
      pem: '',
      notAfterMs: NOW_MS + 86_400_000,
      issuedAtMs: NOW_MS,
      revokedAtMs: null,
    };
    await ledger.commit({ changes: [{ save: 'certificate', certificate }], events: [] });
    const asked: string[] = [];
    await open({}, undefined, (pileNo) => void asked.push(pileNo));
    await expect.poll(() => asked).toEqual(['CP-three']);
  });

  test('[DOOR-5] a pile that has a key comes with it or not at all, under its own number', async () => {
    const doors = await open();
    const door = doors.doorOf(1);
    const pile = '32010200000001';
    const asked = (identity: string, pskIdentity?: string) =>
      door.admitPlain({
        address: '10.1.0.1',
        identity,
        tls: pskIdentity === undefined ? null : { ...TLS, pskIdentity },
      });
    expect(asked('32010200000099')).toEqual({ ok: true });
    expect(asked(pile)).toMatchObject({ ok: false, why: 'profile' });
    expect(asked(pile, pile)).toEqual({ ok: true });
    expect(asked('32010200000099', pile)).toMatchObject({ ok: false, why: 'identity' });
    const from = { address: '10.1.0.1', identity: pile };
    expect(Buffer.from(door.pskOf(from) ?? []).toString('hex')).toBe(PSK);
    const fresh = await doors.keyring.rotatePsk(pile);
    const again = await open();
    expect(Buffer.from(again.doorOf(1).pskOf(from) ?? []).toString('hex')).toBe(fresh);
    expect(door.pskOf({ ...from, identity: 'nobody' })).toBeNull();
  });

  test('[DOOR-2] after so many wrong ones even the right one waits', async () => {
    const doors = await open();
    for (const wrong of ['a', 'b', 'c']) {
      expect(await askedOf(doors, 'CP-text', wrong.repeat(16))).toBe('401 password');
    }
    const admission = await doors.doorOf(1).admit(visitOf('CP-text', PASSWORD));
    expect(admission).toEqual({ ok: false, why: 'locked', status: 429, retryAfterS: 30 });
    expect(await askedOf(doors, 'CP-key', KEY)).toBe('429 locked');
    expect(await askedOf(doors, 'CP-key', KEY, { address: '10.1.0.2' })).toBe('in 1');
    await time.pass(30_000);
    expect(await askedOf(doors, 'CP-text', PASSWORD)).toBe('in 1');
    const codes = (await eventsOf(doors)).map(({ code }) => code);
    expect(codes).toContain('locked-out');
  });

  test('[DOOR-6] new connections of one address are counted', async () => {
    const doors = await open();
    const entries = Array.from({ length: 101 }, () => doors.doorOf(1).enter('10.0.0.1').ok);
    expect(entries.filter((ok) => !ok)).toHaveLength(1);
    expect(doors.doorOf(1).enter('10.0.0.2').ok).toBe(true);
  });
});

describe('[DOOR-7] many at once', () => {
  test('a few hashes at a time, none for who was right before, and a bounded queue', async () => {
    let running = 0;
    let most = 0;
    let verified = 0;
    const waiting: (() => void)[] = [];
    const hasher = {
      ...scryptHasher(),
      async verify() {
        running += 1;
        verified += 1;
        most = Math.max(most, running);
        await new Promise<void>((done) => waiting.push(done));
        running -= 1;
        return true;
      },
    };
    const checks = new PasswordChecks(hasher, { atOnce: 2, waiting: 50, remembered: 1_000 });
    const passwords = Array.from({ length: 60 }, (_, n) => Buffer.from(`password ${n}`));
    const asked = passwords.map((password) => checks.fits(password, ['hash']));
    for (let n = 0; n < 500; n += 1) {
      waiting.shift()?.();
      await Promise.resolve();
    }
    const verdicts = (await Promise.all(asked)).map(({ verdict }) => verdict);
    expect(most).toBe(2);
    expect(verdicts.filter((verdict) => verdict === 'busy')).toHaveLength(8);
    const before = verified;
    expect(await checks.fits(Buffer.from('password 0'), ['hash'])).toMatchObject({
      verdict: 'right',
    });
    expect(verified).toBe(before);
  });

  test('a burst of guesses at one identity does not outrun the lock', async () => {
    const doors = await open();
    await askedOf(doors, 'CP-key', KEY);
    await hashOf('CP-key');
    const again = await open();
    const guesses = Array.from({ length: 40 }, (_, n) =>
      askedOf(again, 'CP-key', `guess ${n}`.padEnd(20, '.')),
    );
    const answers = await Promise.all(guesses);
    expect(answers.filter((answer) => answer === '401 password').length).toBeLessThanOrEqual(2);
    expect(answers.filter((answer) => answer === '503 busy').length).toBeGreaterThanOrEqual(38);
  });
});

describe('[DOOR-8] security events', () => {
  test('the first at once, the others of its minute as a count, in one commit with what the hub hears', async () => {
    const doors = await open();
    const event = { code: 'flood', pileNo: 'CP-text', address: '10.0.0.1', detail: 'x' } as const;
    for (let n = 0; n < 1_000; n += 1) doors.report({ ...event, detail: `no ${n}` });
    await time.pass(1_000);
    expect(await ledger.securityEvents({ limit: 9 })).toMatchObject([{ detail: 'no 0', count: 1 }]);
    await time.pass(61_000);
    expect(await ledger.securityEvents({ limit: 9 })).toMatchObject([
      { detail: 'no 999', count: 999 },
      {},
    ]);
    const slice = await ledger.outbox({ vendor: 'ocpp', lane: 'state' }, 0, {
      events: 9,
      bytes: 99_999,
    });
    expect(slice.rows.map(({ kind }) => kind)).toEqual(['SecurityRaised', 'SecurityRaised']);
    expect(doors.counts().get('flood')).toBe(1_000);
  });

  test('however many piles an attacker makes up, the number written is bounded', async () => {
    const doors = await open();
    for (let n = 0; n < 100_000; n += 1) {
      doors.report({
        code: 'unknown-pile',
        pileNo: `made up ${n}`,
        address: '6.6.6.6',
        detail: '',
      });
    }
    const events = await eventsOf(doors);
    expect(events).toHaveLength(99);
    const all = await ledger.securityEvents({ limit: 999 });
    expect(all.reduce((sum, { count }) => sum + count, 0)).toBe(100_000);
    expect(all.length).toBeLessThanOrEqual(101);
  });
});

describe('[OCPP-A10] certificates of the box', () => {
  test('are renewed before they end, and fronts are told; those of piles are told of', async () => {
    const doors = await open({
      fronts: [{ protocol: 'ocpp', tls: { kind: 'certificate' } }],
      security: { tls: { names: ['box.test'], pileDays: 10 } },
    });
    const before = await doors.tlsOf(0);
    let renewals = 0;
    doors.certificates.onRenewed(async () => {
      renewals += 1;
    });
    const signing = await doors.certificates.sign('CP-text', 'no request');
    expect(signing).toEqual({ ok: false, refusal: 'unreadable' });
    await time.pass(86_400_000);
    expect(renewals).toBe(0);
    for (let days = 0; days < 710; days += 10) await time.pass(10 * 86_400_000);
    await expect
      .poll(
        async () => {
          await time.pass(86_400_000);
          return renewals;
        },
        { timeout: 30_000 },
      )
      .toBe(1);
    const after = await doors.tlsOf(0);
    expect(after?.cert).not.toEqual(before?.cert);
    expect(after?.ca).toEqual(before?.ca);
  }, 60_000);

  test('a configured one that ends soon is told of, and used as it is', async () => {
    const ca = await openCa({
      folder,
      siteId: 'other',
      names: ['box.test'],
      organisation: null,
      pileDays: 1,
      namesOf: (pileNo) => [pileNo],
      stored: [],
      nowMs: () => NOW_MS - 720 * 86_400_000,
      save: async () => undefined,
    });
    const [pair] = ca.serverPairs();
    writeFileSync(path.join(folder, 'box.pem'), pair?.certificate ?? '');
    writeFileSync(path.join(folder, 'box.key'), pair?.key ?? '');
    const tls = { certificates: [{ certificate: 'box.pem', key: 'box.key' }] };
    const doors = await open({ security: { tls } });
    expect(await eventsOf(doors)).toMatchObject([
      { code: 'certificate-expires-soon', pileNo: null },
    ]);
  });
});

describe('[DOOR-9] secrets on disk', () => {
  test('keys are sealed with a key that only its owner reads; another box cannot open them', async () => {
    const seal = await openSeal(folder);
    const sealed = seal.close(Buffer.from('secret key'));
    expect(Buffer.from(sealed, 'base64').toString('latin1')).not.toContain('secret key');
    expect(Buffer.from((await openSeal(folder)).open(sealed) ?? []).toString()).toBe('secret key');
    expect(statSync(path.join(folder, 'seal.key')).mode & 0o777).toBe(0o600);
    expect(readFileSync(path.join(folder, 'seal.key'))).toHaveLength(32);
    const other = await openSeal(mkdtempSync(path.join(folder, 'other-')));
    expect([other.open(sealed), seal.open(''), seal.open(`A${sealed}`)]).toEqual([
      null,
      null,
      null,
    ]);
  });
});
