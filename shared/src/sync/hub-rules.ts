import type { LaneName } from './lanes.ts';
import {
  type Batch,
  type DayChain,
  type GapRecord,
  type Hello,
  type Refused,
  SYNC_VERSION,
  SYNC_VERSION_MIN,
  type Welcome,
  type WireEvent,
} from './messages.ts';

/*
 * What the hub decides when an edge speaks, as pure functions: the real hub and the model hub of the
 * tests decide the same. Reading and saving, in one transaction, is the caller's.
 */

/** Which store speaks for a (site, vendor), and under which session ([SYNC-10]). */
export interface SessionState {
  readonly storeId: string;
  readonly epoch: number;
  readonly sessionNo: number;
  /** A second store asked for the same identity; stays until an operator has looked. */
  readonly conflict: boolean;
  /** When this store was last heard of, hub time; absent: not known, so it may be alive. */
  readonly lastHeardMs?: number;
}

export interface CursorState {
  readonly lane: LaneName;
  readonly epoch: number;
  readonly watermark: number;
}

export interface HubPolicy {
  /** Told to the edges: rand(0, spreadMs) before the first reconnect after a long session. */
  readonly spreadMs: number;
  /** A new box is taken for a replacement when the old store has been silent for so long. */
  readonly replaceAfterMs: number;
  /** When a refused edge may ask again. */
  readonly conflictRetryMs: number;
  readonly versionRetryMs: number;
}

export const HUB_POLICY: HubPolicy = {
  spreadMs: 30_000,
  replaceAfterMs: 10 * 60_000,
  conflictRetryMs: 5 * 60_000,
  versionRetryMs: 15 * 60_000,
};

/** The answer to a HELLO, and what is to be saved before it is sent. */
export type HelloAnswer =
  | { readonly answer: Welcome; readonly session: SessionState }
  /** `session` is there when the refusal leaves a mark (`conflict`). */
  | { readonly answer: Refused; readonly session?: SessionState };

/**
 * Admits an edge or refuses it ([SYNC-10], [SYNC-11]). `cursors` are those of the session's epoch;
 * others are passed over. An identity that the hub has not got is refused before this is asked.
 */
export function admitHello(
  session: SessionState | undefined,
  cursors: readonly CursorState[],
  hello: Hello,
  nowMs: number,
  policy: HubPolicy = HUB_POLICY,
): HelloAnswer {
  const proto = agreedVersion(hello.proto);
  if (proto === undefined) {
    const text = `this hub speaks versions ${SYNC_VERSION_MIN} to ${SYNC_VERSION}, the edge ${hello.proto.join(' to ')}`;
    return { answer: refused(hello, 'version', text, policy.versionRetryMs) };
  }
  const open = (next: SessionState): HelloAnswer => ({
    answer: welcome(next, cursors, hello, { proto, nowMs, spreadMs: policy.spreadMs }),
    session: next,
  });
  const { storeId } = hello;
  if (session === undefined) {
    // A hub that lost its own books must not give an epoch out twice.
    const epoch = Math.max(1, hello.epoch);
    return open({ storeId, epoch, sessionNo: 1, conflict: false, lastHeardMs: nowMs });
  }
  const sessionNo = session.sessionNo + 1;
  if (session.storeId === storeId) {
    const lane = regressedLane(session.epoch, cursors, hello);
    if (lane === undefined) return open({ ...session, sessionNo, lastHeardMs: nowMs });
    const text = `the ${lane} lane goes on at a number that this hub already has: the store was set back or copied`;
    return { answer: refused(hello, 'regressed', text, 0) };
  }
  if (hello.replaces === session.storeId || isSilent(session, nowMs, policy)) {
    const epoch = Math.max(session.epoch, hello.epoch) + 1;
    return open({ storeId, epoch, sessionNo, conflict: session.conflict, lastHeardMs: nowMs });
  }
  const text = `another store (${session.storeId}) speaks for this site; an operator decides which one stays`;
  return {
    answer: refused(hello, 'conflict', text, policy.conflictRetryMs),
    session: { ...session, conflict: true },
  };
}

/** An operator's decision: this store speaks for the site from its next HELLO on ([SYNC-10]). */
export const sessionOfReplacement = (session: SessionState, storeId: string): SessionState => ({
  storeId,
  epoch: session.storeId === storeId ? session.epoch : session.epoch + 1,
  sessionNo: session.sessionNo + 1,
  conflict: false,
});

/** The highest version that both sides speak ([SYNC-11]). */
export function agreedVersion([min, max]: readonly [number, number]): number | undefined {
  const version = Math.min(max, SYNC_VERSION);
  return version >= Math.max(min, SYNC_VERSION_MIN) ? version : undefined;
}

