import { BODY_AT, CHECKSUM_BYTES, finish } from './codec.ts';
import { PROFILE_0 } from './profile-0.ts';

/** A block cipher in CBC mode with one key and PKCS#7 padding; the machine has it, this package has not. */
export interface BodyCipher {
  /** The byte of the frame that names it. */
  readonly encryption: number;
  readonly encrypt: (plain: Uint8Array, iv: Uint8Array) => Uint8Array;
  /** `undefined`: not of this key, or cut. */
  readonly decrypt: (sealed: Uint8Array, iv: Uint8Array) => Uint8Array | undefined;
}

const ENCRYPTION_AT = 6;

/** A frame with another body and another word on its encryption. */
function withBody(b: Uint8Array, encryption: number, body: Uint8Array): Uint8Array {
  const out = new Uint8Array(BODY_AT + body.length + CHECKSUM_BYTES);
  out.set(b.subarray(0, BODY_AT));
  out[ENCRYPTION_AT] = encryption;
  out.set(body, BODY_AT);
  return finish(out);
}

/** A plain frame with its body encrypted, the IV before it. The head stays readable: it names the key. */
export function sealed(plain: Uint8Array, cipher: BodyCipher, iv: Uint8Array): Uint8Array {
  const secret = cipher.encrypt(plain.subarray(BODY_AT, plain.length - CHECKSUM_BYTES), iv);
  const body = new Uint8Array(iv.length + secret.length);
  body.set(iv);
  body.set(secret, iv.length);
  return withBody(plain, cipher.encryption, body);
}

/** The plain frame of an encrypted one; `undefined` when the key does not open it. */
export function opened(b: Uint8Array, cipher: BodyCipher): Uint8Array | undefined {
  if (b[ENCRYPTION_AT] !== cipher.encryption) return undefined;
  const body = b.subarray(BODY_AT, b.length - CHECKSUM_BYTES);
  if (body.length <= PROFILE_0.ivBytes) return undefined;
  const iv = body.subarray(0, PROFILE_0.ivBytes);
  const plain = cipher.decrypt(body.subarray(PROFILE_0.ivBytes), iv);
  return plain === undefined ? undefined : withBody(b, PROFILE_0.encryption.plain, plain);
}

/** Whether the body of a frame is encrypted. */
export const isSealed = (b: Uint8Array): boolean => b[ENCRYPTION_AT] !== PROFILE_0.encryption.plain;
