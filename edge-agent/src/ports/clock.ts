import type { ClockReading } from '@holdfast/shared/sync/messages';

/** Time as a port: the core never asks the machine. */
export interface Clock {
  /** Wall time, epoch milliseconds; never behind the last persisted one ([SYNC-9]). */
  readonly nowMs: () => number;
  /** Monotonic, milliseconds since the process started. */
  readonly monoMs: () => number;
  readonly reading: () => ClockReading;
}

export interface Timers {
  /** Runs `task` once after `ms`; returns what cancels it. */
  readonly after: (ms: number, task: () => void) => () => void;
}
