import type { Clock, Timers } from '@holdfast/edge-agent/ports/clock';

interface Task {
  readonly at: number;
  readonly run: () => void;
}

/** Time that is moved by hand, without waiting for anything: timers run within the call that moves it. */
export interface HandClock {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly pass: (ms: number) => void;
  readonly armed: () => number;
}

const START_MS = Date.UTC(2026, 10, 23, 8);

export function handClock(): HandClock {
  let mono = 0;
  const tasks = new Set<Task>();
  return {
    clock: {
      nowMs: () => START_MS + mono,
      monoMs: () => mono,
      reading: () => ({ wallMs: START_MS + mono, monoMs: mono, bootNo: 1, quality: 2 }),
    },
    timers: {
      after(ms, run) {
        const task: Task = { at: mono + ms, run };
        tasks.add(task);
        return () => void tasks.delete(task);
      },
    },
    armed: () => tasks.size,
    pass(ms) {
      mono += ms;
      for (const task of [...tasks]) {
        if (task.at > mono || !tasks.delete(task)) continue;
        task.run();
      }
    },
  };
}
