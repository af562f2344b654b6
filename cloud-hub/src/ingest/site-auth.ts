import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { passwordFits } from '../auth/passwords.ts';
import type { Clock } from '../ports/clock.ts';
import type { Admission, SiteAuth } from '../ports/site-auth.ts';
import type { SiteAccount } from '../ports/store.ts';

export interface SiteAuthLimits {
  /** Wrong secrets from one address before it has to wait. */
  readonly failures: number;
  readonly lockMs: number;
  /** Addresses and sites that are remembered at once. */
  readonly remembered: number;
  /** Secrets that are hashed at once, and that may wait for it. */
  readonly hashing: number;
  readonly waiting: number;
}

export const SITE_AUTH_LIMITS: SiteAuthLimits = {
  failures: 20,
  lockMs: 60_000,
  remembered: 20_000,
  hashing: 2,
  waiting: 500,
};

type FindSite = (siteId: string) => Promise<SiteAccount | undefined>;

/**
 * Checks a site's secret against its stored hash. A hash costs tens of milliseconds of CPU, so a
 * secret that fitted is remembered as a keyed digest: thousands of sites that come back at once after
 * an outage cost almost nothing. Addresses that guess are refused unheard for a while.
 */
export function siteAuth(
  findSite: FindSite,
  clock: Clock,
  limits: SiteAuthLimits = SITE_AUTH_LIMITS,
): SiteAuth {
  const key = randomBytes(32);
  const fitted = new Map<string, Buffer>();
  const failures = failureCount(clock, limits);
  const hashing = slots(limits.hashing, limits.waiting);

  const verify = async (account: SiteAccount, secret: string): Promise<Admission> => {
    const { siteId, secretHash } = account;
    const digest = createHmac('sha256', key)
      .update(secretHash)
      .update('\0')
      .update(secret)
      .digest();
    const known = fitted.get(siteId);
    if (known !== undefined && timingSafeEqual(known, digest)) return 'yes';
    const fits = await hashing(() => passwordFits(secret, secretHash));
    if (fits === undefined) return 'busy';
    if (!fits) return 'no';
    remember(fitted, siteId, digest, limits.remembered);
    return 'yes';
  };
  return async ({ vendor, siteId, secret, address }) => {
    if (failures.isLocked(address)) return 'too-many-failures';
    const account = await findSite(siteId);
    const serves = account?.vendors.includes(vendor) === true;
    const admission = serves ? await verify(account, secret) : 'no';
    if (admission === 'no') failures.add(address);
    return admission;
  };
}

function remember<V>(map: Map<string, V>, key: string, value: V, limit: number): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.size > limit ? map.keys() : [];
  if (oldest !== undefined) map.delete(oldest);
}

function failureCount(clock: Clock, limits: SiteAuthLimits) {
  const failed = new Map<string, { readonly count: number; readonly untilMs: number }>();
  return {
    isLocked: (address: string): boolean => {
      const seen = failed.get(address);
      return seen !== undefined && seen.count >= limits.failures && clock.nowMs() < seen.untilMs;
    },
    add: (address: string): void => {
      const seen = failed.get(address);
      const count = seen === undefined || clock.nowMs() >= seen.untilMs ? 1 : seen.count + 1;
      const untilMs = clock.nowMs() + limits.lockMs;
      remember(failed, address, { count, untilMs }, limits.remembered);
    },
  };
}

/** Runs at most `width` tasks at once and lets `depth` more wait; `undefined`: no room. */
function slots(width: number, depth: number) {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async <T>(task: () => Promise<T>): Promise<T | undefined> => {
    if (running >= width) {
      if (waiting.length >= depth) return undefined;
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    running += 1;
    try {
      return await task();
    } finally {
      running -= 1;
      waiting.shift()?.();
    }
  };
}
