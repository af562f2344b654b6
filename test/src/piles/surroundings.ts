/** Time and the way out, as a virtual pile sees them: real ones for a show, made ones for a simulation. */
export interface PileTime {
  readonly nowMs: () => number;
  /** Runs `task` once after `ms`; returns what cancels it. */
  readonly after: (ms: number, task: () => void) => () => void;
}

export interface LineEvents {
  readonly connected: () => void;
  readonly disconnected: () => void;
  readonly received: (chunk: Uint8Array) => void;
}

/** One connection. Bytes written to a closed one go nowhere. */
export interface Wire {
  readonly write: (bytes: Uint8Array) => void;
  /** Says goodbye. */
  readonly end: () => void;
  /** Breaks without a farewell. */
  readonly destroy: () => void;
}

export interface Surroundings {
  readonly time: PileTime;
  /** Opens a connection to the platform; each event comes once it has happened. */
  readonly open: (events: LineEvents) => Wire;
}
