import type { Timers } from '../ports/clock.ts';

/** Whoever gave a command and waits for what becomes of it. */
export interface Waits<T> {
  /** The next news under a key; `undefined` when none came in time. */
  readonly next: (key: string, timeoutMs: number) => Promise<T | undefined>;
  readonly tell: (key: string, news: T) => void;
  /** Nobody will be told any more. */
  readonly close: () => void;
}

export function openWaits<T>(timers: Timers): Waits<T> {
  const waiting = new Map<string, Set<(news: T | undefined) => void>>();

  function next(key: string, timeoutMs: number): Promise<T | undefined> {
    return new Promise((resolve) => {
      const listeners = waiting.get(key) ?? new Set();
      waiting.set(key, listeners);
      const done = (news: T | undefined): void => {
        cancel();
        listeners.delete(done);
        if (listeners.size === 0 && waiting.get(key) === listeners) waiting.delete(key);
        resolve(news);
      };
      const cancel = timers.after(timeoutMs, () => done(undefined));
      listeners.add(done);
    });
  }

  return {
    next,
    tell(key, news) {
      for (const done of [...(waiting.get(key) ?? [])]) done(news);
    },
    close() {
      for (const listeners of [...waiting.values()]) {
        for (const done of [...listeners]) done(undefined);
      }
    },
  };
}
