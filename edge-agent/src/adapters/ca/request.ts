import { createPublicKey } from 'node:crypto';
import type { RequestFacts } from '../../security/ca.ts';
import { loadX509 } from './x509.ts';

/** Longer than any request with a key of 4096 bits. */
const REQUEST_MAX = 8_192;

/** A request that can be read, and the key that it is about (SPKI). */
export interface ReadRequest {
  readonly facts: RequestFacts;
  readonly publicKey: ArrayBuffer;
}

function keyOf(spki: ArrayBuffer): RequestFacts['key'] {
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  return {
    kind: key.asymmetricKeyType ?? 'unknown',
    ...(modulusLength === undefined ? {} : { bits: modulusLength }),
    ...(namedCurve === undefined ? {} : { curve: namedCurve }),
  };
}

/** Reads a PKCS#10 request as PEM; `undefined`: it is none. Whatever a pile sends, it does not throw. */
export async function readRequest(text: string): Promise<ReadRequest | undefined> {
  if (text.length > REQUEST_MAX) return undefined;
  const x509 = await loadX509();
  try {
    const request = new x509.Pkcs10CertificateRequest(text.trim());
    const publicKey = request.publicKey.rawData;
    const facts: RequestFacts = {
      commonName: request.subjectName.getField('CN')[0] ?? null,
      organisation: request.subjectName.getField('O')[0] ?? null,
      isSigned: await request.verify().catch(() => false),
      key: keyOf(publicKey),
    };
    return { facts, publicKey };
  } catch {
    return undefined;
  }
}
