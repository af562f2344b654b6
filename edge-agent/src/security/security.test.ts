import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressRangeOf, isWithin, plainAddress } from './address-range.ts';
import { basicPasswordOf, passwordBytes } from './basic-auth.ts';
import { certificateFault, serialText } from './certificate-binding.ts';
import {
  hashesOf,
  noCredential,
  offered,
  provenWith,
  settledCredential,
  withdrawn,
} from './credentials.ts';
import { Guesses } from './guesses.ts';
import { Lockout } from './lockout.ts';
import { Rate } from './rate.ts';

const rangesOf = (...texts: readonly string[]) =>
  texts.flatMap((text) => addressRangeOf(text) ?? []);

describe('[DOOR-1] address ranges', () => {
  test.each([
    ['10.1.0.0/16', '10.1.255.3', true],
    ['10.1.0.0/16', '10.2.0.1', false],
    ['10.1.0.0/16', '::ffff:10.1.2.3', true],
    ['192.168.1.7', '192.168.1.7', true],
    ['192.168.1.7', '192.168.1.8', false],
    ['0.0.0.0/0', '8.8.8.8', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['fd00::/8', 'fdab:1::9', true],
    ['fd00::/8', 'fe80::1', false],
    ['2001:db8::/33', '2001:db8:7fff::1', true],
    ['2001:db8::/33', '2001:db8:8000::1', false],
    ['fe80::1', 'fe80::1%eth0', true],
    ['::/0', '::1', true],
    ['::ffff:10.0.0.1', '10.0.0.1', true],
    ['10.0.0.0/8', 'nonsense', false],
    ['10.0.0.0/8', '', false],
  ])('%s holds %s: %s', (range, address, held) => {
    expect(isWithin(rangesOf(range), address)).toBe(held);
  });

  test.each([
    '',
    '10.1.0.0/33',
    '10.1.0.0/-1',
    '10.1.0',
    '256.1.1.1',
    '::/129',
    ':::',
    '1::2::3',
    'g::1',
    '1:2:3:4:5:6:7:8:9',
    '10.0.0.1/8/8',
    '10.0.0.1/x',
    '1:2:3',
    '12345::1',
    'example.com',
  ])('%s is no range', (text) => {
    expect(addressRangeOf(text)).toBeUndefined();
  });

  test('every IPv4 address lies in its own networks and in no other of the same length', () => {
    const octet = fc.nat(255);
    fc.assert(
      fc.property(
        fc.tuple(octet, octet, octet, octet),
        fc.integer({ min: 1, max: 32 }),
        (parts, bits) => {
          const address = parts.join('.');
          expect(isWithin(rangesOf(`${address}/${bits}`), address)).toBe(true);
          const flipped = [...parts];
          flipped[Math.floor((bits - 1) / 8)] =
            (parts[Math.floor((bits - 1) / 8)] ?? 0) ^ (1 << (7 - ((bits - 1) % 8)));
          expect(isWithin(rangesOf(`${address}/${bits}`), flipped.join('.'))).toBe(false);
        },
      ),
    );
  });

  test('one spelling for each address', () => {
    expect(plainAddress('::ffff:10.0.0.1')).toBe('10.0.0.1');
    expect(plainAddress('fe80::1%eth0')).toBe('fe80::1');
  });
});

const basic = (
  user: string,
  password: string | Uint8Array,
  encoding: BufferEncoding = 'utf8',
): string =>
  `Basic ${Buffer.concat([Buffer.from(`${user}:`, encoding), Buffer.from(password)]).toString('base64')}`;

describe('[OCPP-A11] basic authentication', () => {
  const KEY = '0001020304050607FFFEFDFCFBFAF9F8DEADBEEF';

  test('a key is the same as its 20 bytes, as hex digits of either case, and as it is configured', () => {
    const wanted = Uint8Array.from(Buffer.from(KEY, 'hex'));
    const forms = [Buffer.from(KEY, 'hex'), KEY, KEY.toLowerCase()];
    for (const form of forms) {
      expect(basicPasswordOf(basic('CP-01', form), 'CP-01')).toEqual(wanted);
    }
    expect(passwordBytes(KEY)).toEqual(wanted);
  });

  test('text stays text, colons and all', () => {
    const text = 'correct:horse:battery:桩';
    expect(basicPasswordOf(basic('CP-01', text), 'CP-01')).toEqual(passwordBytes(text));
    expect(Buffer.from(basicPasswordOf(basic('CP-01', text), 'CP-01') ?? []).toString()).toBe(text);
  });

  test.each([
    ['no header', undefined],
    ['another identity', basic('CP-02', 'x'.repeat(16))],
    ['a longer identity', basic('CP-011', 'x'.repeat(16))],
    ['an identity in other letters', basic('cp-01', 'x'.repeat(16))],
    ['no colon', `Basic ${Buffer.from('CP-01').toString('base64')}`],
    ['another scheme', 'Bearer abcdef'],
    ['no base64', 'Basic ***'],
    ['a header without end', `Basic ${'A'.repeat(100_000)}`],
  ])('%s is no password', (_what, header) => {
    expect(basicPasswordOf(header, 'CP-01')).toBeUndefined();
  });

  test('names that are not ASCII come in either encoding; scheme and spaces are loose', () => {
    const wanted = passwordBytes('0123456789abcdef');
    expect(basicPasswordOf(basic('桩-01', '0123456789abcdef'), '桩-01')).toEqual(wanted);
    expect(basicPasswordOf(basic('Säule', '0123456789abcdef', 'latin1'), 'Säule')).toEqual(wanted);
    const loose = basic('CP-01', '0123456789abcdef').replace('Basic ', ' bAsIc   ');
    expect(basicPasswordOf(`${loose} `, 'CP-01')).toEqual(wanted);
  });

  test('whatever stands in the header, nothing is thrown', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 1 }), (header, identity) => {
        basicPasswordOf(header, identity);
        basicPasswordOf(`Basic ${header}`, identity);
      }),
    );
  });
});

