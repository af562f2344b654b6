import type { DayChain } from '@holdfast/shared/sync/messages';
import type { Database } from 'better-sqlite3';
import type { OutboxRow } from '../../../ports/ledger.ts';
import { linked } from '../day-chain.ts';
import type { ChainTable } from './chain-table.ts';
import type { Cursor } from './cursors.ts';
import { OUTBOX_COLUMNS } from './slice-reader.ts';

/*
 * In lanes that may lose rows (coalesced, moved, thinned) the hub chains what it receives. Which events
 * these are is only sure when they are handed out, so the chain is walked then, from the watermark on,
 * and becomes the stored one when the watermark passes. Handed-out rows are never removed, so a walk
 * that is repeated comes to the same hashes.
 */

/** Where the chains of the days stand after row `seq`: only the days that changed since the watermark. */
interface Walk {
  readonly seq: number;
  readonly days: ReadonlyMap<string, DayChain>;
  readonly last: DayChain | undefined;
}

/** Ends of slices that are remembered for a stream; more than a window of batches is never in flight. */
const WALKS_KEPT = 16;

export interface LossyChain {
  /** Chain at the last of `rows`, which follow number `after`. */
  readonly over: (
    cursor: Cursor,
    after: number,
    rows: readonly OutboxRow[],
  ) => DayChain | undefined;
  /** Makes the chains at `watermark` the stored ones, before the rows up to it are deleted. */
  readonly settle: (cursor: Cursor, watermark: number) => void;
  readonly forget: () => void;
}

export function lossyChain(db: Database, chains: ChainTable): LossyChain {
  const between = db.prepare<[number, number, number], OutboxRow>(
    `SELECT ${OUTBOX_COLUMNS} FROM outbox WHERE stream = ? AND seq > ? AND seq <= ? ORDER BY seq`,
  );
  const walks = new Map<number, readonly Walk[]>();

  const extended = (cursor: Cursor, from: Walk, rows: Iterable<OutboxRow>, seq: number): Walk => {
    const days = new Map(from.days);
    let last: DayChain | undefined;
    for (const row of rows) {
      last = linked(cursor.stream.lane, row, (day) => days.get(day) ?? chains.get(cursor.no, day));
      days.set(last.day, last);
    }
    return { seq, days, last };
  };
  const walkTo = (cursor: Cursor, seq: number): Walk => {
    const start: Walk = { seq: cursor.acked, days: new Map(), last: undefined };
    const near = (walks.get(cursor.no) ?? []).findLast((walk) => walk.seq <= seq) ?? start;
    if (near.seq === seq) return near;
    return extended(cursor, near, between.iterate(cursor.no, near.seq, seq), seq);
  };

  return {
    over: (cursor, after, rows) => {
      const end = rows.at(-1);
      if (end === undefined) return undefined;
      const walk = extended(cursor, walkTo(cursor, Math.max(after, cursor.acked)), rows, end.seq);
      const others = (walks.get(cursor.no) ?? []).filter(({ seq }) => seq !== walk.seq);
      const kept = [...others, walk].sort((a, b) => a.seq - b.seq).slice(-WALKS_KEPT);
      walks.set(cursor.no, kept);
      return walk.last;
    },
    settle: (cursor, watermark) => {
      for (const chain of walkTo(cursor, watermark).days.values()) chains.set(cursor.no, chain);
      const ahead = (walks.get(cursor.no) ?? []).filter(({ seq }) => seq > watermark);
      walks.set(cursor.no, ahead);
    },
    forget: () => walks.clear(),
  };
}
