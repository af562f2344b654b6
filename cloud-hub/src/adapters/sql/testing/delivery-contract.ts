import type { Batch } from '@holdfast/shared/sync/messages';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Store } from '../../../ports/store.ts';
import { lifeOf, NOON_MS, orderNoOf, SITE, settledOrder, VENDOR } from './events.ts';
import { modelStream } from './model-edge.ts';
import { OPEN_SESSION } from './store-contract.ts';

const ORDERS = 12;

/** Lives of twelve orders, one after the other's start, cut into batches of these sizes. */
function batchesOf(sizes: readonly number[]): readonly Batch[] {
  const lives = Array.from({ length: ORDERS }, (_, n) => lifeOf(n));
  const events = [0, 1, 2].flatMap((step) => lives.flatMap((life) => life[step] ?? []));
  const stream = modelStream('money');
  const batches: Batch[] = [];
  for (let at = 0, i = 0; at < events.length; i += 1) {
    const size = sizes[i % sizes.length] ?? 1;
    batches.push(stream.batch(events.slice(at, at + size)));
    at += size;
  }
  return batches;
}

/** The edge's part: goes back to the watermark until everything is there. */
async function finish(store: Store, batches: readonly Batch[]): Promise<void> {
  for (const batch of batches) {
    const applied = await store.applyBatch(SITE, batch, NOON_MS);
    if (applied.outcome !== 'applied') expect.fail(`batch ${batch.prev}: ${applied.outcome}`);
  }
}

/** However a broker loses, doubles and reorders batches, the store comes to hold the same. */
export function deliveryContract(
  name: string,
  using: (body: (store: Store) => Promise<void>) => Promise<void>,
): void {
  describe(`${name} and a bad line`, () => {
    test('[SYNC-3] lost, doubled and reordered batches have their effect exactly once', async () => {
      const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 });
      const deliveries = fc.array(fc.array(fc.nat(40), { maxLength: 6 }), { maxLength: 8 });
      await fc.assert(
        fc.asyncProperty(sizes, deliveries, async (cut, rounds) => {
          await using(async (store) => {
            await store.saveSession(OPEN_SESSION);
            const batches = batchesOf(cut);
            for (const round of rounds) {
              // What arrives together may share a commit.
              await Promise.all(
                round.map((i) => {
                  const batch = batches[i % batches.length];
                  return batch && store.applyBatch(SITE, batch, NOON_MS);
                }),
              );
            }
            await finish(store, batches);
            await expectAll(store);
          });
        }),
        { numRuns: 25 },
      );
    });
  });
}

async function expectAll(store: Store): Promise<void> {
  expect(await store.orderTotals(SITE)).toEqual({
    orders: ORDERS,
    totalFen: BigInt(ORDERS) * 5_600n,
  });
  for (let n = 0; n < ORDERS; n += 1) {
    const events = await store.orderEvents(orderNoOf(n));
    expect(events.map(({ eventNo }) => eventNo)).toEqual([1, 2, 3]);
    expect((await store.order(orderNoOf(n)))?.order).toEqual(settledOrder(n));
  }
  expect(await store.parked(1)).toEqual([]);
  expect(await store.cursors(SITE, VENDOR)).toMatchObject([{ watermark: 3 * ORDERS }]);
  const days = await store.dayCounts(SITE);
  expect(days.map(({ count, equal }) => [count, equal])).toEqual([[3 * ORDERS, true]]);
}
