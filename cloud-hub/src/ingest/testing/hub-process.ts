import { startAedesBroker } from '../../adapters/aedes/broker.ts';
import { memoryLiveState } from '../../adapters/memory/live-state.ts';
import { openSqliteStore } from '../../adapters/sqlite/store.ts';
import { recordingLog } from '../../adapters/testing/silent-log.ts';
import { startDatamanage } from '../datamanage.ts';

/*
 * A hub of its own process for tests that kill it: broker, datamanage and store, nothing else. Asked
 * with the store's file and a port (0: any), it prints the port when it listens. It lets everybody in.
 */
const [file = '', port = '0'] = process.argv.slice(2);
const log = recordingLog();
const store = await openSqliteStore({ file });
const broker = await startAedesBroker({ port: Number(port), auth: async () => 'yes', log });
startDatamanage({
  broker,
  store,
  live: memoryLiveState(),
  clock: { nowMs: Date.now },
  log,
  onChange: () => {},
  onAnswer: async () => {},
});
process.stdout.write(`${broker.port}\n`);
