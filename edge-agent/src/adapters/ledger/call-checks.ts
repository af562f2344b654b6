import { FaultError } from '@holdfast/shared/errors/fault';
import type { LaneName, StreamId } from '@holdfast/shared/sync/lanes';
import type { OutgoingEvent } from '../../ports/ledger.ts';

/** An event in the wrong file would lose its durability, or slow money down. */
export function assertLanes(
  events: readonly OutgoingEvent[],
  belongs: (lane: LaneName) => boolean,
): void {
  const wrong = events.find(({ stream }) => !belongs(stream.lane));
  if (wrong === undefined) return;
  throw new FaultError('internal', `lane ${wrong.stream.lane} lives in the ledger's other file`);
}

/** A hub that is ahead of us has met another history of this store ([SYNC-10]). */
export function assertWatermark(watermark: number, next: number): void {
  if (watermark < next) return;
  throw new FaultError('internal', `watermark ${watermark}, but the next number is ${next}`);
}

/** Names each stream once. */
export function streamsOf(events: readonly OutgoingEvent[]): readonly StreamId[] {
  const named = new Map(events.map(({ stream }) => [`${stream.lane} ${stream.vendor}`, stream]));
  return [...named.values()];
}
