import type { StreamId } from '@holdfast/shared/sync/lanes';
import type { DayChain, GapRecord } from '@holdfast/shared/sync/messages';
import type { DayCheck, OutboxRow, OutboxSlice, StreamState } from '../../ports/ledger.ts';
import { linked } from './day-chain.ts';
import { cutToBounds, gapOf, gapsWithin, withGap } from './gaps.ts';
import { LOSSLESS_LANES } from './lane-rules.ts';
import type { OutboundEvent } from './outbound-event.ts';

interface WaitingRow extends OutboxRow {
  readonly coalesces: boolean;
}

/** One stream of the outbox in memory: the rules of the SQLite ledger without its disk. */
export interface MemoryStream {
  readonly stream: StreamId;
  next: number;
  acked: number;
  /** What the hub may already have is never removed, so that both sides chain the same events. */
  handed: number;
  rows: WaitingRow[];
  gaps: readonly GapRecord[];
  /** Of a lossless lane up to the newest event, of the others up to the watermark. */
  readonly chains: Map<string, DayChain>;
  /** The chain at each waiting row of a lossless lane. */
  readonly checks: Map<number, DayChain>;
}

export const memoryStream = (stream: StreamId): MemoryStream => ({
  stream,
  next: 1,
  acked: 0,
  handed: 0,
  rows: [],
  gaps: [],
  chains: new Map(),
  checks: new Map(),
});

const isLossless = ({ stream }: MemoryStream): boolean => LOSSLESS_LANES.includes(stream.lane);

function extend(at: MemoryStream, known: Map<string, DayChain>, row: OutboxRow): DayChain {
  const chain = linked(at.stream.lane, row, (day) => known.get(day));
  known.set(chain.day, chain);
  return chain;
}

function remove(at: MemoryStream, from: number, to: number, reason: GapRecord['reason']): void {
  at.rows = at.rows.filter((row) => row.seq < from || row.seq > to);
  at.gaps = withGap(at.gaps, gapOf(from, to, reason));
}

export function append(at: MemoryStream, event: OutboundEvent): void {
  const { kind, kindVersion, key, body, atMs, coalesces } = event;
  if (coalesces) {
    const older = at.rows.findLast((row) => row.coalesces && row.key === key && row.kind === kind);
    const loose = older !== undefined && older.seq > at.handed;
    if (loose) remove(at, older.seq, older.seq, 'coalesced');
  }
  const row = { seq: at.next, atMs, kind, kindVersion, key, body, coalesces };
  at.rows.push(row);
  if (isLossless(at)) at.checks.set(row.seq, extend(at, at.chains, row));
  at.next += 1;
}

function checkAt(at: MemoryStream, last: OutboxRow | undefined): DayChain | undefined {
  if (last === undefined || isLossless(at)) return last && at.checks.get(last.seq);
  const ahead = new Map(at.chains);
  let check: DayChain | undefined;
  for (const row of at.rows) if (row.seq <= last.seq) check = extend(at, ahead, row);
  return check;
}

export function slice(
  at: MemoryStream,
  after: number,
  limit: { readonly events: number; readonly bytes: number },
): OutboxSlice {
  const found: OutboxRow[] = [];
  let bytes = 0;
  let cut = false;
  for (const { coalesces: _, ...row } of at.rows) {
    if (row.seq <= after) continue;
    bytes += Buffer.byteLength(row.body);
    cut = found.length > 0 && (found.length >= limit.events || bytes > limit.bytes);
    if (cut) break;
    found.push(row);
  }
  const last = found.at(-1);
  const covered = cut && last !== undefined ? last.seq : at.next - 1;
  at.handed = Math.max(at.handed, covered);
  const lost = after < at.acked ? [gapOf(after + 1, at.acked, 'store-lost')] : [];
  const bounded = cutToBounds(found, [...lost, ...gapsWithin(at.gaps, after, covered)]);
  return { ...bounded, check: checkAt(at, bounded.rows.at(-1)) };
}

export function acknowledge(at: MemoryStream, watermark: number): void {
  if (watermark <= at.acked) return;
  for (const row of at.rows) {
    if (row.seq > watermark) break;
    if (!isLossless(at)) extend(at, at.chains, row);
    at.checks.delete(row.seq);
  }
  at.rows = at.rows.filter((row) => row.seq > watermark);
  at.gaps = gapsWithin(at.gaps, watermark, at.next);
  at.acked = watermark;
  at.handed = Math.max(at.handed, watermark);
}

/** Everything that waits, for a new store that numbers it again. */
export const waiting = ({ stream, rows }: MemoryStream): readonly OutboundEvent[] =>
  rows.map(({ seq: _, ...row }) => ({ ...row, ...stream }));

/** Takes the events out that were never handed out and are older than `cutoffMs`. */
export function takeOlder(at: MemoryStream, cutoffMs: number): readonly OutboundEvent[] {
  const loose = at.rows.filter((row) => row.seq > at.handed);
  const fresh = loose.findIndex((row) => row.atMs >= cutoffMs);
  const taken = fresh === -1 ? loose : loose.slice(0, fresh);
  for (const { seq } of taken) remove(at, seq, seq, 'dropped');
  return waiting({ ...at, rows: taken });
}

export const stateOf = ({ stream, next, acked, rows }: MemoryStream): StreamState => ({
  stream,
  next,
  acked,
  pending: rows.length,
  pendingBytes: rows.reduce((sum, row) => sum + Buffer.byteLength(row.body), 0),
  oldestMs: rows[0]?.atMs ?? null,
});

export const dayChecksOf = ({ stream, chains }: MemoryStream): readonly DayCheck[] =>
  [...chains.values()].map((chain) => ({ stream, ...chain }));
