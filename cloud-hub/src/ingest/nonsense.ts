import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';

export interface NonsenseLimits {
  /** Unreadable messages in a row, within `windowMs`, before the site is cut off. */
  readonly strikes: number;
  readonly windowMs: number;
  /** Lines that are logged in one window; the rest is only counted. */
  readonly logged: number;
  /** Sites that are remembered. */
  readonly remembered: number;
}

export const NONSENSE_LIMITS: NonsenseLimits = {
  strikes: 20,
  windowMs: 60_000,
  logged: 50,
  remembered: 20_000,
};

/** Keeps count of what cannot be read, and of who sends only that. */
export interface Nonsense {
  /** `true`: it was one too many, cut the sender off. */
  readonly strike: (site: string, reason: string) => boolean;
  readonly good: (site: string) => void;
  readonly count: () => number;
}

export function nonsense(
  clock: Clock,
  log: Log,
  limits: NonsenseLimits = NONSENSE_LIMITS,
): Nonsense {
  const strikes = new Map<string, { readonly count: number; readonly sinceMs: number }>();
  let total = 0;
  let lines = { sinceMs: 0, count: 0 };

  const report = (site: string, reason: string, nowMs: number): void => {
    if (nowMs - lines.sinceMs >= limits.windowMs) {
      const silent = lines.count - limits.logged;
      if (silent > 0) log.warn({ silent }, 'sync-unreadable-not-logged');
      lines = { sinceMs: nowMs, count: 0 };
    }
    lines.count += 1;
    if (lines.count <= limits.logged) log.warn({ site, reason }, 'sync-unreadable');
  };
  return {
    strike: (site, reason) => {
      const nowMs = clock.nowMs();
      total += 1;
      report(site, reason, nowMs);
      const seen = strikes.get(site);
      const isFresh = seen === undefined || nowMs - seen.sinceMs >= limits.windowMs;
      const next = isFresh
        ? { count: 1, sinceMs: nowMs }
        : { count: seen.count + 1, sinceMs: seen.sinceMs };
      strikes.delete(site);
      if (next.count >= limits.strikes) return true;
      strikes.set(site, next);
      const [oldest] = strikes.size > limits.remembered ? strikes.keys() : [];
      if (oldest !== undefined) strikes.delete(oldest);
      return false;
    },
    good: (site) => {
      strikes.delete(site);
    },
    count: () => total,
  };
}
