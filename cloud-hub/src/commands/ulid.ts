/** Crockford's base 32: no I, L, O, U. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_DIGITS = 10;
const RANDOM_DIGITS = 16;

const digitsOf = (value: bigint, length: number): string => {
  let text = '';
  for (let rest = value; text.length < length; rest >>= 5n) {
    text = (DIGITS[Number(rest & 31n)] ?? '0') + text;
  }
  return text;
};

/** A ULID: sorts by time, `random` are ten random bytes. */
export function ulidOf(atMs: number, random: Uint8Array): string {
  const noise = random.reduce((n, byte) => (n << 8n) | BigInt(byte), 0n);
  return digitsOf(BigInt(atMs), TIME_DIGITS) + digitsOf(noise, RANDOM_DIGITS);
}
