/** A wish of the hub or of somebody at the edge's own API ([SYNC-7]). */
export interface Command {
  /** ULID: the same id is executed at most once. */
  readonly id: string;
  readonly vendor: string;
  readonly pileNo: string;
  readonly connectorNo: number;
  readonly op: 'start' | 'stop' | 'read' | 'reboot' | 'upload-frames';
  /** Hub time, epoch milliseconds: later it is `expired`. */
  readonly deadlineMs: number;
  /** The command holds only while this order is the connector's. */
  readonly fence?: { readonly orderNo?: string };
  /** For `start`: who pays and up to how much, exact yuan ("50.00"). */
  readonly start?: { readonly account: string; readonly cardNo?: string; readonly balance: string };
}

/** done, refused (with its reason), expired, stale (fence), or unknown (the edge died while it ran). */
export interface CommandAnswer {
  readonly id: string;
  readonly outcome: 'done' | 'refused' | 'expired' | 'stale' | 'unknown';
  readonly reason?: string;
  readonly orderNo?: string;
  readonly atMs: number;
}
