import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { LedgerOptions } from '../open.ts';
import { openLedger } from '../open.ts';
import type { TendedLedger } from '../tended-ledger.ts';
import { NOON_MS } from './fixtures.ts';

// Each ledger starts three threads; without this each of them strips the types of every file anew.
process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'holdfast-compile-cache');

const MB = 1024 * 1024;

/** A folder of its own for each test, and ledgers in it that are closed when the test is over. */
export function ledgerFolder() {
  let folder: string | undefined;
  const opened: TendedLedger[] = [];
  const path = (): string => {
    folder ??= mkdtempSync(join(tmpdir(), 'holdfast-ledger-'));
    return folder;
  };
  afterEach(async () => {
    for (const ledger of opened.splice(0)) await ledger.close();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    folder = undefined;
  });
  return {
    path,
    open: async (options: Partial<LedgerOptions> = {}): Promise<TendedLedger> => {
      const ledger = await openLedger({
        folder: path(),
        siteId: 'S1',
        nowMs: () => NOON_MS,
        tendEveryMs: 0,
        budgets: { coreBytes: 64 * MB, reserveBytes: MB },
        ...options,
      });
      opened.push(ledger);
      return ledger;
    },
  };
}