describe('[OCPP-A12] a password changes in two phases', () => {
  const first = offered(noCredential('p'), 'old', 1_000, 500);
  const both = offered(first, 'new', 2_000, 500);

  test('the first holds at once, the next beside it', () => {
    expect(hashesOf(first, 1_000)).toEqual(['old']);
    expect(hashesOf(both, 2_499)).toEqual(['new', 'old']);
  });
  test('the first success with the newer one ends the older one', () => {
    expect(provenWith(both, 'old', 2_100)).toEqual(both);
    expect(hashesOf(provenWith(both, 'new', 2_100), 2_101)).toEqual(['new']);
  });
  test('when its time is over the newer one alone holds', () => {
    expect(hashesOf(both, 2_500)).toEqual(['new']);
    expect(settledCredential(both, 2_500)).toMatchObject({ passwordHash: 'new', next: null });
  });
  test('refused by the pile, the older one goes on', () => {
    expect(hashesOf(withdrawn(both, 2_100), 9_999)).toEqual(['old']);
  });
  test('a third one takes the place of one that was never used', () => {
    expect(hashesOf(offered(both, 'newer', 2_100, 500), 2_101)).toEqual(['newer', 'old']);
  });
});

describe('[DOOR-2] failed attempts', () => {
  const LIMITS = { attempts: 3, lockMs: 1_000, lockMostMs: 8_000, names: 100 };

  test('lock after so many, then after each, twice as long up to the most', () => {
    const lockout = new Lockout(LIMITS);
    expect([1, 2, 3].map((n) => lockout.failed('a', n))).toEqual([false, false, true]);
    expect(lockout.lockedMs('a', 3)).toBe(1_000);
    expect(lockout.lockedMs('a', 1_003)).toBe(0);
    let at = 2_000;
    for (const ms of [2_000, 4_000, 8_000, 8_000]) {
      expect(lockout.failed('a', at)).toBe(true);
      expect(lockout.lockedMs('a', at)).toBe(ms);
      at += ms;
    }
    expect(lockout.lockedMs('b', 2_000)).toBe(0);
  });

  test('whoever was quiet for long begins anew, and so does who succeeds', () => {
    const lockout = new Lockout(LIMITS);
    for (const at of [1, 2, 3]) lockout.failed('a', at);
    expect(lockout.failed('a', 1_003 + 8_000)).toBe(false);
    lockout.failed('b', 1);
    lockout.failed('b', 2);
    lockout.succeeded('b');
    expect(lockout.failed('b', 3)).toBe(false);
  });

  test('a million names cost no more memory than the limit', () => {
    const lockout = new Lockout(LIMITS);
    for (let n = 0; n < 1_000_000; n += 1) lockout.failed(`name ${n}`, n);
    expect(lockout.size).toBe(100);
  });

  test('strangers lock an identity for strangers, not for the pile where it always is', () => {
    const guesses = new Guesses(LIMITS);
    guesses.succeeded('10.0.0.1', 'CP');
    for (let n = 0; n < 50; n += 1) guesses.failed(`6.6.6.${n}`, 'CP', n);
    expect(guesses.lockedMs('6.6.7.1', 'CP', 50)).toBeGreaterThan(0);
    expect(guesses.lockedMs('10.0.0.1', 'CP', 50)).toBe(0);
    for (let n = 0; n < 3; n += 1) guesses.failed('10.0.0.1', 'CP', n);
    expect(guesses.lockedMs('10.0.0.1', 'CP', 50)).toBeGreaterThan(0);
  });

  test('an address that guesses at many identities is locked for all of them', () => {
    const guesses = new Guesses(LIMITS);
    for (let n = 0; n < 3; n += 1) guesses.failed('6.6.6.6', `CP-${n}`, n);
    expect(guesses.lockedMs('6.6.6.6', 'CP-99', 3)).toBeGreaterThan(0);
    expect(guesses.lockedMs('10.0.0.1', 'CP-99', 3)).toBe(0);
    guesses.succeeded('6.6.6.6', 'CP-own');
    expect(guesses.lockedMs('6.6.6.6', 'CP-99', 3)).toBeGreaterThan(0);
  });
});

