import type { Order, OrderEvent, OrderState } from '@holdfast/shared/order/order';
import type { Measurement } from '@holdfast/shared/pile/measurement';
import type { Command, CommandAnswer } from '@holdfast/shared/sync/commands';
import type {
  AlarmRaised,
  ClockStepped,
  ConnectorChanged,
  PileChanged,
  SecurityRaised,
} from '@holdfast/shared/sync/events';
import type { LaneName } from '@holdfast/shared/sync/lanes';
import type { Batch, DayChain, GapRecord } from '@holdfast/shared/sync/messages';

/** A site that may connect: its secret is stored as a salted hash. */
export interface SiteAccount {
  readonly siteId: string;
  readonly name: string;
  readonly vendors: readonly string[];
  readonly secretHash: string;
}

/** One stream as the hub knows it: everything up to `watermark` is committed ([SYNC-3]). */
export interface StreamCursor {
  readonly siteId: string;
  readonly vendor: string;
  readonly lane: LaneName;
  readonly epoch: number;
  readonly watermark: number;
  readonly parked: number;
  readonly gapCount: number;
}

/** Which store speaks for (site, vendor), and under which session ([SYNC-10]). */
export interface SiteSession {
  readonly siteId: string;
  readonly vendor: string;
  readonly storeId: string;
  readonly epoch: number;
  readonly sessionNo: number;
  readonly conflict: boolean;
}

/** What became of a batch. */
export type Applied =
  | {
      readonly outcome: 'applied';
      readonly watermark: number;
      /** Events above the old watermark: the last ones of the batch, parked ones included. */
      readonly fresh: number;
      readonly parked: number;
      /** The hub's chain at the watermark, for the answer ([SYNC-14]). */
      readonly check?: DayChain;
    }
  | { readonly outcome: 'gap'; readonly watermark: number }
  | { readonly outcome: 'fenced' };

/** Both sides' count and chain of one day of a stream ([SYNC-14]). */
export interface DayCount {
  readonly siteId: string;
  readonly vendor: string;
  readonly lane: LaneName;
  readonly epoch: number;
  readonly day: string;
  /** The hub's own. */
  readonly count: number;
  readonly hash: string;
  /** The edge's, as of its last batch of that day; `null` when it sent none. */
  readonly edgeCount: number | null;
  readonly edgeHash: string | null;
  /** `null`: nothing to compare with yet. */
  readonly equal: boolean | null;
}

export interface ParkedEvent {
  readonly id: number;
  readonly siteId: string;
  readonly vendor: string;
  readonly lane: LaneName;
  readonly epoch: number;
  readonly seq: number;
  readonly kind: string;
  readonly body: string;
  readonly cause: string;
  readonly atMs: number;
}

/** An alarm, a security event or a clock step, for a person to read. */
export interface SiteLogEntry {
  readonly id: number;
  readonly siteId: string;
  readonly vendor: string;
  readonly event: AlarmRaised | SecurityRaised | ClockStepped;
  readonly atMs: number;
  readonly receivedAtMs: number;
}

export interface SecurityEventQuery {
  readonly siteId?: string;
  readonly pileNo?: string;
  /** Older than this entry. */
  readonly before?: number;
  readonly limit: number;
}

export type SecurityEntry = SiteLogEntry & { readonly event: SecurityRaised };

/** One stored report of a connector; kept for a bounded time. */
export interface StoredMeasurement {
  readonly measurement: Measurement;
  readonly atMs: number;
}

export interface MeasurementQuery {
  readonly siteId: string;
  readonly pileNo: string;
  readonly connectorNo: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly limit: number;
}

export interface StoredCommand {
  readonly command: Command;
  readonly siteId: string;
  readonly sentAtMs: number;
  readonly answer: CommandAnswer | null;
  /** Nobody answered in time, so the hub wrote `unknown` itself; a late answer replaces it. */
  readonly presumed: boolean;
}

export interface User {
  readonly user: string;
  readonly passwordHash: string;
  readonly role: 'admin' | 'operator' | 'viewer';
}

/** A stored order with the site's own last word about it. */
export interface StoredOrder {
  readonly order: Order;
  readonly receivedAtMs: number;
}

