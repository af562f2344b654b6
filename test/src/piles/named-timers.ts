import type { PileTime } from './surroundings.ts';

/** Timers by name; arming one again starts it again. */
export function namedTimers(time: PileTime) {
  const timers = new Map<string, () => void>();
  const disarm = (name: string): void => {
    timers.get(name)?.();
    timers.delete(name);
  };
  return {
    disarm,
    arm(name: string, ms: number, task: () => void): void {
      disarm(name);
      const fire = (): void => {
        timers.delete(name);
        task();
      };
      timers.set(name, time.after(ms, fire));
    },
    disarmAll(): void {
      for (const cancel of timers.values()) cancel();
      timers.clear();
    },
  };
}
