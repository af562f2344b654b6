import { randomBytes } from 'node:crypto';
import { encode } from '@holdfast/protocols/gqaa/codec';
import { opened, sealed } from '@holdfast/protocols/gqaa/seal';
import { bytesOf, hexOf } from '@holdfast/protocols/kernel/bytes';
import { utcTimeOf } from '@holdfast/protocols/kernel/field-time';
import { describe, expect, test } from 'vitest';
import { cbcCipher } from './cbc-cipher.ts';

const key = bytesOf('0123456789ABCDEFFEDCBA9876543210');
const other = bytesOf('1123456789ABCDEFFEDCBA9876543210');
const frame = encode({
  name: 'heartbeat',
  seq: '0100',
  body: { cot: 1, pileNo: '0099000100000001', gunNo: 0, time: utcTimeOf(1_795_320_000_005) },
});

describe.each(['aes-128-cbc', 'sm4-cbc'] as const)('%s', (name) => {
  test('[GQAA-WIRE-6] opens what it closed, with an IV of its own each time', () => {
    const cipher = cbcCipher(name, key);
    const [one, two] = [randomBytes(16), randomBytes(16)].map((iv) => sealed(frame, cipher, iv));
    expect(hexOf(one ?? key)).not.toBe(hexOf(two ?? key));
    for (const secret of [one, two]) expect(opened(secret ?? key, cipher)).toEqual(frame);
  });

  test('[GQAA-WIRE-6] stays closed under another key, another cipher, or cut', () => {
    const cipher = cbcCipher(name, key);
    const secret = cipher.encrypt(frame, other);
    expect(cipher.decrypt(secret.slice(0, -1), other)).toBeUndefined();
    // One padding in 256 is right by chance; what it opens is another text even then.
    expect(cbcCipher(name, other).decrypt(secret, other)).not.toEqual(frame);
    const twin = cbcCipher(name === 'sm4-cbc' ? 'aes-128-cbc' : 'sm4-cbc', key);
    expect(opened(sealed(frame, cipher, other), twin)).toBeUndefined();
  });
});

test('[GQAA-WIRE-6] the published vectors of SM4 (GB/T 32907) and AES-128 (FIPS 197)', () => {
  const zero = new Uint8Array(16);
  const sm4 = cbcCipher('sm4-cbc', key).encrypt(key, zero);
  expect(hexOf(sm4, 0, 16)).toBe('681EDF34D206965E86B3E94F536E4246');
  const aesKey = bytesOf('000102030405060708090A0B0C0D0E0F');
  const plain = bytesOf('00112233445566778899AABBCCDDEEFF');
  const aes = cbcCipher('aes-128-cbc', aesKey).encrypt(plain, zero);
  expect(hexOf(aes, 0, 16)).toBe('69C4E0D86A7B0430D8CDB78070B4C55A');
});
