import { FaultError } from '@holdfast/shared/errors/fault';
import type { Clock } from '../ports/clock.ts';
import type { Store, User } from '../ports/store.ts';
import { hashPassword, newPassword, passwordFits } from './passwords.ts';

export interface LoginLimits {
  /** Wrong passwords of one name or address before it has to wait. */
  readonly failures: number;
  readonly lockMs: number;
  /** Names and addresses that are remembered at once. */
  readonly remembered: number;
}

export const LOGIN_LIMITS: LoginLimits = { failures: 5, lockMs: 60_000, remembered: 10_000 };

export interface Logins {
  /** The user, or `login-failed`, or `too-many-requests` after repeated failures. */
  readonly login: (name: string, password: string, address: string) => Promise<User>;
}

/** Hash of a password nobody has: an unknown name costs as much time as a wrong password. */
const NOBODY = hashPassword(newPassword());

/** Logins with a lock-out by name and by address. */
export function logins(store: Store, clock: Clock, limits: LoginLimits = LOGIN_LIMITS): Logins {
  const failed = new Map<string, { count: number; untilMs: number }>();

  const locked = (key: string): boolean => {
    const seen = failed.get(key);
    return seen !== undefined && seen.count >= limits.failures && clock.nowMs() < seen.untilMs;
  };
  const fail = (key: string): void => {
    const seen = failed.get(key);
    const fresh = seen === undefined || clock.nowMs() >= seen.untilMs;
    failed.delete(key);
    failed.set(key, {
      count: fresh ? 1 : seen.count + 1,
      untilMs: clock.nowMs() + limits.lockMs,
    });
    const oldest = failed.size > limits.remembered ? failed.keys().next().value : undefined;
    if (oldest !== undefined) failed.delete(oldest);
  };

  return {
    async login(name, password, address) {
      const keys = [`user ${name}`, `address ${address}`];
      if (keys.some(locked)) throw new FaultError('too-many-requests', 'too many wrong passwords');
      const user = await store.user(name);
      const fits = await passwordFits(password, user?.passwordHash ?? (await NOBODY));
      if (user === undefined || !fits) {
        for (const key of keys) fail(key);
        throw new FaultError('login-failed', `login of "${name}" refused`);
      }
      for (const key of keys) failed.delete(key);
      return user;
    },
  };
}

/** Makes the first user of a new hub. Returns the password, which is kept nowhere else. */
export async function makeFirstUser(
  store: Store,
): Promise<{ readonly user: string; readonly password: string } | undefined> {
  if ((await store.userCount()) > 0) return undefined;
  const password = newPassword();
  await store.saveUser({
    user: 'admin',
    passwordHash: await hashPassword(password),
    role: 'admin',
  });
  return { user: 'admin', password };
}
