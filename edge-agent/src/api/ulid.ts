const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_DIGITS = 10;
const RANDOM_DIGITS = 16;

/** A ULID: 48 bits of time, 80 of chance, as 26 digits that sort by time. `random`: ≥ 16 bytes. */
export function ulidOf(atMs: number, random: Uint8Array): string {
  let time = '';
  let rest = atMs;
  for (let n = 0; n < TIME_DIGITS; n += 1) {
    time = (DIGITS[rest % 32] ?? '0') + time;
    rest = Math.floor(rest / 32);
  }
  let chance = '';
  for (let n = 0; n < RANDOM_DIGITS; n += 1) chance += DIGITS[(random[n] ?? 0) % 32] ?? '0';
  return time + chance;
}
