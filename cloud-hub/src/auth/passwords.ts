import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify<string, Buffer, number, Buffer>(scrypt);
const KEY_BYTES = 32;
const SALT_BYTES = 16;

/** Salted scrypt hash, `scrypt$salt$key` in base64. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, salt, KEY_BYTES);
  return `scrypt$${salt.toString('base64')}$${key.toString('base64')}`;
}

/** Takes as long for a wrong password as for a right one; an unreadable hash fits nothing. */
export async function passwordFits(password: string, hash: string): Promise<boolean> {
  const [kind, salt = '', key = ''] = hash.split('$');
  if (kind !== 'scrypt') return false;
  const wanted = Buffer.from(key, 'base64');
  const given = await derive(password, Buffer.from(salt, 'base64'), KEY_BYTES);
  return wanted.length === given.length && timingSafeEqual(wanted, given);
}

/** Letters and digits that nobody mistakes for one another when reading from a terminal. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';

/** A first password: 20 characters, about 99 bits. */
export const newPassword = (): string =>
  Array.from(randomBytes(20), (byte) => ALPHABET[byte % ALPHABET.length]).join('');
