import type { Ledger } from '../../ports/ledger.ts';

/** A ledger whose upkeep can be asked for: tests drive it by hand, the agent by a timer. */
export interface TendedLedger extends Ledger {
  /** Moves late measurements to the backlog, thins, forgets what is old, gives space back. */
  readonly tend: () => Promise<void>;
}
