import type { Command } from './commands.ts';
import type { LaneName } from './lanes.ts';

/** Version of the protocol between edge and hub; each side works with N−2 … N of the other ([SYNC-11]). */
export const SYNC_VERSION = 3;
export const SYNC_VERSION_MIN = 1;

/** 0 never synced · 1 RTC or last saved time · 2 NTP or hub · 3 GPS ([SYNC-9]). */
export type ClockQuality = 0 | 1 | 2 | 3;

/** Where an edge's clock stands: wall, monotonic, which boot, how good. */
export interface ClockReading {
  readonly wallMs: number;
  readonly monoMs: number;
  readonly bootNo: number;
  readonly quality: ClockQuality;
}

/** Edge → hub on `p/{site}`, first thing after every connect ([SYNC-10]). Plain JSON. */
export interface Hello {
  readonly type: 'hello';
  readonly siteId: string;
  readonly vendor: string;
  readonly storeId: string;
  /** The store that this one was made from after `regressed` ([SYNC-10]); absent otherwise. */
  readonly replaces?: string;
  /** Random, new for every connection: tells its `gone` from that of a later one. */
  readonly link: string;
  /** The highest epoch that this store was given; 0: none yet. */
  readonly epoch: number;
  readonly proto: readonly [min: number, max: number];
  readonly software: string;
  readonly clock: ClockReading;
  readonly streams: readonly {
    readonly lane: LaneName;
    /** Number that the next event will get. */
    readonly next: number;
    readonly acked: number;
    readonly pending: number;
    readonly oldestMs: number | null;
  }[];
}

/**
 * On `p/{site}`: the broker sends it for the edge when the line breaks (will), or the edge before it
 * leaves. It is given to the broker before a session number is known, so it names the connection: one
 * that is not the newest HELLO's says nothing about the site.
 */
export interface Gone {
  readonly type: 'gone';
  readonly siteId: string;
  readonly storeId: string;
  readonly link: string;
}

/** Hub → edge on `a/{site}`: the session is open; go on after these watermarks. */
export interface Welcome {
  readonly type: 'welcome';
  readonly storeId: string;
  /** Of the HELLO that this answers; an answer to another connection's is passed over. */
  readonly link: string;
  readonly epoch: number;
  readonly sessionNo: number;
  readonly proto: number;
  readonly hubMs: number;
  readonly streams: readonly {
    readonly lane: LaneName;
    readonly watermark: number;
    /** As in an ack; absent: the full window. The hub holds backlogs back with it ([SYNC-6]). */
    readonly credit?: number;
    readonly notBeforeMs?: number;
    /**
     * The hub's newest chain of the lane. A store whose own chain at the watermark is another one has
     * been set back or copied, although its numbers fit ([SYNC-10]).
     */
    readonly check?: DayChain;
  }[];
  /** The edge waits rand(0, spreadMs) before it connects again after a long session ([SYNC-6]). */
  readonly spreadMs: number;
}

/** Hub → edge: this HELLO is not served. `regressed`: mint a new store; `conflict`: an operator decides. */
export interface Refused {
  readonly type: 'refused';
  readonly storeId: string;
  readonly link: string;
  readonly reason: 'regressed' | 'conflict' | 'version' | 'unknown-site';
  readonly text: string;
  readonly retryAfterMs: number;
}

/** Hub → edge after its own commit ([SYNC-2], [SYNC-4]). */
export interface Ack {
  readonly type: 'ack';
  /** Of the batch; an ack of another vendor's, on a broker that they share, is passed over. */
  readonly vendor?: string;
  readonly lane: LaneName;
  readonly epoch: number;
  readonly sessionNo: number;
  readonly watermark: number;
  /** Batches that may be in flight now; 0 pauses the lane for `notBeforeMs`, then one batch may go. */
  readonly credit: number;
  readonly notBeforeMs?: number;
  /** A hole before (or inside) the batch, nothing was applied: go back to the watermark. */
  readonly gap?: true;
  /** Another session took over: stop sending, say HELLO again. */
  readonly fenced?: true;
  readonly hubMs: number;
  /** Hub's chain at the watermark, to compare ([SYNC-14]). */
  readonly check?: DayChain;
}

/** Count and hash chain of a stream's day up to and with one event ([SYNC-14]). */
export interface DayChain {
  readonly day: string;
  readonly count: number;
  readonly hash: string;
}

/** One event in a batch: number, edge time, kind, version of the kind, key, body. */
export type WireEvent = readonly [
  seq: number,
  atMs: number,
  kind: string,
  kindVersion: number,
  key: string,
  body: unknown,
];

/** A range that will never come, and why ([SYNC-4]). */
export interface GapRecord {
  readonly from: number;
  readonly to: number;
  readonly reason: 'coalesced' | 'thinned' | 'dropped' | 'store-lost';
  readonly count: number;
}

/** Edge → hub on `u/{site}/{lane number}`: one format byte (0 JSON, 1 deflate-raw JSON), then this. */
export interface Batch {
  readonly v: number;
  readonly vendor: string;
  readonly lane: LaneName;
  readonly epoch: number;
  readonly sessionNo: number;
  /** Last number before this batch, gaps included. */
  readonly prev: number;
  readonly last: number;
  readonly clock: ClockReading;
  readonly gaps?: readonly GapRecord[];
  /** The edge's chain at `last`. */
  readonly check?: DayChain;
  readonly ev: readonly WireEvent[];
}

/** Hub → edge on `c/{site}`. */
export interface CommandMessage {
  readonly type: 'command';
  readonly command: Command;
  readonly hubMs: number;
}

export const TOPICS = {
  uplink: (siteId: string, laneNo: number) => `u/${siteId}/${laneNo}`,
  presence: (siteId: string) => `p/${siteId}`,
  answer: (siteId: string) => `a/${siteId}`,
  command: (siteId: string) => `c/${siteId}`,
  /** Best-effort copy of a command's answer, for speed; the durable one is in the control lane. */
  result: (siteId: string) => `r/${siteId}`,
} as const;

/** Bounds of what is sent ([SYNC-6]). */
export const LIMITS = {
  windowBatches: 4,
  batchEvents: 500,
  /** Bodies of a batch together, before it is deflated. */
  batchBytes: 256 * 1024,
  eventBytes: 64 * 1024,
  /** A batch after it was inflated, everything included; what grows further is refused. */
  inflatedBytes: 1024 * 1024,
  /** Any other message. */
  messageBytes: 64 * 1024,
  kindLength: 64,
  keyLength: 255,
  gapRecords: 1_000,
} as const;
