import type { Order } from '@holdfast/shared/order/order';
import type { ChargeRef } from '@holdfast/shared/pile/pile-charge';
import type { Command, CommandAnswer } from '@holdfast/shared/sync/commands';
import type { SiteEvent } from '@holdfast/shared/sync/events';
import type { StreamId } from '@holdfast/shared/sync/lanes';
import type { ClockReading, DayChain, GapRecord } from '@holdfast/shared/sync/messages';
import type { CardGroup, StoredCard } from './cards.ts';
import type { SecurityChange, SecurityStore } from './credentials.ts';
import type { Reservation } from './reservations.ts';

/** Who this store is ([SYNC-10]). A new store id means a new epoch at the hub. */
export interface LedgerIdentity {
  readonly siteId: string;
  readonly storeId: string;
  /** 0 until the hub has issued one. */
  readonly epoch: number;
  readonly bootNo: number;
}

/** A raw order upload, kept before the pile is answered (ykc.md §12.6). */
export interface KeptRecord {
  readonly tradeNo: string;
  readonly pileNo: string;
  readonly frameType: string;
  readonly rawHex: string;
  readonly receivedAtMs: number;
}

export type CommandState = 'received' | 'executing' | 'answered';

export interface LoggedCommand {
  readonly command: Command;
  readonly state: CommandState;
  readonly answer: CommandAnswer | null;
}

/** A pile that the site has met. Unknown ones wait for adoption and get no service (design §9). */
export interface KnownPile {
  readonly pileNo: string;
  readonly vendor: string;
  readonly adopted: boolean;
  readonly connectorCount: number;
  readonly dc: boolean;
  readonly firmware: string;
  readonly protocolVersion: string;
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
}

/** Something that a driver remembers of its pile. */
export interface PileNote {
  readonly pileNo: string;
  readonly key: string;
  /** Anything that JSON can say. */
  readonly value: unknown;
}

/** One change of the core file. All changes and events of a commit are one transaction. */
export type Change =
  | { readonly save: 'order'; readonly order: Order }
  | { readonly save: 'record'; readonly record: KeptRecord }
  | { readonly save: 'command'; readonly logged: LoggedCommand }
  | { readonly save: 'pile'; readonly pile: KnownPile }
  | { readonly save: 'counter'; readonly name: string; readonly value: number }
  /** `value: null` forgets the note. */
  | { readonly save: 'pile-note'; readonly note: PileNote }
  | { readonly save: 'card'; readonly card: StoredCard }
  | { readonly save: 'card-gone'; readonly token: string }
  | { readonly save: 'card-group'; readonly group: CardGroup }
  | { readonly save: 'card-group-gone'; readonly group: string }
  | { readonly save: 'reservation'; readonly reservation: Reservation }
  | { readonly save: 'reservation-gone'; readonly id: number }
  | SecurityChange;

/** An event to be numbered in the stream (vendor, lane) in the same transaction ([SYNC-1]). */
export interface OutgoingEvent {
  readonly stream: StreamId;
  readonly event: SiteEvent;
  readonly atMs: number;
}

export interface Commit {
  readonly changes: readonly Change[];
  readonly events: readonly OutgoingEvent[];
}

/** A row of the outbox: `body` is the final JSON text of the event ([SYNC-1]). */
export interface OutboxRow {
  readonly seq: number;
  readonly atMs: number;
  readonly kind: string;
  readonly kindVersion: number;
  readonly key: string;
  readonly body: string;
}

export interface OutboxSlice {
  readonly rows: readonly OutboxRow[];
  readonly gaps: readonly GapRecord[];
  /** The chain at the last row; absent when there is none. */
  readonly check: DayChain | undefined;
}

export interface StreamState {
  readonly stream: StreamId;
  readonly next: number;
  readonly acked: number;
  readonly pending: number;
  readonly pendingBytes: number;
  readonly oldestMs: number | null;
}

/** Count and hash chain of one stream and day ([SYNC-14]). */
export interface DayCheck {
  readonly stream: StreamId;
  readonly day: string;
  readonly count: number;
  readonly hash: string;
}

export interface OrderFilter {
  readonly state?: Order['state'];
  readonly pileNo?: string;
  readonly exceptionsOnly?: boolean;
  /** Orders opened before this order number in the listing's order (newest first). */
  readonly after?: string;
  readonly limit: number;
}

/** How full the store is ([SYNC-5]); `money-refused`: no new charges, running ones go on. */
export type LedgerHealth = 'ok' | 'thinning' | 'telemetry-refused' | 'money-refused';

/**
 * The edge's database behind a writer thread. Reads and writes never block the caller's thread.
 * Writes reject with `FaultError('ledger-full' | 'ledger-failed')`; then nothing of the commit is kept.
 */
export interface Ledger extends SecurityStore {
  readonly identity: () => LedgerIdentity;
  readonly health: () => LedgerHealth;
  /** Core file, `synchronous=FULL`: resolves when the transaction is on disk. */
  readonly commit: (commit: Commit) => Promise<void>;
  /** Bulk file: live measurements and frames; resolves when written, may be lost by a power cut. */
  readonly commitBulk: (events: readonly OutgoingEvent[]) => Promise<void>;
  /** Told after each commit which streams have new events. */
  readonly onCommitted: (listener: (streams: readonly StreamId[]) => void) => void;

  readonly order: (orderNo: string) => Promise<Order | undefined>;
  /** The order of a charge that its pile names in its own way, whatever its state. */
  readonly orderOfCharge: (pileNo: string, ref: ChargeRef) => Promise<Order | undefined>;
  /** Orders that are neither settled, failed nor orphan: what a restart must pick up. */
  readonly openOrders: () => Promise<readonly Order[]>;
  readonly orders: (filter: OrderFilter) => Promise<readonly Order[]>;
  readonly records: (tradeNo: string) => Promise<readonly KeptRecord[]>;
  readonly piles: () => Promise<readonly KnownPile[]>;
  readonly notes: () => Promise<readonly PileNote[]>;
  readonly cards: () => Promise<readonly StoredCard[]>;
  readonly cardGroups: () => Promise<readonly CardGroup[]>;
  readonly reservations: () => Promise<readonly Reservation[]>;
  readonly command: (id: string) => Promise<LoggedCommand | undefined>;
  readonly unfinishedCommands: () => Promise<readonly LoggedCommand[]>;
  readonly counter: (name: string) => Promise<number>;

  readonly streams: () => Promise<readonly StreamState[]>;
  readonly outbox: (
    stream: StreamId,
    after: number,
    limit: { readonly events: number; readonly bytes: number },
  ) => Promise<OutboxSlice>;
  /** Deletes what the hub has committed ([SYNC-2]). */
  readonly acknowledge: (stream: StreamId, watermark: number) => Promise<void>;
  readonly dayChecks: () => Promise<readonly DayCheck[]>;
  readonly setEpoch: (epoch: number) => Promise<void>;
  /** A rewound or copied store: new store id, all kept money rows are numbered anew ([SYNC-10]). */
  readonly remint: () => Promise<LedgerIdentity>;
  /** Saves the clock so that time never goes behind it ([SYNC-9]). */
  readonly saveClock: (reading: ClockReading) => Promise<void>;
  readonly lastClock: () => Promise<ClockReading | undefined>;
  readonly sizes: () => Promise<Readonly<Record<'core' | 'bulk', number>>>;
  readonly close: () => Promise<void>;
}
