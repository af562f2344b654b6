import type { Clock, Timers } from '../ports/clock.ts';

/** One turn is 512 ticks: 128 s at the default tick, so most timers of a pile sit in their final slot. */
const SLOTS = 512;
/** A quarter of a second: no rule of a pile protocol is finer. */
const TICK_MS = 250;

interface Entry {
  readonly dueTick: number;
  task: (() => void) | null;
}

export interface Wheel extends Timers {
  /** Timers that are armed. */
  readonly armed: () => number;
  /** Forgets every timer. */
  readonly stop: () => void;
}

/**
 * Many coarse timers on one of the machine's: ten thousand piles cost one wake-up a tick, and none
 * while nothing is armed. A timer fires at most one tick late, never early.
 */
export function openWheel(timers: Timers, clock: Clock, tickMs = TICK_MS): Wheel {
  const slots: Entry[][] = Array.from({ length: SLOTS }, () => []);
  let armed = 0;
  let turned = tickOf(clock.monoMs());
  let cancelTick: (() => void) | null = null;

  function tickOf(monoMs: number): number {
    return Math.floor(monoMs / tickMs);
  }

  /** Runs what is due in one slot and keeps what has turns to go. */
  function visit(slotNo: number, now: number): void {
    const slot = slots[slotNo];
    if (slot === undefined || slot.length === 0) return;
    const kept: Entry[] = [];
    slots[slotNo] = kept;
    for (const entry of slot) {
      if (entry.task === null) continue;
      if (entry.dueTick > now) {
        kept.push(entry);
        continue;
      }
      const { task } = entry;
      entry.task = null;
      armed -= 1;
      task();
    }
  }

  function turn(): void {
    cancelTick = null;
    const now = tickOf(clock.monoMs());
    // After a long stall one full turn visits every slot; more would visit them again.
    const from = Math.max(turned + 1, now - SLOTS + 1);
    turned = now;
    for (let tick = from; tick <= now; tick += 1) visit(tick % SLOTS, now);
    wake();
  }

  function wake(): void {
    if (armed === 0 || cancelTick !== null) return;
    const toNext = (turned + 1) * tickMs - clock.monoMs();
    cancelTick = timers.after(Math.max(1, Math.ceil(toNext)), turn);
  }

  return {
    after(ms, task) {
      const now = clock.monoMs();
      if (armed === 0) turned = tickOf(now);
      const entry: Entry = { dueTick: Math.max(Math.ceil((now + ms) / tickMs), turned + 1), task };
      slots[entry.dueTick % SLOTS]?.push(entry);
      armed += 1;
      wake();
      return () => {
        if (entry.task === null) return;
        entry.task = null;
        armed -= 1;
      };
    },
    armed: () => armed,
    stop() {
      cancelTick?.();
      cancelTick = null;
      armed = 0;
      for (const slot of slots) {
        for (const entry of slot) entry.task = null;
        slot.length = 0;
      }
    },
  };
}
