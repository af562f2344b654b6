import { describe, expect, test } from 'vitest';
import { ulidOf } from './ulid.ts';

const bytes = (byte: number) => new Uint8Array(10).fill(byte);

describe('an id of a command', () => {
  test('has 26 digits of the form that the API asks for', () => {
    expect(ulidOf(Date.UTC(2026, 2, 1), bytes(0xa5))).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
    expect(ulidOf(0, bytes(0))).toBe('0'.repeat(26));
    expect(ulidOf(2 ** 48 - 1, bytes(0xff))).toBe(`7${'Z'.repeat(25)}`);
  });

  test('is the one of the specification of ULIDs', () => {
    expect(ulidOf(1_469_918_176_385, bytes(0)).slice(0, 10)).toBe('01ARYZ6S41');
  });

  test('sorts by time', () => {
    const ids = [5, 1_000, 2 ** 40].map((atMs) => ulidOf(atMs, bytes(0xff)));
    expect([...ids].sort()).toEqual(ids);
  });
});
