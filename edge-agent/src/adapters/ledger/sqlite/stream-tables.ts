import type { Database } from 'better-sqlite3';
import { type ChainTable, chainTable } from './chain-table.ts';
import { type Cursors, cursorsOf } from './cursors.ts';
import { type GapTable, gapTable } from './gap-table.ts';
import { type LossyChain, lossyChain } from './lossy-chain.ts';

/** Everything that the writer of a file knows of its streams. */
export interface StreamTables {
  readonly cursors: Cursors;
  readonly gaps: GapTable;
  readonly chains: ChainTable;
  readonly lossy: LossyChain;
  /** Writes what the jobs of a group left in memory, inside their transaction. */
  readonly flush: () => void;
  /** After a rollback: the tables are the truth again. */
  readonly forget: () => void;
}

export function streamTables(db: Database): StreamTables {
  const cursors = cursorsOf(db);
  const chains = chainTable(db);
  const lossy = lossyChain(db, chains);
  return {
    cursors,
    gaps: gapTable(db),
    chains,
    lossy,
    flush: () => {
      cursors.flush();
      chains.flush();
    },
    forget: () => {
      cursors.forget();
      chains.forget();
      lossy.forget();
    },
  };
}
