import { setTimeout as passed } from 'node:timers/promises';
import { systemClock, systemTimers } from '@holdfast/edge-agent/adapters/clock';
import { uploadOf } from '@holdfast/edge-agent/adapters/ledger/testing/fixtures';
import { packBatch } from '@holdfast/edge-agent/adapters/mqtt/packing';
import { mqttTransport } from '@holdfast/edge-agent/adapters/mqtt/transport';
import type { Ledger } from '@holdfast/edge-agent/ports/ledger';
import type { LinkPolicy } from '@holdfast/edge-agent/sync/link';
import { type SyncHandle, startSync } from '@holdfast/edge-agent/sync/sync';

/** Short waits, so that a night of cuts takes seconds; brokers that die are no second box. */
const BRISK: Partial<LinkPolicy> = {
  firstDelayMs: 20,
  longestDelayMs: 200,
  helloWaitMs: 300,
  longestHelloWaitMs: 1_000,
  quickMs: 0,
};

const quiet = () => {};

/** Sync of an edge as the agent starts it, over a real connection. */
export const startEdgeSync = (ledger: Ledger, url: string): SyncHandle =>
  startSync({
    vendors: ['ykc'],
    ledger,
    clock: systemClock(1, undefined),
    timers: systemTimers,
    transport: mqttTransport({ url, secret: 'a long secret', connectTimeoutMs: 2_000 }),
    commands: { handle: async ({ id }) => ({ id, outcome: 'done', atMs: 1 }) },
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    pack: packBatch,
    software: 'test',
    link: BRISK,
  });

/** Commits orders one after the other until told to stop; resolves with how many there are. */
export function busySite(ledger: Ledger): () => Promise<number> {
  let isBusy = true;
  let orders = 0;
  const work = (async () => {
    while (isBusy) {
      orders += 1;
      await ledger.commit(uploadOf(orders));
      await passed(2);
    }
  })();
  return async () => {
    isBusy = false;
    await work;
    return orders;
  };
}

/** Waits until the hub has confirmed everything; gives up only by the test's own time limit. */
export async function drained(ledger: Ledger): Promise<void> {
  for (;;) {
    const streams = await ledger.streams();
    if (streams.every(({ pending }) => pending === 0)) return;
    await passed(20);
  }
}
