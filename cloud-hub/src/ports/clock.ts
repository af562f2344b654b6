/** Time as a port: wall time, epoch milliseconds. */
export interface Clock {
  readonly nowMs: () => number;
}
