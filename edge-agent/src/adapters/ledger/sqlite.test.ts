import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { ledgerContract } from './ledger-contract.ts';
import { openLedger } from './open.ts';

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

process.env['NODE_COMPILE_CACHE'] ??= join(tmpdir(), 'holdfast-compile-cache');

ledgerContract('the SQLite ledger', async (nowMs) => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-ledger-'));
  folders.push(folder);
  return openLedger({
    folder,
    siteId: 'S1',
    nowMs,
    tendEveryMs: 0,
    budgets: { coreBytes: 64 << 20, reserveBytes: 1 << 20 },
  });
});
