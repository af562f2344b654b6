import type { LaneName } from '@holdfast/shared/sync/lanes';
import { afterEach, beforeEach } from 'vitest';
import type { OutboxSlice } from '../../../ports/ledger.ts';
import type { TendedLedger } from '../tended-ledger.ts';
import { NOON_MS, stream, WHOLE } from './fixtures.ts';

/** Makes an empty ledger of site S1 that reads the time from `nowMs`. */
export type MakeLedger = (nowMs: () => number) => Promise<TendedLedger>;

/** What each test of the contract finds: a new ledger and a clock to set. */
export interface Bench {
  readonly ledger: TendedLedger;
  nowMs: number;
  readonly slice: (
    lane: LaneName,
    after?: number,
    limit?: { readonly events: number; readonly bytes: number },
  ) => Promise<OutboxSlice>;
}

export function ledgerBenchOf(make: MakeLedger): Bench {
  let ledger: TendedLedger | undefined;
  const of: Bench = {
    get ledger() {
      if (ledger === undefined) throw new TypeError('made before each test');
      return ledger;
    },
    nowMs: NOON_MS,
    slice: (lane, after = 0, limit = WHOLE) => of.ledger.outbox(stream(lane), after, limit),
  };
  beforeEach(async () => {
    of.nowMs = NOON_MS;
    ledger = await make(() => of.nowMs);
  });
  afterEach(() => of.ledger.close());
  return of;
}
