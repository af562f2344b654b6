/** The two files of a ledger: money with its orders, and the bulk of measurements and frames. */
export type LedgerFile = 'core' | 'bulk';

/**
 * One step of the schema. Both files carry the same version. Steps only add (nullable) things, so that
 * the agent of the version before still works with the file: `minReader` says how far back that holds.
 */
export interface Migration {
  readonly no: number;
  readonly what: string;
  /** The oldest schema that an agent may know and still open the file after this step. */
  readonly minReader: number;
  readonly up: Readonly<Record<LedgerFile, string>>;
  readonly down: Readonly<Record<LedgerFile, string>>;
}
