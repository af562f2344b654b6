import { judgeBatch } from '@holdfast/shared/sync/hub-rules';
import type { Batch, GapRecord } from '@holdfast/shared/sync/messages';
import type { Applied } from '../../ports/store.ts';
import { type Origin, parkedRow, planOf, type TextEvent, textEvent } from '../sql/plan.ts';
import { chainWriter } from './chain.ts';
import { cursorTable } from './cursors.ts';
import type { SqliteDatabase } from './database.ts';
import { isOwnFault } from './faults.ts';
import { parkedInsert } from './parked.ts';
import { insertRow } from './statements.ts';
import { planWriter } from './writes.ts';

/** Applies events inside the running transaction; returns how many were parked ([SYNC-13]). */
export type ApplyEvents = (origin: Origin, events: readonly TextEvent[]) => number;

export function eventApplier(database: SqliteDatabase): ApplyEvents {
  const { raw } = database;
  const writePlan = planWriter(database);
  const park = parkedInsert(database);
  /** All of it or nothing: inside a transaction this is a savepoint. */
  const write = raw.transaction((origin: Origin, events: readonly TextEvent[]): number => {
    const parked = writePlan(origin, planOf(origin, events));
    for (const row of parked) park(row);
    return parked.length;
  });
  const attempt = (origin: Origin, events: readonly TextEvent[]): number | { error: unknown } => {
    try {
      return write(origin, events);
    } catch (error) {
      if (!isOwnFault(error)) throw error;
      return { error };
    }
  };
  return (origin, events) => {
    const all = attempt(origin, events);
    if (typeof all === 'number') return all;
    // One of them is at fault: each by itself, and the one that cannot be written is parked.
    let count = 0;
    for (const event of events) {
      const one = attempt(origin, [event]);
      if (typeof one === 'number') {
        count += one;
        continue;
      }
      park(parkedRow(origin, event, String(one.error)));
      count += 1;
    }
    return count;
  };
}

/** Applies one batch inside the running transaction ([SYNC-3], [SYNC-4]). */
export type ApplyBatch = (siteId: string, batch: Batch, receivedAtMs: number) => Applied;

export function batchApplier(database: SqliteDatabase): ApplyBatch {
  const cursors = cursorTable(database);
  const apply = eventApplier(database);
  const continueChain = chainWriter(database);
  const gapRow = insertRow(
    database,
    'gap',
    ['site_id', 'vendor', 'lane', 'epoch', 'from_seq', 'to_seq', 'reason', 'event_count', 'at_ms'],
    { do: 'ignore' },
  );
  const recordGap = (origin: Origin, gap: GapRecord): boolean =>
    gapRow({
      site_id: origin.siteId,
      vendor: origin.vendor,
      lane: origin.lane,
      epoch: origin.epoch,
      from_seq: gap.from,
      to_seq: gap.to,
      reason: gap.reason,
      event_count: gap.count,
      at_ms: origin.receivedAtMs,
    });

  return (siteId, batch, receivedAtMs) => {
    const { vendor, lane, epoch } = batch;
    const origin: Origin = { siteId, vendor, lane, epoch, receivedAtMs };
    const cursor = cursors.read(origin);
    const judged = judgeBatch(cursor, cursors.session(siteId, vendor), batch);
    if (judged === 'fenced') return { outcome: 'fenced' };
    if (judged === 'gap') return { outcome: 'gap', watermark: cursor.watermark };
    const { watermark, gaps } = judged;
    const fresh = judged.fresh.map((wire) => textEvent(lane, wire));
    const parked = apply(origin, fresh);
    for (const gap of gaps) recordGap(origin, gap);
    const check = continueChain(origin, fresh, batch.check);
    cursors.save(origin, {
      watermark,
      parked: cursor.parked + parked,
      gapCount: cursor.gapCount + gaps.length,
    });
    const applied = { outcome: 'applied', watermark, fresh: fresh.length, parked } as const;
    return check === undefined ? applied : { ...applied, check };
  };
}
