import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { FaultError } from '@holdfast/shared/errors/fault';
import type { Seal } from '../../ports/credentials.ts';

const KEY_FILE = 'seal.key';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

async function keyOf(folder: string): Promise<Buffer> {
  const file = path.join(folder, KEY_FILE);
  const known = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new FaultError('ledger-failed', `${file} cannot be read`, error);
  });
  if (known?.length === KEY_BYTES) return known;
  if (known !== undefined) throw new FaultError('ledger-failed', `${file} is damaged`);
  const made = randomBytes(KEY_BYTES);
  await mkdir(folder, { recursive: true });
  await writeFile(file, made, { mode: 0o600, flag: 'wx', flush: true });
  return made;
}

/**
 * Seals what must be read again (keys of TLS-PSK) with a key that lies beside the database, readable
 * by its owner alone: a copy of the database does not give the keys away.
 */
export async function openSeal(folder: string): Promise<Seal> {
  const key = await keyOf(folder);
  return {
    fingerprint: (secret) => createHmac('sha256', key).update(secret).digest('base64'),
    close(secret) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce);
      const body = Buffer.concat([cipher.update(secret), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64');
    },
    open(sealed) {
      const bytes = Buffer.from(sealed, 'base64');
      try {
        const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES));
        decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
        const body = bytes.subarray(NONCE_BYTES + TAG_BYTES);
        return Uint8Array.from(Buffer.concat([decipher.update(body), decipher.final()]));
      } catch {
        return null;
      }
    },
  };
}
