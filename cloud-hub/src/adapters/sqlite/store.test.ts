import { afterEach } from 'vitest';
import type { Store } from '../../ports/store.ts';
import { commandContract } from '../sql/testing/command-contract.ts';
import { deliveryContract } from '../sql/testing/delivery-contract.ts';
import { storeContract } from '../sql/testing/store-contract.ts';
import { temporaryStore } from './testing/temporary-store.ts';

const opened: (() => Promise<void>)[] = [];

async function make(): Promise<Store> {
  const { store, remove } = await temporaryStore(() => 5_000);
  opened.push(remove);
  return store;
}

async function removeAll(): Promise<void> {
  for (const remove of opened.splice(0)) await remove();
}

afterEach(removeAll);

storeContract('SQLite', make);
commandContract('SQLite', make);
deliveryContract('SQLite', async (body) => {
  await body(await make());
  await removeAll();
});
