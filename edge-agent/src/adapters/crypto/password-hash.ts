import { createHmac, randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import type { PasswordHasher } from '../../ports/credentials.ts';

const SALT_BYTES = 16;
const HASH_BYTES = 32;
const BLOCK = 8;
/**
 * log2 of the cost. A key of 20 bytes has nothing that could be guessed, and a whole site may come
 * back at once; words that a person chose are worth a longer look.
 */
const COST = { key: 10, words: 13 } as const;
const KEY_BYTES = 20;
const isPrintable = (byte: number): boolean => byte >= 0x20 && byte < 0x7f;
const costOf = (password: Uint8Array): number =>
  password.length === KEY_BYTES && !password.every(isPrintable) ? COST.key : COST.words;
const COST_MOST = 17;

function derived(password: Uint8Array, salt: Buffer, cost: number): Promise<Buffer> {
  const options: ScryptOptions = { N: 2 ** cost, r: BLOCK, p: 1, maxmem: 256 * 2 ** cost * BLOCK };
  return new Promise((resolve, reject) => {
    scrypt(password, salt, HASH_BYTES, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

/** `scrypt:<log2 of the cost>:<salt>:<hash>`, base64. */
const PATTERN = /^scrypt:(\d{1,2}):([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)$/;

/** Salted scrypt hashes, computed on the machine's own threads. */
export function scryptHasher(): PasswordHasher {
  const markKey = randomBytes(32);
  return {
    async hash(password) {
      const salt = randomBytes(SALT_BYTES);
      const cost = costOf(password);
      const key = await derived(password, salt, cost);
      return `scrypt:${cost}:${salt.toString('base64')}:${key.toString('base64')}`;
    },
    async verify(password, hash) {
      const [, cost = '', salt = '', wanted = ''] = PATTERN.exec(hash) ?? [];
      const expected = Buffer.from(wanted, 'base64');
      if (expected.length !== HASH_BYTES || Number(cost) > COST_MOST) return false;
      const key = await derived(password, Buffer.from(salt, 'base64'), Number(cost));
      return timingSafeEqual(key, expected);
    },
    mark: (secret) => createHmac('sha256', markKey).update(secret).digest('base64'),
  };
}