test('[DOOR-6] so many new connections of an address a minute, whoever they are', () => {
  const rate = new Rate(60, 100);
  const taken = Array.from({ length: 70 }, () => rate.take('a', 0)).filter(Boolean);
  expect(taken).toHaveLength(60);
  expect([rate.take('a', 999), rate.take('a', 1_000), rate.take('a', 1_001)]).toEqual([
    false,
    true,
    false,
  ]);
  expect(rate.take('b', 0)).toBe(true);
  for (let n = 0; n < 10_000; n += 1) rate.take(`x${n}`, 0);
  expect(rate.size).toBe(100);
});

describe('[DOOR-4] whose a certificate is', () => {
  const shown = {
    commonName: 'CP-01',
    organisation: 'Operator',
    subjectSerial: 'SN-77',
    serialNumber: '1f',
    alternativeNames: ['cp.example', 'urn:pile:CP-09'],
    notBeforeMs: 1_000,
    notAfterMs: 9_000,
  };
  const faultOf = (
    name: string,
    more: { organisation?: string; revoked?: string; isIssued?: boolean } = {},
    nowMs = 5_000,
  ) =>
    certificateFault(
      shown,
      {
        name,
        isIssued: more.isIssued ?? null,
        organisation: more.organisation ?? null,
        isRevoked: (serial) => serial === more.revoked,
      },
      nowMs,
    );

  test('its common name, the serial number of its subject, or an alternative name', () => {
    expect(['CP-01', 'SN-77', 'cp.example', 'CP-09'].map((name) => faultOf(name))).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect(['CP-02', 'cp-01', '', 'pile'].map((name) => faultOf(name))).toEqual(
      Array(4).fill('other-name'),
    );
  });
  test('one of the local CA is that of the pile that it was made out to, whatever its name', () => {
    expect(faultOf('CP-77', { isIssued: true })).toBeNull();
    expect(faultOf('CP-01', { isIssued: false })).toBe('other-name');
    expect(faultOf('CP-77', { isIssued: true, revoked: '1f' })).toBe('revoked');
  });
  test('not before, not after, not revoked, of the organisation', () => {
    expect(faultOf('CP-01', {}, 999)).toBe('not-yet-valid');
    expect(faultOf('CP-01', {}, 9_000)).toBe('expired');
    expect(faultOf('CP-01', { revoked: '1f' })).toBe('revoked');
    expect(faultOf('CP-01', { organisation: 'Operator' })).toBeNull();
    expect(faultOf('CP-01', { organisation: 'Other' })).toBe('other-organisation');
  });
  test('one spelling of serial numbers', () => {
    expect(['00:1F', '1f', '01F'].map(serialText)).toEqual(['1f', '1f', '1f']);
    expect(serialText('00')).toBe('0');
  });
});