/** A lane of which the hub has numbers that the store has yet to give out. */
function regressedLane(
  epoch: number,
  cursors: readonly CursorState[],
  hello: Hello,
): LaneName | undefined {
  const nextOf = new Map(hello.streams.map(({ lane, next }) => [lane, next]));
  return cursors.find(
    (cursor) => cursor.epoch === epoch && cursor.watermark >= (nextOf.get(cursor.lane) ?? 1),
  )?.lane;
}

const isSilent = ({ lastHeardMs }: SessionState, nowMs: number, policy: HubPolicy): boolean =>
  lastHeardMs !== undefined && nowMs - lastHeardMs >= policy.replaceAfterMs;

function refused(
  { storeId, link }: Hello,
  reason: Refused['reason'],
  text: string,
  retryAfterMs: number,
): Refused {
  return { type: 'refused', storeId, link, reason, text, retryAfterMs };
}

function welcome(
  session: SessionState,
  cursors: readonly CursorState[],
  hello: Hello,
  { proto, nowMs, spreadMs }: { proto: number; nowMs: number; spreadMs: number },
): Welcome {
  const watermarks = new Map(
    cursors
      .filter(({ epoch }) => epoch === session.epoch)
      .map(({ lane, watermark }) => [lane, watermark]),
  );
  const lanes = new Set([...hello.streams.map(({ lane }) => lane), ...watermarks.keys()]);
  return {
    type: 'welcome',
    storeId: session.storeId,
    link: hello.link,
    epoch: session.epoch,
    sessionNo: session.sessionNo,
    proto,
    hubMs: nowMs,
    streams: [...lanes].map((lane) => ({ lane, watermark: watermarks.get(lane) ?? 0 })),
    spreadMs,
  };
}

/** A day's chain as the hub has stored it. */
export interface StoredChain extends DayChain {
  readonly lane: LaneName;
  readonly epoch: number;
}

/** Tells with each watermark the hub's newest chain of the lane ([SYNC-10]). */
export function withChains(welcome: Welcome, days: readonly StoredChain[]): Welcome {
  const newest = new Map<LaneName, DayChain>();
  for (const { lane, epoch, day, count, hash } of days) {
    const known = newest.get(lane);
    if (epoch !== welcome.epoch || count === 0 || (known !== undefined && known.day > day))
      continue;
    newest.set(lane, { day, count, hash });
  }
  const streams = welcome.streams.map((stream) => {
    const check = newest.get(stream.lane);
    return check === undefined ? stream : { ...stream, check };
  });
  return { ...welcome, streams };
}

/** What a batch means against the stream's cursor ([SYNC-3], [SYNC-4], [SYNC-10]). */
export type Judged =
  /** Another session speaks for the site: nothing is applied. */
  | 'fenced'
  /** Numbers are missing and not explained: nothing is applied, the edge goes back. */
  | 'gap'
  | {
      /** Events at or below the watermark: already applied. */
      readonly skip: number;
      readonly fresh: readonly WireEvent[];
      readonly gaps: readonly GapRecord[];
      /** Where the stream stands when these are applied. */
      readonly watermark: number;
    };

/**
 * Judges a batch that was read with `batchOf`. To be asked inside the transaction that applies it,
 * with the session and the watermark read there.
 */
export function judgeBatch(
  cursor: { readonly watermark: number },
  session: { readonly epoch: number; readonly sessionNo: number } | undefined,
  batch: Batch,
): Judged {
  if (session?.sessionNo !== batch.sessionNo || session.epoch !== batch.epoch) return 'fenced';
  const { watermark } = cursor;
  if (batch.prev > watermark || !isWhole(batch)) return 'gap';
  const skip = seqsUpTo(batch.ev, watermark);
  return {
    skip,
    fresh: skip === 0 ? batch.ev : batch.ev.slice(skip),
    gaps: (batch.gaps ?? [])
      .filter((gap) => gap.to > watermark)
      .map((gap) => (gap.from > watermark ? gap : gapAfter(gap, watermark))),
    watermark: Math.max(watermark, batch.last),
  };
}

/** Every number in (prev, last] is an event or inside a gap record: holes are explained, never silent. */
function isWhole({ prev, last, ev, gaps = [] }: Batch): boolean {
  let missing = last - prev - ev.length;
  for (const gap of gaps) missing -= gap.to - gap.from + 1;
  return missing === 0;
}

/** How many events, from the first, are at or below `watermark`; numbers ascend. */
function seqsUpTo(ev: readonly WireEvent[], watermark: number): number {
  const at = ev.findIndex(([seq]) => seq > watermark);
  return at === -1 ? ev.length : at;
}

const gapAfter = (gap: GapRecord, watermark: number): GapRecord => ({
  ...gap,
  from: watermark + 1,
  count: Math.min(gap.count, gap.to - watermark),
});
