import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { liveFeed } from '@holdfast/shared/api/live-feed';
import { type AedesBroker, startAedesBroker } from './adapters/aedes/broker.ts';
import { memoryLiveState } from './adapters/memory/live-state.ts';
import { openMqttBroker } from './adapters/mqtt/broker.ts';
import { openSqliteStore } from './adapters/sqlite/store.ts';
import { type RunningApi, startApi } from './api/server.ts';
import { logins, makeFirstUser } from './auth/logins.ts';
import { hashPassword, passwordFits } from './auth/passwords.ts';
import { commandDesk } from './commands/command-desk.ts';
import type { HubConfig } from './config.ts';
import { startDatamanage } from './ingest/datamanage.ts';
import { siteAuth } from './ingest/site-auth.ts';
import { feedKeeper } from './live/feed-keeper.ts';
import type { Broker } from './ports/broker.ts';
import type { OnChange } from './ports/changes.ts';
import type { Clock } from './ports/clock.ts';
import type { Log } from './ports/log.ts';
import type { Store } from './ports/store.ts';

const PAGE_FOLDER = fileURLToPath(new URL('../dist/web', import.meta.url));

export interface RunningHub {
  readonly url: string;
  /** Port of the embedded broker; `null` when the broker is a process of its own. */
  readonly mqttPort: number | null;
  /** Only in the hub's very first life. */
  readonly firstLogin: { readonly user: string; readonly password: string } | undefined;
  readonly store: Store;
  readonly close: () => Promise<void>;
}

/** Secret that signs the logins: made once, so that a restart logs nobody out. */
function tokenSecret(folder: string): string {
  const file = path.join(folder, 'token-secret');
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}

/** Takes the sites of the configuration over; a secret that has not changed is not hashed again. */
async function adoptSites(store: Store, { sites }: HubConfig): Promise<void> {
  for (const { siteId, name, vendors, secret } of sites) {
    const known = await store.site(siteId);
    const fits = known !== undefined && (await passwordFits(secret, known.secretHash));
    const secretHash = fits ? known.secretHash : await hashPassword(secret);
    await store.saveSite({ siteId, name, vendors, secretHash });
  }
}

interface OpenBroker {
  readonly broker: Broker;
  readonly port: number | null;
}

async function openBroker(
  config: HubConfig,
  store: Store,
  clock: Clock,
  log: Log,
): Promise<OpenBroker> {
  if (config.broker.kind === 'mqtt') {
    return { broker: openMqttBroker({ connections: config.broker.vendors, log }), port: null };
  }
  const { host, port } = config.broker;
  const auth = siteAuth((siteId) => store.site(siteId), clock);
  const broker: AedesBroker = await startAedesBroker({ host, port, auth, log });
  return { broker, port: broker.port };
}

/** Everything of the hub in one process: store, broker, ingest, commands, API, dashboard. */
export async function startHub(config: HubConfig, log: Log): Promise<RunningHub> {
  mkdirSync(config.dataFolder, { recursive: true });
  const clock: Clock = { nowMs: () => Date.now() };
  const store = await openSqliteStore({ file: path.join(config.dataFolder, 'hub.db') });
  await adoptSites(store, config);
  const firstLogin = await makeFirstUser(store);
  const live = memoryLiveState();
  const feed = liveFeed(randomBytes(8).toString('hex'));
  const keeper = await feedKeeper({ store, live, feed, clock, log });
  const onChange: OnChange = keeper.onChange;
  const { broker, port } = await openBroker(config, store, clock, log);
  const commands = commandDesk({ store, live, broker, clock, log, onChange });
  const onAnswer = commands.answered;
  const ingest = startDatamanage({ broker, store, live, clock, log, onChange, onAnswer });
  const api: RunningApi = await startApi(
    {
      store,
      live,
      feed,
      clock,
      log,
      logins: logins(store, clock),
      issueCommand: commands.issueCommand,
      ingestCounts: () => ({ ...ingest.counts() }),
      async acceptStore({ siteId, vendors }, storeId) {
        const lines = vendors.map((vendor) => ingest.acceptStore({ siteId, vendor }, storeId));
        return (await Promise.all(lines)).some((accepted) => accepted);
      },
    },
    {
      ...config.http,
      tokenSecret: tokenSecret(config.dataFolder),
      loginHours: config.loginHours,
      pageFolder: PAGE_FOLDER,
    },
  );
  return {
    url: api.url,
    mqttPort: port,
    firstLogin,
    store,
    async close() {
      await api.close();
      keeper.close();
      commands.close();
      await broker.close();
      await ingest.close();
      await store.close();
    },
  };
}
