import { hash } from 'node:crypto';
import { chainLink } from '@holdfast/shared/sync/chain';
import type { StreamId } from '@holdfast/shared/sync/lanes';
import type { DayChain } from '@holdfast/shared/sync/messages';
import { dayText } from '@holdfast/shared/time/shanghai';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { OutboxSlice } from '../../../ports/ledger.ts';
import type { TendedLedger } from '../tended-ledger.ts';
import { connector, measured, numbersOf } from './fixtures.ts';

/*
 * A hub in ten lines and a line that loses batches and answers, to show what the outbox promises: every
 * number arrives or its reason does, and both sides chain the same events ([SYNC-3], [SYNC-14]).
 */

/** What happens at a site. */
export type Happening =
  | { readonly do: 'state'; readonly connectorNo: number; readonly faulted: boolean }
  | { readonly do: 'measure'; readonly connectorNo: number }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'tend' }
  | { readonly do: 'reconnect' }
  | {
      readonly do: 'send';
      readonly events: number;
      readonly batchLost: boolean;
      readonly ackLost: boolean;
    };

const anyConnector = fc.integer({ min: 1, max: 3 });

export const anyHappening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('state' as const),
      connectorNo: anyConnector,
      faulted: fc.boolean(),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('measure' as const), connectorNo: anyConnector }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.integer({ min: 1_000, max: 45_000 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'tend' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'reconnect' as const }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      events: fc.integer({ min: 1, max: 4 }),
      batchLost: fc.boolean(),
      ackLost: fc.boolean(),
    }),
  },
);

/** One stream at the hub, and how far the edge believes to have sent it. */
interface Received {
  readonly stream: StreamId;
  sent: number;
  watermark: number;
  readonly days: Map<string, DayChain>;
}

const lastOf = (slice: OutboxSlice, after: number): number =>
  Math.max(after, slice.rows.at(-1)?.seq ?? 0, slice.gaps.at(-1)?.to ?? 0);

/** Applies a batch as the hub does: what is known falls away, a hole is never passed over. */
function apply(at: Received, slice: OutboxSlice, after: number): void {
  const last = lastOf(slice, after);
  const told = numbersOf(slice).length;
  expect(told, 'every number of the batch is there, or why it is not').toBe(last - after);
  let chain: DayChain | undefined;
  for (const row of slice.rows) {
    if (row.seq <= at.watermark) continue;
    const day = dayText(row.atMs);
    const before = at.days.get(day);
    const link = chainLink(at.stream.lane, before?.hash ?? '', row);
    chain = { day, count: (before?.count ?? 0) + 1, hash: hash('sha256', link) };
    at.days.set(day, chain);
  }
  if (chain !== undefined) expect(slice.check, 'both sides chain the same events').toEqual(chain);
  at.watermark = Math.max(at.watermark, last);
}

async function send(
  ledger: TendedLedger,
  at: Received,
  line: { readonly events: number; readonly batchLost: boolean; readonly ackLost: boolean },
): Promise<void> {
  const after = at.sent;
  const slice = await ledger.outbox(at.stream, after, { events: line.events, bytes: 1e6 });
  at.sent = lastOf(slice, after);
  if (line.batchLost) return;
  // Go-back-N: a batch after a hole is answered with the watermark.
  if (after > at.watermark) at.sent = at.watermark;
  else apply(at, slice, after);
  if (!line.ackLost) await ledger.acknowledge(at.stream, at.watermark);
}

async function drain(ledger: TendedLedger, at: Received): Promise<void> {
  at.sent = at.watermark;
  for (;;) {
    const before = at.watermark;
    await send(ledger, at, { events: 3, batchLost: false, ackLost: false });
    if (at.watermark === before) return;
  }
}

/** Runs a history over a bad line, then a good one, and holds what arrived to what the ledger says. */
export async function liveThrough(
  ledger: TendedLedger,
  vendor: string,
  clock: { nowMs: number },
  history: readonly Happening[],
): Promise<void> {
  const lanes = ['state', 'telemetry', 'backlog'] as const;
  const hub = lanes.map(
    (lane): Received => ({ stream: { vendor, lane }, sent: 0, watermark: 0, days: new Map() }),
  );
  for (const now of history) {
    if (now.do === 'state') {
      const faults = now.faulted ? ['emergency-stop'] : [];
      const { event, atMs } = connector(now.connectorNo, clock.nowMs, faults);
      await ledger.commit({
        changes: [],
        events: [{ stream: { vendor, lane: 'state' }, event, atMs }],
      });
    }
    if (now.do === 'measure') {
      const { event, atMs } = measured(now.connectorNo, clock.nowMs);
      await ledger.commitBulk([{ stream: { vendor, lane: 'telemetry' }, event, atMs }]);
    }
    if (now.do === 'wait') clock.nowMs += now.ms;
    if (now.do === 'tend') await ledger.tend();
    if (now.do === 'reconnect') for (const at of hub) at.sent = at.watermark;
    if (now.do === 'send') for (const at of hub) await send(ledger, at, now);
  }
  for (const at of hub) await drain(ledger, at);
  const own = (one: { readonly stream: StreamId }): boolean => one.stream.vendor === vendor;
  const states = (await ledger.streams()).filter(own);
  const checks = (await ledger.dayChecks()).filter(own);
  for (const { stream, watermark, days } of hub) {
    const state = states.find((s) => s.stream.lane === stream.lane);
    expect(state?.pending ?? 0).toBe(0);
    expect(state?.pendingBytes ?? 0).toBe(0);
    expect(watermark).toBe((state?.next ?? 1) - 1);
    const chains = checks.filter((check) => check.stream.lane === stream.lane);
    expect(chains.map(({ day, count, hash: of }) => ({ day, count, hash: of }))).toEqual([
      ...days.values(),
    ]);
  }
}
