import { startAedesBroker } from '@holdfast/cloud-hub/adapters/aedes/broker';
import { memoryLiveState } from '@holdfast/cloud-hub/adapters/memory/live-state';
import { openSqliteStore } from '@holdfast/cloud-hub/adapters/sqlite/store';
import { startDatamanage } from '@holdfast/cloud-hub/ingest/datamanage';

/*
 * The measured hub: broker, datamanage and store, as `main.ts` wires them, without pages. Started with
 * the store's file, it tells its port, and its use of the processor when asked.
 */

export interface HubUsage {
  readonly cpuMicros: number;
  readonly rssBytes: number;
  readonly events: number;
  readonly parked: number;
}

const quiet = { info: () => {}, warn: complain, error: complain };
function complain(fields: object, event: string): void {
  process.stderr.write(`hub: ${event} ${JSON.stringify(fields)}\n`);
}

const [file = ''] = process.argv.slice(2);
const store = await openSqliteStore({ file });
await store.saveSite({ siteId: 'S1', name: 'S1', vendors: ['ykc'], secretHash: '' });
const broker = await startAedesBroker({ port: 0, auth: async () => 'yes', log: quiet });
const datamanage = startDatamanage({
  broker,
  store,
  live: memoryLiveState(),
  clock: { nowMs: Date.now },
  log: quiet,
  onChange: () => {},
  onAnswer: async () => {},
});

process.on('message', async (asked) => {
  if (asked === 'stop') {
    await datamanage.close();
    await broker.close();
    await store.close();
    process.exit(0);
  }
  const { user, system } = process.cpuUsage();
  const { events, parked } = datamanage.counts();
  const usage: HubUsage = {
    cpuMicros: user + system,
    rssBytes: process.memoryUsage.rss(),
    events,
    parked,
  };
  process.send?.(usage);
});
process.send?.({ port: broker.port });
