import type { StreamId } from '@holdfast/shared/sync/lanes';
import type { Ledger } from '../../ports/ledger.ts';
import { assertWatermark } from './call-checks.ts';
import { LIVE_MAX_AGE_MS } from './lane-rules.ts';
import {
  acknowledge,
  append,
  dayChecksOf,
  type MemoryStream,
  memoryStream,
  slice,
  stateOf,
  takeOlder,
  waiting,
} from './memory-stream.ts';
import type { OutboundEvent } from './outbound-event.ts';

type OfPort = 'streams' | 'outbox' | 'acknowledge' | 'dayChecks';

export interface MemoryOutbox {
  readonly port: Pick<Ledger, OfPort>;
  readonly append: (event: OutboundEvent) => void;
  /** Moves live measurements that are late to the backlog lane. */
  readonly moveLate: () => void;
  /** A new store: `again` first, then all that waits, numbered from 1. */
  readonly renumber: (
    again: (waiting: readonly OutboundEvent[]) => readonly OutboundEvent[],
  ) => void;
}

/** The streams of a store, made when they are first used. */
export function memoryOutbox(nowMs: (() => number) | undefined): MemoryOutbox {
  let streams = new Map<string, MemoryStream>();
  let newestMs = 0;
  const of = ({ vendor, lane }: StreamId): MemoryStream => {
    const name = `${lane} ${vendor}`;
    const known = streams.get(name) ?? memoryStream({ vendor, lane });
    streams.set(name, known);
    return known;
  };
  const all = (): readonly MemoryStream[] => [...streams.values()];
  const add = (event: OutboundEvent): void => {
    newestMs = Math.max(newestMs, event.atMs);
    append(of(event), event);
  };
  const moveLate = (): void => {
    for (const live of all()) {
      if (live.stream.lane !== 'telemetry') continue;
      const late = takeOlder(live, (nowMs?.() ?? newestMs) - LIVE_MAX_AGE_MS);
      for (const event of late) add({ ...event, lane: 'backlog' });
    }
  };
  return {
    append: add,
    moveLate,
    renumber: (again) => {
      const old = all().flatMap(waiting);
      streams = new Map();
      for (const event of [...again(old), ...old]) add(event);
    },
    port: {
      streams: async () => all().map(stateOf),
      outbox: async (stream, after, limit) => {
        moveLate();
        return slice(of(stream), after, limit);
      },
      acknowledge: async (stream, watermark) => {
        assertWatermark(watermark, of(stream).next);
        acknowledge(of(stream), watermark);
      },
      dayChecks: async () => all().flatMap(dayChecksOf),
    },
  };
}
