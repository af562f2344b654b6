import { webcrypto } from 'node:crypto';

/** A chain of each kind, roots included: old chargers verify nothing but RSA. */
export const KEY_KINDS = ['rsa', 'ec'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

/** How each kind is made and signs. RSA has no more than 2048 bits: some chargers cannot read more. */
export const ALGORITHMS = {
  rsa: {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2_048,
    publicExponent: new Uint8Array([1, 0, 1]),
  },
  ec: { name: 'ECDSA', hash: 'SHA-256', namedCurve: 'P-256' },
} as const;

export type KeyPair = webcrypto.CryptoKeyPair;

export const newKeyPair = (kind: KeyKind): Promise<KeyPair> =>
  webcrypto.subtle.generateKey(ALGORITHMS[kind], true, ['sign', 'verify']);

const PEM = /-----BEGIN PRIVATE KEY-----([\s\S]+?)-----END PRIVATE KEY-----/;

/** A private key as PKCS#8 PEM, and back. */
export async function keyText(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  return `-----BEGIN PRIVATE KEY-----\n${der.replace(/.{64}(?=.)/g, '$&\n')}\n-----END PRIVATE KEY-----\n`;
}

export const keyFrom = (kind: KeyKind, text: string): Promise<webcrypto.CryptoKey> =>
  webcrypto.subtle.importKey(
    'pkcs8',
    Buffer.from(PEM.exec(text)?.[1] ?? '', 'base64'),
    ALGORITHMS[kind],
    true,
    ['sign'],
  );
