import { beforeEach, describe, expect, test, vi } from 'vitest';
import { hashPassword } from '../auth/passwords.ts';
import type { SiteAuth } from '../ports/site-auth.ts';
import type { SiteAccount } from '../ports/store.ts';
import { SITE_AUTH_LIMITS, siteAuth } from './site-auth.ts';

const HASH = await hashPassword('right');
const OTHER_HASH = await hashPassword('newer');

let nowMs = 0;
let account: SiteAccount | undefined;
const find = vi.fn(async () => account);
const made = (limits: Partial<typeof SITE_AUTH_LIMITS> = {}) =>
  siteAuth(find, { nowMs: () => nowMs }, { ...SITE_AUTH_LIMITS, ...limits });
const knock = (auth: SiteAuth, secret: string, more: { vendor?: string; address?: string } = {}) =>
  auth({ vendor: 'ykc', siteId: 'S1', address: '10.0.0.1', secret, ...more });

beforeEach(() => {
  nowMs = 0;
  account = { siteId: 'S1', name: 'One', vendors: ['ykc'], secretHash: HASH };
});

describe('a site at the door', () => {
  test('is let in with its secret, again and again', async () => {
    const auth = made();
    for (let i = 0; i < 3; i += 1) expect(await knock(auth, 'right')).toBe('yes');
  });

  test('is not let in with another secret, vendor or name', async () => {
    const auth = made();
    expect(await knock(auth, 'wrong')).toBe('no');
    expect(await knock(auth, '')).toBe('no');
    expect(await knock(auth, 'right', { vendor: 'jfy' })).toBe('no');
    account = undefined;
    expect(await knock(auth, 'right')).toBe('no');
  });

  test('that was let in before is not let in with another secret now', async () => {
    const auth = made();
    await knock(auth, 'right');
    expect(await knock(auth, 'wrong')).toBe('no');
  });

  test('whose secret was changed must know the new one', async () => {
    const auth = made();
    await knock(auth, 'right');
    account = { siteId: 'S1', name: 'One', vendors: ['ykc'], secretHash: OTHER_HASH };
    expect(await knock(auth, 'right')).toBe('no');
    expect(await knock(auth, 'newer')).toBe('yes');
  });
});

describe('many at the door', () => {
  test('an address that guesses is refused unheard for a while, the others are not', async () => {
    const auth = made({ failures: 3, lockMs: 60_000 });
    for (let i = 0; i < 3; i += 1) expect(await knock(auth, `guess ${i}`)).toBe('no');
    find.mockClear();
    expect(await knock(auth, 'right')).toBe('too-many-failures');
    expect(find).not.toHaveBeenCalled();
    expect(await knock(auth, 'right', { address: '10.0.0.2' })).toBe('yes');
    nowMs = 60_001;
    expect(await knock(auth, 'right')).toBe('yes');
  });

  test('with secrets that were never seen wait their turn, and are told when there is no room', async () => {
    const auth = made({ hashing: 1, waiting: 2 });
    const tries = await Promise.all([1, 2, 3, 4, 5].map(() => knock(auth, 'right')));
    expect(tries).toEqual(['yes', 'yes', 'yes', 'busy', 'busy']);
  });

  test('with secrets that fitted before come in without a hash being worked out', async () => {
    const auth = made({ hashing: 1, waiting: 0 });
    expect(await knock(auth, 'right')).toBe('yes');
    const storm = await Promise.all(Array.from({ length: 1_000 }, () => knock(auth, 'right')));
    expect(new Set(storm)).toEqual(new Set(['yes']));
  });
});
