import type { DayChain } from '@holdfast/shared/sync/messages';
import type { Database } from 'better-sqlite3';

/** Days whose chain is kept after they passed ([SYNC-14]). */
const DAYS_KEPT = 60;

interface Entry {
  readonly stream: number;
  readonly chain: DayChain;
  written: boolean;
  begun: boolean;
}

export interface ChainTable {
  /** Where the chain of a day stands; `undefined` before its first event. */
  readonly get: (stream: number, day: string) => DayChain | undefined;
  readonly set: (stream: number, chain: DayChain) => void;
  readonly clear: (stream: number) => void;
  /** Writes what changed, inside the running transaction. */
  readonly flush: () => void;
  readonly forget: () => void;
}

export function chainTable(db: Database): ChainTable {
  const select = db.prepare<[number, string], DayChain>(
    'SELECT day, count, hash FROM day_chain WHERE stream = ? AND day = ?',
  );
  const save = db.prepare<[number, string, number, string]>(
    `INSERT INTO day_chain (stream, day, count, hash) VALUES (?, ?, ?, ?)
     ON CONFLICT (stream, day) DO UPDATE SET count = excluded.count, hash = excluded.hash`,
  );
  const old = db.prepare<[number, number, number]>(
    `DELETE FROM day_chain WHERE stream = ? AND day NOT IN
       (SELECT day FROM day_chain WHERE stream = ? ORDER BY day DESC LIMIT ?)`,
  );
  const removeAll = db.prepare<[number]>('DELETE FROM day_chain WHERE stream = ?');
  /** Chains that this writer has touched; `begun`: the day is new, so an old one may go. */
  const known = new Map<string, Entry>();

  return {
    get: (stream, day) => {
      const name = `${stream} ${day}`;
      const cached = known.get(name);
      if (cached !== undefined) return cached.chain;
      const chain = select.get(stream, day);
      if (chain !== undefined) known.set(name, { stream, chain, written: true, begun: false });
      return chain;
    },
    set: (stream, chain) => {
      const name = `${stream} ${chain.day}`;
      const begun = known.get(name)?.begun ?? true;
      known.set(name, { stream, chain, written: false, begun });
    },
    clear: (stream) => {
      removeAll.run(stream);
      for (const [name, entry] of known) if (entry.stream === stream) known.delete(name);
    },
    flush: () => {
      for (const entry of known.values()) {
        if (entry.written) continue;
        const { day, count, hash } = entry.chain;
        save.run(entry.stream, day, count, hash);
        if (entry.begun) old.run(entry.stream, entry.stream, DAYS_KEPT);
        entry.written = true;
        entry.begun = false;
      }
      // A day that has passed hardly comes back; the table has it if it does.
      if (known.size > DAYS_KEPT) known.clear();
    },
    forget: () => known.clear(),
  };
}
