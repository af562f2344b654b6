import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connectorChanged, lifeOf, NOON_MS, SITE } from '../adapters/sql/testing/events.ts';
import { modelStream } from '../adapters/sql/testing/model-edge.ts';
import { OPEN_SESSION } from '../adapters/sql/testing/store-contract.ts';
import { temporaryStore } from '../adapters/sqlite/testing/temporary-store.ts';
import type { Store } from '../ports/store.ts';
import { siteHealth } from './health.ts';

let store: Store;
let remove: () => Promise<void>;
beforeEach(async () => {
  ({ store, remove } = await temporaryStore());
  await store.saveSession(OPEN_SESSION);
});
afterEach(() => remove());

describe('[SYNC-14] the reconciliation of a site', () => {
  test('counts orders, money, what is parked or missing, and the days that agree', async () => {
    const state = modelStream('state');
    state.skip(2, 'coalesced');
    await store.applyBatch(SITE, modelStream('money').batch([...lifeOf(1), ...lifeOf(2)]), NOON_MS);
    await store.applyBatch(SITE, state.batch([connectorChanged()]), NOON_MS);
    const { check, ...silent } = modelStream('control').rawBatch([
      { kind: 'Unheard', key: '', body: {} },
    ]);
    expect(check?.count).toBe(1);
    await store.applyBatch(SITE, silent, NOON_MS);
    expect(await siteHealth(store, SITE)).toEqual({
      siteId: SITE,
      orders: 2,
      totalFen: 11_200n,
      parked: 1,
      gaps: 1,
      daysEqual: 2,
      daysDifferent: 0,
      daysOpen: 1,
    });
  });

  test('of a site that never spoke is empty', async () => {
    expect(await siteHealth(store, 'nobody')).toMatchObject({ orders: 0, totalFen: 0n, gaps: 0 });
  });
});
