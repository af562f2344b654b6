import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import type { ChargeRef } from '@holdfast/shared/pile/pile-charge';
import type { DayChain } from '@holdfast/shared/sync/messages';
import type { Database } from 'better-sqlite3';
import type { SecurityEventQuery } from '../../../ports/credentials.ts';
import type {
  DayCheck,
  KeptRecord,
  OrderFilter,
  OutboxSlice,
  StreamState,
} from '../../../ports/ledger.ts';
import { gapOf } from '../gaps.ts';
import { CURSOR_COLUMNS, type CursorRow } from './cursors.ts';
import { openForReading } from './file.ts';
import { gapReader } from './gap-table.ts';
import { EMPTY_SLICE, type SliceRequest } from './hand-out.ts';
import { metaOf } from './meta.ts';
import { orderLister } from './order-lister.ts';
import { type NoteRow, ownReader } from './own-reader.ts';
import { type SecurityEventRow, securityReader } from './security-reader.ts';
import { NO_STATUS, type Room, runSingly, serve } from './serve.ts';
import { rangeReader } from './slice-reader.ts';
import { checkReader, stateReader } from './stream-reads.ts';

/** Reads of core.db beside its writer. Orders and commands come as the JSON text that is stored. */
export interface CoreReads {
  readonly order: (orderNo: string) => string | undefined;
  readonly orderOfCharge: (asked: {
    readonly pileNo: string;
    readonly ref: ChargeRef;
  }) => string | undefined;
  readonly openOrders: () => readonly string[];
  readonly notes: () => readonly NoteRow[];
  readonly cards: () => readonly string[];
  readonly cardGroups: () => readonly string[];
  readonly reservations: () => readonly string[];
  readonly orders: (filter: OrderFilter) => readonly string[];
  readonly records: (tradeNo: string) => readonly KeptRecord[];
  readonly piles: () => readonly string[];
  readonly command: (id: string) => string | undefined;
  readonly unfinishedCommands: () => readonly string[];
  readonly counter: (name: string) => number;
  readonly states: () => readonly StreamState[];
  readonly slice: (request: SliceRequest) => OutboxSlice;
  readonly dayChecks: () => readonly DayCheck[];
  readonly credentials: () => readonly string[];
  readonly certificates: () => readonly string[];
  readonly securityEvents: (query: SecurityEventQuery) => readonly SecurityEventRow[];
  readonly clock: () => string | undefined;
  readonly close: () => void;
}

interface Text {
  readonly body: string;
}

/** A slice of a lossless lane: its rows carry their chain, and nothing has to be marked. */
function losslessSlice(db: Database): CoreReads['slice'] {
  const cursor = db.prepare<[string, string], CursorRow>(
    `SELECT ${CURSOR_COLUMNS} FROM stream WHERE vendor = ? AND lane = ?`,
  );
  const check = db.prepare<[number, number], Omit<DayChain, 'day'> & { readonly day: string }>(
    `SELECT strftime('%Y-%m-%d', at_ms / 1000 + 28800, 'unixepoch') AS day, day_count AS count, hash
     FROM outbox WHERE stream = ? AND seq = ?`,
  );
  const range = rangeReader(db);
  const gaps = gapReader(db);
  return db.transaction(({ stream, after, limit }: SliceRequest) => {
    const at = cursor.get(stream.vendor, stream.lane);
    if (at === undefined) return EMPTY_SLICE;
    const { rows, covered } = range(at.no, after, at.next - 1, limit);
    const last = rows.at(-1);
    const lost = after < at.acked ? [gapOf(after + 1, at.acked, 'store-lost')] : [];
    return {
      rows,
      gaps: [...lost, ...gaps(at.no, Math.max(after, at.acked), covered)],
      check: last === undefined ? undefined : check.get(at.no, last.seq),
    };
  });
}

function readsOf(db: Database): CoreReads {
  const order = db.prepare<[string], Text>('SELECT body FROM orders WHERE order_no = ?');
  const open = db.prepare<[], Text>(
    `SELECT body FROM orders WHERE state NOT IN ('settled', 'failed', 'orphan')
     ORDER BY opened_at_ms, order_no`,
  );
  const records = db.prepare<[string], KeptRecord>(
    `SELECT trade_no AS tradeNo, pile_no AS pileNo, frame_type AS frameType, raw_hex AS rawHex,
       received_at_ms AS receivedAtMs FROM record WHERE trade_no = ? ORDER BY id`,
  );
  const piles = db.prepare<[], Text>('SELECT body FROM pile ORDER BY pile_no');
  const command = db.prepare<[string], Text>('SELECT body FROM command WHERE id = ?');
  const unfinished = db.prepare<[], Text>(
    `SELECT body FROM command WHERE state IN ('received', 'executing') ORDER BY id`,
  );
  const counter = db.prepare<[string], { readonly value: number }>(
    'SELECT value FROM counter WHERE name = ?',
  );
  const meta = metaOf(db);
  const bodies = (rows: readonly Text[]): readonly string[] => rows.map(({ body }) => body);
  return {
    order: (orderNo) => order.get(orderNo)?.body,
    openOrders: () => bodies(open.all()),
    orders: orderLister(db),
    records: (tradeNo) => records.all(tradeNo),
    piles: () => bodies(piles.all()),
    command: (id) => command.get(id)?.body,
    unfinishedCommands: () => bodies(unfinished.all()),
    counter: (name) => counter.get(name)?.value ?? 0,
    states: stateReader(db),
    slice: losslessSlice(db),
    dayChecks: checkReader(db),
    ...securityReader(db),
    ...ownReader(db),
    clock: () => meta.get('clock'),
    close: () => undefined,
  };
}

function openReader({ folder }: { readonly folder: string }): Room<CoreReads> {
  const db = openForReading(join(folder, 'core.db'));
  return {
    ready: undefined,
    ops: readsOf(db),
    runGroup: runSingly,
    status: NO_STATUS,
    close: () => db.close(),
  };
}

serve(() => openReader(workerData as { readonly folder: string }));
