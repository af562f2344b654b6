import { systemClock, systemTimers } from '@holdfast/edge-agent/adapters/clock';
import { openLedger } from '@holdfast/edge-agent/adapters/ledger/open';
import { packBatch } from '@holdfast/edge-agent/adapters/mqtt/packing';
import { mqttTransport } from '@holdfast/edge-agent/adapters/mqtt/transport';
import { startSync } from '@holdfast/edge-agent/sync/sync';

/*
 * The measured edge: a ledger with a full outbox and its sync, nothing else. Started with the ledger's
 * folder and the hub's URL, it sends until nothing waits, and tells how long that took.
 */

export interface EdgeDrained {
  readonly ms: number;
  readonly cpuMicros: number;
  readonly pending: number;
}

const LOOK_MS = 50;

const [folder = '', url = ''] = process.argv.slice(2);
const ledger = await openLedger({ folder, siteId: 'S1' });
const { bootNo } = ledger.identity();
const pending = async (): Promise<number> =>
  (await ledger.streams()).reduce((sum, stream) => sum + stream.pending, 0);

const before = process.cpuUsage();
const events = await pending();
const startedMs = performance.now();
const complain = (fields: object, event: string): void => {
  process.stderr.write(`edge: ${event} ${JSON.stringify(fields)}\n`);
};
const sync = startSync({
  vendors: ['ykc'],
  ledger,
  clock: systemClock(bootNo, undefined),
  timers: systemTimers,
  transport: mqttTransport({ url, secret: 'bench' }),
  commands: { handle: async ({ id }) => ({ id, outcome: 'refused', atMs: Date.now() }) },
  log: { debug: () => {}, info: () => {}, warn: complain, error: complain },
  pack: packBatch,
  software: 'bench',
});
while ((await pending()) > 0) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
const ms = performance.now() - startedMs;
const { user, system } = process.cpuUsage(before);
const drained: EdgeDrained = { ms, cpuMicros: user + system, pending: events };
process.send?.(drained);
await sync.stop();
await ledger.close();
process.disconnect();
