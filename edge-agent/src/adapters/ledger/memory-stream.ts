import type { StreamId } from '@holdfast/shared/sync/lanes';
import type { DayChain, GapRecord } from '@holdfast/shared/sync/messages';
import type { DayCheck, OutboxRow, OutboxSlice, StreamState } from '../../ports/ledger.ts';
import { linked } from './day-chain.ts';
import { gapOf, gapsWithin, withGap } from './gaps.ts';
import { LOSSLESS_LANES } from './lane-rules.ts';
import type { OutboundEvent } from './outbound-event.ts';

interface WaitingRow extends OutboxRow {
  readonly coalesces: boolean;
}

/** One stream of the outbox in memory: the rules of the SQLite ledger without its disk. */
export interface MemoryStream {
  readonly append: (event: OutboundEvent) => void;
  readonly slice: (
    after: number,
    limit: { readonly events: number; readonly bytes: number },
  ) => OutboxSlice;
  readonly acknowledge: (watermark: number) => void;
  /** Takes the events out that were never handed out and are older than `cutoffMs`. */
  readonly takeOlder: (cutoffMs: number) => readonly OutboundEvent[];
  /** Everything that waits, for a new store that numbers it again. */
  readonly waiting: () => readonly OutboundEvent[];
  readonly state: () => StreamState;
  readonly dayChecks: () => readonly DayCheck[];
}

export function memoryStream(stream: StreamId): MemoryStream {
  const { lane, vendor } = stream;
  const lossless = LOSSLESS_LANES.includes(lane);
  let next = 1;
  let acked = 0;
  /** What the hub may already have is never removed, so that both sides chain the same events. */
  let handed = 0;
  let rows: WaitingRow[] = [];
  let gaps: readonly GapRecord[] = [];
  /** Of a lossless lane up to the newest event, of the others up to the watermark. */
  const chains = new Map<string, DayChain>();
  const checks = new Map<number, DayChain>();

  const extend = (known: Map<string, DayChain>, row: OutboxRow): DayChain => {
    const chain = linked(lane, row, (day) => known.get(day));
    known.set(chain.day, chain);
    return chain;
  };

  const remove = (from: number, to: number, reason: GapRecord['reason']): void => {
    rows = rows.filter((row) => row.seq < from || row.seq > to);
    gaps = withGap(gaps, gapOf(from, to, reason));
  };

  const append = (event: OutboundEvent): void => {
    const older = event.coalesces
      ? rows.findLast((row) => row.coalesces && row.key === event.key && row.kind === event.kind)
      : undefined;
    if (older !== undefined && older.seq > handed) remove(older.seq, older.seq, 'coalesced');
    const { kind, kindVersion, key, body, atMs } = event;
    const row = { seq: next, atMs, kind, kindVersion, key, body, coalesces: event.coalesces };
    rows.push(row);
    if (lossless) checks.set(next, extend(chains, row));
    next += 1;
  };

  const checkAt = (last: OutboxRow | undefined): DayChain | undefined => {
    if (last === undefined || lossless) return last && checks.get(last.seq);
    const ahead = new Map(chains);
    let check: DayChain | undefined;
    for (const row of rows) if (row.seq <= last.seq) check = extend(ahead, row);
    return check;
  };

  const slice: MemoryStream['slice'] = (after, limit) => {
    const found: OutboxRow[] = [];
    let bytes = 0;
    let cut = false;
    for (const { coalesces: _, ...row } of rows) {
      if (row.seq <= after) continue;
      bytes += Buffer.byteLength(row.body);
      cut = found.length > 0 && (found.length >= limit.events || bytes > limit.bytes);
      if (cut) break;
      found.push(row);
    }
    const last = found.at(-1);
    const covered = cut && last !== undefined ? last.seq : next - 1;
    handed = Math.max(handed, covered);
    const lost = after < acked ? [gapOf(after + 1, acked, 'store-lost')] : [];
    return {
      rows: found,
      gaps: [...lost, ...gapsWithin(gaps, after, covered)],
      check: checkAt(last),
    };
  };

  const acknowledge = (watermark: number): void => {
    for (const row of rows) {
      if (row.seq > watermark) break;
      if (!lossless) extend(chains, row);
      checks.delete(row.seq);
    }
    rows = rows.filter((row) => row.seq > watermark);
    gaps = gapsWithin(gaps, watermark, next);
    acked = Math.max(acked, watermark);
    handed = Math.max(handed, watermark);
  };

  const takeOlder: MemoryStream['takeOlder'] = (cutoffMs) => {
    const start = rows.findIndex((row) => row.seq > handed);
    const fresh = rows.findIndex((row) => row.seq > handed && row.atMs >= cutoffMs);
    if (start === -1 || start === fresh) return [];
    const taken = rows.slice(start, fresh === -1 ? rows.length : fresh);
    for (const { seq } of taken) remove(seq, seq, 'dropped');
    return taken.map((row) => ({ ...row, vendor, lane }));
  };

  return {
    append,
    slice,
    acknowledge,
    takeOlder,
    waiting: () => rows.map((row) => ({ ...row, vendor, lane })),
    state: () => ({
      stream,
      next,
      acked,
      pending: rows.length,
      pendingBytes: rows.reduce((sum, row) => sum + Buffer.byteLength(row.body), 0),
      oldestMs: rows[0]?.atMs ?? null,
    }),
    dayChecks: () => [...chains.values()].map((chain) => ({ stream, ...chain })),
  };
}
