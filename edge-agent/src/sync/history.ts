import type { LaneName } from '@holdfast/shared/sync/lanes';
import type { DayChain, Welcome } from '@holdfast/shared/sync/messages';
import type { Ledger } from '../ports/ledger.ts';

/*
 * Two boxes from one disk, or one that was set back and went on, may have numbers that fit the hub's
 * while they mean other events. The chains tell ([SYNC-10]).
 */

/** Lanes of which nothing may be mistaken; the ledger keeps their chain with every number. */
const JUDGED: readonly LaneName[] = ['money', 'control'];
/** How far back the last event before a watermark is looked for; there are no gaps in these lanes. */
const LOOK_BACK = 8;

/** This store's chain at the last event up to `watermark`; `undefined`: it is not in the outbox. */
export async function ownChainAt(
  ledger: Pick<Ledger, 'outbox'>,
  stream: { readonly vendor: string; readonly lane: LaneName },
  watermark: number,
): Promise<DayChain | undefined> {
  const after = Math.max(0, watermark - LOOK_BACK);
  const tail = await ledger.outbox(stream, after, { events: LOOK_BACK, bytes: 1_000_000 });
  const last = tail.rows.findLast(({ seq }) => seq <= watermark);
  if (last === undefined) return undefined;
  const { rows, check } = await ledger.outbox(stream, last.seq - 1, { events: 1, bytes: 1 });
  return rows[0]?.seq === last.seq ? check : undefined;
}

/**
 * A lane where the hub has taken other events under numbers that this store is about to delete. Only
 * numbers above `ackedOf` can be: those below left with an answer of the hub. Rejects when the ledger
 * cannot be read.
 */
export async function laneOfOtherHistory(
  ledger: Pick<Ledger, 'outbox'>,
  vendor: string,
  { streams }: Welcome,
  ackedOf: (lane: LaneName) => number,
): Promise<LaneName | undefined> {
  for (const { lane, watermark, check } of streams) {
    if (!JUDGED.includes(lane) || check === undefined || watermark <= ackedOf(lane)) continue;
    const own = await ownChainAt(ledger, { vendor, lane }, watermark);
    if (own?.day !== check.day) continue;
    if (own.count !== check.count || own.hash !== check.hash) return lane;
  }
  return undefined;
}
