import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Store } from '../../../ports/store.ts';
import { openSqliteStore } from '../store.ts';

/** An empty store in a folder of its own, for tests; `remove` closes it and takes the folder away. */
export async function temporaryStore(nowMs?: () => number): Promise<{
  readonly store: Store;
  readonly file: string;
  readonly remove: () => Promise<void>;
}> {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-hub-'));
  const file = path.join(folder, 'hub.db');
  const store = await openSqliteStore(nowMs === undefined ? { file } : { file, nowMs });
  return {
    store,
    file,
    remove: async () => {
      await store.close();
      rmSync(folder, { recursive: true });
    },
  };
}
