import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach } from 'vitest';
import type { Store } from '../../ports/store.ts';
import { commandContract } from '../sql/testing/command-contract.ts';
import { deliveryContract } from '../sql/testing/delivery-contract.ts';
import { storeContract } from '../sql/testing/store-contract.ts';
import { openSqliteStore } from './store.ts';

const opened: { readonly folder: string; readonly store: Store }[] = [];

async function make(): Promise<Store> {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-hub-'));
  const store = await openSqliteStore({ file: path.join(folder, 'hub.db'), nowMs: () => 5_000 });
  opened.push({ folder, store });
  return store;
}

async function closeAll(): Promise<void> {
  for (const { folder, store } of opened.splice(0)) {
    await store.close();
    rmSync(folder, { recursive: true });
  }
}

afterEach(closeAll);

storeContract('SQLite', make);
commandContract('SQLite', make);
deliveryContract('SQLite', async (body) => {
  await body(await make());
  await closeAll();
});
