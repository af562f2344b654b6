import { hash } from 'node:crypto';
import { chainLink } from '@holdfast/shared/sync/chain';
import type { DayChain } from '@holdfast/shared/sync/messages';
import { DAY_MS, dayText, startOfDay } from '@holdfast/shared/time/shanghai';
import type { Insertable } from 'kysely';
import type { Origin, TextEvent } from '../sql/plan.ts';
import type { DayCheckTable } from '../sql/schema.ts';
import type { SqliteDatabase } from './database.ts';
import { insertRow, selectOne } from './statements.ts';

/** Continues the days' chains over fresh events ([SYNC-14]); returns the chain at the last of them. */
export type ContinueChain = (
  origin: Origin,
  events: readonly TextEvent[],
  edge: DayChain | undefined,
) => DayChain | undefined;

export function chainWriter(database: SqliteDatabase): ContinueChain {
  const stored = selectOne(
    database,
    database.db
      .selectFrom('day_check')
      .select(['hub_count', 'hub_hash'])
      .where('site_id', '=', '')
      .where('vendor', '=', '')
      .where('lane', '=', 'money')
      .where('epoch', '=', 0)
      .where('day', '=', ''),
  );
  const save = insertRow(
    database,
    'day_check',
    [
      'site_id',
      'vendor',
      'lane',
      'epoch',
      'day',
      'hub_count',
      'hub_hash',
      'edge_count',
      'edge_hash',
      'equal',
    ],
    { do: 'update', keys: ['site_id', 'vendor', 'lane', 'epoch', 'day'] },
  );

  const chainOf = ({ siteId, vendor, lane, epoch }: Origin, day: string): DayChain => {
    const row = stored(siteId, vendor, lane, epoch, day);
    return { day, count: row?.hub_count ?? 0, hash: row?.hub_hash ?? '' };
  };
  return (origin, events, edge) => {
    const dayOf = dayReader();
    let chain: DayChain | undefined;
    for (const { wire, body = '' } of events) {
      const [seq, atMs, kind, , key] = wire;
      const day = dayOf(atMs);
      if (chain !== undefined && chain.day !== day) {
        save(rowOf(origin, chain, undefined));
        chain = undefined;
      }
      const before: DayChain = chain ?? chainOf(origin, day);
      const link = chainLink(origin.lane, before.hash, { seq, atMs, kind, key, body });
      chain = { day, count: before.count + 1, hash: hash('sha256', link) };
    }
    if (chain !== undefined) save(rowOf(origin, chain, edge));
    return chain;
  };
}

/** First and last instants that have a day with four digits of a year. */
const TIMES = { first: 0, last: Date.UTC(9999, 11, 30) } as const;

/** The day of a time. Events of a day come together, so the text of the last one mostly serves. */
function dayReader(): (atMs: number) => string {
  let from = Number.NaN;
  let day = '';
  return (atMs) => {
    // A time that no calendar has must not hold up its stream.
    const time = Math.min(Math.max(atMs, TIMES.first), TIMES.last);
    if (!(time >= from && time < from + DAY_MS)) {
      from = startOfDay(time);
      day = dayText(time);
    }
    return day;
  };
}

/** Both sides of a day, compared where the edge said where it stands at the same event. */
function rowOf(
  origin: Origin,
  chain: DayChain,
  edge: DayChain | undefined,
): Insertable<DayCheckTable> {
  const comparable = edge?.day === chain.day;
  const equal = edge?.count === chain.count && edge.hash === chain.hash;
  return {
    site_id: origin.siteId,
    vendor: origin.vendor,
    lane: origin.lane,
    epoch: origin.epoch,
    day: chain.day,
    hub_count: chain.count,
    hub_hash: chain.hash,
    edge_count: comparable ? edge.count : null,
    edge_hash: comparable ? edge.hash : null,
    equal: comparable ? Number(equal) : null,
  };
}
