import { FaultError } from '@holdfast/shared/errors/fault';
import type { StreamId } from '@holdfast/shared/sync/lanes';
import type { Database } from 'better-sqlite3';
import type { DayCheck, OutboxSlice, StreamState } from '../../../ports/ledger.ts';
import type { OutboundEvent } from '../outbound-event.ts';
import { acknowledger } from './acknowledge.ts';
import { appender } from './append.ts';
import type { BulkSpace } from './bulk-space.ts';
import { handOut, type SliceRequest } from './hand-out.ts';
import { lateMover } from './late.ts';
import type { Meta } from './meta.ts';
import { renumbering } from './renumber.ts';
import { checkReader, stateReader } from './stream-reads.ts';
import type { StreamTables } from './stream-tables.ts';

/** Everything that reads or writes bulk.db: no money waits for it, so one thread does both. */
export interface BulkWork {
  readonly commit: (events: readonly OutboundEvent[]) => void;
  readonly acknowledge: (input: { readonly stream: StreamId; readonly watermark: number }) => void;
  readonly slice: (request: SliceRequest & { readonly nowMs: number }) => OutboxSlice;
  /** Numbers everything anew when core.db has become another store ([SYNC-10]). */
  readonly follow: (storeId: string) => void;
  readonly states: () => readonly StreamState[];
  readonly dayChecks: () => readonly DayCheck[];
  /** `diskFull`: core.db lives on its reserve, so what room there is is left to money. */
  readonly tend: (input: { readonly nowMs: number; readonly diskFull: boolean }) => void;
  readonly close: () => void;
}

/** Steps that one upkeep may take before it lets others write. */
const STEPS_A_TEND = 8;

/** The operations on bulk.db; `checkpointCore` is run with each upkeep. */
export function bulkWork(
  db: Database,
  tables: StreamTables,
  meta: Meta,
  space: BulkSpace,
  checkpointCore: () => void,
): BulkWork {
  const append = appender(db, tables);
  const acknowledge = acknowledger(db, tables);
  const out = handOut(db, tables);
  const moveLate = lateMover(db, tables);
  const numbers = renumbering(db, tables);
  const states = stateReader(db);
  const dayChecks = checkReader(db);
  const moveAllLate = (nowMs: number): void => {
    for (let step = 0; step < STEPS_A_TEND && moveLate(nowMs); step += 1);
  };
  /** Other jobs of the group may have left cursors and chains in memory. */
  const flushed = <T>(read: () => T): T => {
    tables.flush();
    return read();
  };
  return {
    commit: (events) => {
      if (space.closed()) throw new FaultError('ledger-full', 'no room for measurements');
      for (const event of events) append(event);
    },
    acknowledge: ({ stream, watermark }) => acknowledge(stream, watermark),
    slice: ({ nowMs, ...request }) => {
      moveAllLate(nowMs);
      return out(request);
    },
    follow: (storeId) => {
      if (meta.get('store_id') === storeId) return;
      const cursors = tables.cursors.all();
      for (const cursor of cursors) numbers.lift(cursor);
      for (const cursor of cursors) numbers.settle(cursor);
      meta.set('store_id', storeId);
      space.restart();
    },
    states: () => flushed(states),
    dayChecks: () => flushed(dayChecks),
    tend: ({ nowMs, diskFull }) => {
      moveAllLate(nowMs);
      space.tend(diskFull, STEPS_A_TEND);
      checkpointCore();
    },
    close: () => undefined,
  };
}
