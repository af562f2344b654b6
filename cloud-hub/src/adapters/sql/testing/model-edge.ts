import { hash } from 'node:crypto';
import { chainLink } from '@holdfast/shared/sync/chain';
import { encodeEvent } from '@holdfast/shared/sync/encode';
import type { SiteEvent } from '@holdfast/shared/sync/events';
import type { LaneName } from '@holdfast/shared/sync/lanes';
import type { Batch, DayChain, GapRecord, WireEvent } from '@holdfast/shared/sync/messages';
import { dayText } from '@holdfast/shared/time/shanghai';
import { NOON_MS, SITE, VENDOR } from './events.ts';

/** One stream as an edge numbers and sends it. */
export interface ModelStream {
  /** Gives the next numbers to events and makes one batch of them. */
  readonly batch: (events: readonly SiteEvent[]) => Batch;
  /** The same for events that are already on the wire, whatever they hold. */
  readonly rawBatch: (events: readonly RawEvent[]) => Batch;
  /** Skips numbers; the next batch announces them. */
  readonly skip: (count: number, reason: GapRecord['reason']) => void;
  /** Skips numbers and says nothing: a hole. */
  readonly lose: (count: number) => void;
}

export interface RawEvent {
  readonly kind: string;
  readonly kindVersion?: number;
  readonly key: string;
  readonly atMs?: number;
  readonly body: unknown;
}

export interface ModelSession {
  readonly siteId: string;
  readonly vendor: string;
  readonly epoch: number;
  readonly sessionNo: number;
}

export const SESSION: ModelSession = { siteId: SITE, vendor: VENDOR, epoch: 1, sessionNo: 1 };
const CLOCK = { wallMs: NOON_MS, monoMs: 1_000, bootNo: 1, quality: 2 } as const;

/** An edge's stream without an edge: numbers, gap records and chains as SPEC.md has them. */
export function modelStream(lane: LaneName, session: ModelSession = SESSION): ModelStream {
  const { vendor, epoch, sessionNo } = session;
  const chains = new Map<string, DayChain>();
  let gaps: GapRecord[] = [];
  let prev = 0;
  let seq = 0;

  const chained = ([no, atMs, kind, , key, body]: WireEvent): DayChain => {
    const day = dayText(atMs);
    const before = chains.get(day) ?? { day, count: 0, hash: '' };
    const event = { seq: no, atMs, kind, key, body: JSON.stringify(body) };
    const next = {
      day,
      count: before.count + 1,
      hash: hash('sha256', chainLink(lane, before.hash, event)),
    };
    chains.set(day, next);
    return next;
  };
  const rawBatch = (events: readonly RawEvent[]): Batch => {
    const ev = events.map(({ kind, kindVersion = 1, key, atMs = NOON_MS, body }): WireEvent => {
      seq += 1;
      return [seq, atMs, kind, kindVersion, key, body];
    });
    const check = ev.map(chained).at(-1);
    const batch: Batch = {
      v: 3,
      vendor,
      lane,
      epoch,
      sessionNo,
      prev,
      last: seq,
      clock: CLOCK,
      ev,
      ...(gaps.length === 0 ? {} : { gaps }),
      ...(check === undefined ? {} : { check }),
    };
    gaps = [];
    prev = seq;
    return batch;
  };
  return {
    rawBatch,
    batch: (events) =>
      rawBatch(
        events.map((event) => {
          const { kind, kindVersion, key, body } = encodeEvent(event);
          const atMs = 'atMs' in event ? event.atMs : NOON_MS;
          return { kind, kindVersion, key, atMs, body: JSON.parse(body) as unknown };
        }),
      ),
    skip: (count, reason) => {
      gaps.push({ from: seq + 1, to: seq + count, reason, count });
      seq += count;
    },
    lose: (count) => {
      seq += count;
      prev = seq;
    },
  };
}
