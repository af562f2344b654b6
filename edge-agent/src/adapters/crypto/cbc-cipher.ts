import { createCipheriv, createDecipheriv } from 'node:crypto';
import { PROFILE_0 } from '@holdfast/protocols/gqaa/profile-0';
import type { BodyCipher } from '@holdfast/protocols/gqaa/seal';

/** Ciphers that a pile's bodies may be under, by the names of the configuration. */
export type CbcName = 'aes-128-cbc' | 'sm4-cbc';

const ENCRYPTION: Readonly<Record<CbcName, number>> = {
  'aes-128-cbc': PROFILE_0.encryption.aes128Cbc,
  'sm4-cbc': PROFILE_0.encryption.sm4Cbc,
};

/** A block cipher in CBC mode with PKCS#7 padding and one key of 16 bytes. */
export function cbcCipher(name: CbcName, key: Uint8Array): BodyCipher {
  return {
    encryption: ENCRYPTION[name],
    encrypt(plain, iv) {
      const cipher = createCipheriv(name, key, iv);
      return Uint8Array.from(Buffer.concat([cipher.update(plain), cipher.final()]));
    },
    decrypt(secret, iv) {
      try {
        const cipher = createDecipheriv(name, key, iv);
        return Uint8Array.from(Buffer.concat([cipher.update(secret), cipher.final()]));
      } catch {
        // Not a whole number of blocks, or a padding that is none: another key, or cut.
        return undefined;
      }
    },
  };
}
