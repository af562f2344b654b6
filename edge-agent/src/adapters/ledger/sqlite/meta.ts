import type { Database } from 'better-sqlite3';

/** Names in the `meta` table: what a file knows of itself. */
export type MetaName = 'site_id' | 'store_id' | 'epoch' | 'boot_no' | 'clock' | 'synced';

export interface Meta {
  readonly get: (name: MetaName) => string | undefined;
  readonly set: (name: MetaName, value: string) => void;
}

export function metaOf(db: Database): Meta {
  const select = db.prepare<[string], { readonly value: string }>(
    'SELECT value FROM meta WHERE name = ?',
  );
  const save = db.prepare<[string, string]>(
    `INSERT INTO meta (name, value) VALUES (?, ?)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
  );
  return {
    get: (name) => select.get(name)?.value,
    set: (name, value) => {
      save.run(name, value);
    },
  };
}
