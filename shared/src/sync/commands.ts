/** A wish of the hub or of somebody at the edge's own API ([SYNC-7]). */
export interface Command {
  /** ULID: the same id is executed at most once. */
  readonly id: string;
  readonly vendor: string;
  readonly pileNo: string;
  /** 0: the whole pile, for `operate` and `limit`; of `cards`, which is for no pile, the number is empty. */
  readonly connectorNo: number;
  readonly op:
    | 'start'
    | 'stop'
    | 'read'
    | 'reboot'
    | 'upload-frames'
    | 'operate'
    | 'limit'
    | 'cards';
  /** Hub time, epoch milliseconds: later it is `expired`. */
  readonly deadlineMs: number;
  /** The command holds only while this order is the connector's. */
  readonly fence?: { readonly orderNo?: string };
  /** For `start`: who pays and up to how much, exact yuan ("50.00"). */
  readonly start?: { readonly account: string; readonly cardNo?: string; readonly balance: string };
  /** For `operate`: by the name that the pile's protocol gives it, with its own parameters. */
  readonly operate?: { readonly operation: string; readonly parameters: unknown };
  /** For `limit`: most power, W (`null`: no limit any more), for so many seconds. */
  readonly limit?: { readonly maxW: number | null; readonly seconds: number };
  /** For `cards`: what is asked of the site's own list, of which card or group, and what is entered. */
  readonly cards?: {
    readonly ask: 'list' | 'enter' | 'remove' | 'groups' | 'enter-group' | 'remove-group';
    readonly name?: string;
    readonly value?: unknown;
  };
}

/** done, refused (with its reason), expired, stale (fence), or unknown (the edge died while it ran). */
export interface CommandAnswer {
  readonly id: string;
  readonly outcome: 'done' | 'refused' | 'expired' | 'stale' | 'unknown';
  readonly reason?: string;
  readonly orderNo?: string;
  /** For `operate`: what the pile said, as its protocol has it; for `cards`: what the site says. */
  readonly answer?: unknown;
  readonly atMs: number;
}
