import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { TendedLedger } from './tended-ledger.ts';
import { stream, uploadOf } from './testing/fixtures.ts';
import { ledgerFolder } from './testing/folder.ts';
import { buildBacklog } from './testing/million.ts';

const small = ledgerFolder();
const large = ledgerFolder();
const EVENTS = 1_000_000;
const MB = 1024 * 1024;

/** Bytes that this process has read so far, all its threads included. */
const bytesRead = (): number =>
  Number(/rchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);

/** Bytes that are read to open a ledger, look at its streams, and send and commit for the first time. */
async function workOf(open: () => Promise<TendedLedger>): Promise<number> {
  const before = bytesRead();
  const ledger = await open();
  await ledger.streams();
  await ledger.outbox(stream('money'), 0, { events: 100, bytes: 32_000 });
  await ledger.outbox(stream('backlog'), 0, { events: 100, bytes: 32_000 });
  await ledger.commit(uploadOf(1));
  await ledger.tend();
  await ledger.dayChecks();
  return bytesRead() - before;
}

test('[LEDGER-7] a ledger of a million waiting events is opened and used without looking through them', async () => {
  // The first one fills caches of code, so that the second tells what an empty ledger costs.
  await workOf(small.open);
  const empty = await workOf(() => small.open({ folder: join(small.path(), 'again') }));

  const budgets = { coreBytes: 1024 * MB };
  await buildBacklog(large.path(), EVENTS);
  const sizes = ['core.db', 'bulk.db'].map((name) => statSync(join(large.path(), name)).size);
  expect(Math.min(...sizes)).toBeGreaterThan(200 * MB);
  const full = await workOf(() => large.open({ budgets }));
  // Far below one percent of the files.
  expect(full - empty).toBeLessThan(2 * MB);
}, 60_000);
