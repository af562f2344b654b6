/** Limits of a TCP front as a whole (design §9). Times in milliseconds. */
export interface FrontLimits {
  /** Sockets at a time. */
  readonly sockets: number;
  /** Sockets of one address at a time; behind a carrier's NAT many piles share one. */
  readonly socketsPerAddress: number;
  /** Logins of one address a minute. */
  readonly loginsPerMinute: number;
  /** Connections that wait to be accepted: every pile of a town may come back at once. */
  readonly backlog: number;
  /** Bytes that a pile may leave unread; one that is slower is dropped. */
  readonly unsentBytes: number;
  /** First probe of a connection that says nothing, so that dead NAT entries are found. */
  readonly keepAliveMs: number;
  /** How long a stop waits for the site to take what the piles have said. */
  readonly drainMs: number;
}

export const FRONT_LIMITS: FrontLimits = {
  sockets: 20_000,
  socketsPerAddress: 512,
  loginsPerMinute: 1_200,
  backlog: 4_096,
  unsentBytes: 65_536,
  keepAliveMs: 30_000,
  drainMs: 5_000,
};

/** Sockets of a front since it started. */
export interface SocketCounts {
  accepted: number;
  open: number;
  refusedFull: number;
  refusedAddress: number;
  droppedSlow: number;
  socketErrors: number;
}

export const noSockets = (): SocketCounts => ({
  accepted: 0,
  open: 0,
  refusedFull: 0,
  refusedAddress: 0,
  droppedSlow: 0,
  socketErrors: 0,
});
