import { decodeEvent } from '@holdfast/shared/sync/encode';
import type { Ack, Batch, WireEvent } from '@holdfast/shared/sync/messages';
import type { Applied } from '../ports/store.ts';
import { changesOf } from './changes.ts';
import { answer, type IngestContext, lineKey, type SiteLine } from './context.ts';
import type { Presences } from './presences.ts';

/** Applies a batch and answers it after the commit; a fault of the database is no answer ([SYNC-13]). */
export async function takeBatch(
  context: IngestContext,
  presences: Presences,
  line: SiteLine,
  batch: Batch,
): Promise<void> {
  const { store, clock, log, counts, onChange } = context;
  let applied: Applied;
  try {
    applied = await store.applyBatch(line.siteId, batch, clock.nowMs());
  } catch (error) {
    counts.failed += 1;
    log.error({ ...line, lane: batch.lane, error: String(error) }, 'batch-not-written');
    return;
  }
  count(context, line, batch, applied);
  if (applied.outcome === 'applied') {
    presences.heard(line, batch);
    const fresh = applied.fresh === 0 ? [] : batch.ev.slice(-applied.fresh);
    if (batch.lane === 'telemetry') await keepNewest(context, line, fresh);
    onChange(changesOf(line.siteId, fresh));
  }
  await answer(context, line, ackOf(context, line, batch, applied));
}

function count({ counts, log }: IngestContext, line: SiteLine, batch: Batch, applied: Applied) {
  counts.batches += 1;
  if (applied.outcome === 'fenced') {
    counts.fenced += 1;
    log.warn({ ...line, epoch: batch.epoch, sessionNo: batch.sessionNo }, 'batch-fenced');
    return;
  }
  if (applied.outcome === 'gap') {
    counts.gaps += 1;
    return;
  }
  counts.events += applied.fresh;
  counts.parked += applied.parked;
  if (applied.parked > 0) {
    log.error({ ...line, lane: batch.lane, parked: applied.parked }, 'events-parked');
  }
  const { check } = applied;
  if (check === undefined || batch.check?.day !== check.day) return;
  if (batch.check.count !== check.count || batch.check.hash !== check.hash) {
    log.error({ ...line, lane: batch.lane, hub: check, edge: batch.check }, 'chain-differs');
  }
}

function ackOf(
  { admission, waiting, clock }: IngestContext,
  line: SiteLine,
  { vendor, lane, epoch, sessionNo }: Batch,
  applied: Applied,
): Ack {
  const nowMs = clock.nowMs();
  const head = { type: 'ack', vendor, lane, epoch, sessionNo, hubMs: nowMs } as const;
  if (applied.outcome === 'fenced') return { ...head, watermark: 0, credit: 0, fenced: true };
  const credit = admission.creditOf(lineKey(line), lane, waiting(), nowMs);
  const { watermark } = applied;
  if (applied.outcome === 'gap') return { ...head, ...credit, watermark, gap: true };
  const { check } = applied;
  return { ...head, ...credit, watermark, ...(check === undefined ? {} : { check }) };
}

/** The newest report of each connector becomes what is true now. */
async function keepNewest(
  { live, log }: IngestContext,
  { siteId }: SiteLine,
  fresh: readonly WireEvent[],
): Promise<void> {
  const newest = new Map<string, WireEvent>();
  for (const event of fresh) newest.set(event[4], event);
  try {
    for (const [, atMs, kind, kindVersion, key, body] of newest.values()) {
      const read = decodeEvent(kind, kindVersion, key, body);
      if (!read.ok || read.value.kind !== 'Measured') continue;
      const { pileNo, measurement } = read.value;
      await live.setMeasurement({ siteId, pileNo, measurement, atMs });
    }
  } catch (error) {
    // Live state may be lost without harm; the measurements themselves are stored.
    log.warn({ siteId, error: String(error) }, 'live-state-not-kept');
  }
}