export interface OrderQuery {
  readonly siteId?: string;
  readonly pileNo?: string;
  readonly state?: OrderState;
  readonly exceptionsOnly?: boolean;
  readonly after?: string;
  readonly limit: number;
}

/**
 * The hub's database. One contract suite is run against every adapter (SQLite now, MySQL next).
 * Transient faults reject with `FaultError`; then nothing was applied and the edge sends again.
 */
export interface Store {
  readonly close: () => Promise<void>;

  readonly saveSite: (site: SiteAccount) => Promise<void>;
  readonly sites: () => Promise<readonly SiteAccount[]>;
  readonly site: (siteId: string) => Promise<SiteAccount | undefined>;

  /** HELLO: reads and moves epoch and session under one transaction. */
  readonly session: (siteId: string, vendor: string) => Promise<SiteSession | undefined>;
  readonly saveSession: (session: SiteSession) => Promise<void>;
  /** Cursors of the epoch in force. */
  readonly cursors: (siteId: string, vendor: string) => Promise<readonly StreamCursor[]>;
  readonly allCursors: () => Promise<readonly StreamCursor[]>;

  /**
   * Applies a batch and moves the watermark in one transaction; skips what is at or below it, parks
   * what cannot be applied for its own fault ([SYNC-3], [SYNC-4], [SYNC-13]).
   */
  readonly applyBatch: (siteId: string, batch: Batch, receivedAtMs: number) => Promise<Applied>;
  readonly dayCounts: (siteId: string) => Promise<readonly DayCount[]>;
  readonly gaps: (
    siteId: string,
  ) => Promise<readonly (GapRecord & { lane: LaneName; vendor: string })[]>;
  readonly parked: (limit: number) => Promise<readonly ParkedEvent[]>;
  /** Applies a parked event again, with its body repaired if one is given. */
  readonly replayParked: (
    id: number,
    body?: string,
  ) => Promise<'applied' | 'still-parked' | 'unknown'>;

  readonly piles: (
    siteId?: string,
  ) => Promise<readonly (PileChanged & { siteId: string; seenAtMs: number })[]>;
  readonly connectors: (
    siteId?: string,
  ) => Promise<readonly (ConnectorChanged & { siteId: string; vendor: string; atMs: number })[]>;
  readonly orders: (query: OrderQuery) => Promise<readonly StoredOrder[]>;
  readonly order: (orderNo: string) => Promise<StoredOrder | undefined>;
  readonly orderEvents: (orderNo: string) => Promise<readonly OrderEvent[]>;
  /** Count and sum (fen) of settled orders of a site: one line of the reconciliation. */
  readonly orderTotals: (
    siteId: string,
  ) => Promise<{ readonly orders: number; readonly totalFen: bigint }>;

  /** Newest first. */
  readonly siteLog: (siteId: string | undefined, limit: number) => Promise<readonly SiteLogEntry[]>;
  /** Newest first. */
  readonly securityEvents: (query: SecurityEventQuery) => Promise<readonly SecurityEntry[]>;
  /** Oldest first. */
  readonly measurements: (query: MeasurementQuery) => Promise<readonly StoredMeasurement[]>;
  /** Forgets measurements and captured frames received before `beforeMs`, at most `limit` of each. */
  readonly prune: (beforeMs: number, limit: number) => Promise<number>;

  /** Keeps a new command; `false` when its id is already there (then nothing is changed). */
  readonly saveCommand: (command: StoredCommand) => Promise<boolean>;
  /** The first answer stays; a presumed one gives way to the edge's. A site answers only its own. */
  readonly answerCommand: (
    siteId: string,
    answer: CommandAnswer,
  ) => Promise<'answered' | 'known' | 'no-command'>;
  /** Presumes `unknown` for commands whose deadline passed before `nowMs`; tells which. */
  readonly expireCommands: (nowMs: number, limit: number) => Promise<readonly StoredCommand[]>;
  readonly command: (id: string) => Promise<StoredCommand | undefined>;
  readonly commands: (
    siteId: string | undefined,
    limit: number,
  ) => Promise<readonly StoredCommand[]>;

  readonly user: (name: string) => Promise<User | undefined>;
  readonly saveUser: (user: User) => Promise<void>;
  readonly userCount: () => Promise<number>;
}
