import { commandMessageOf } from '@holdfast/shared/sync/check-message';
import { TOPICS } from '@holdfast/shared/sync/messages';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type AedesBroker, startAedesBroker } from '../adapters/aedes/broker.ts';
import { memoryLiveState } from '../adapters/memory/live-state.ts';
import {
  lifeOf,
  orderNoOf,
  PILE,
  pileChanged,
  SITE,
  VENDOR,
} from '../adapters/sql/testing/events.ts';
import { modelStream } from '../adapters/sql/testing/model-edge.ts';
import { temporaryStore } from '../adapters/sqlite/testing/temporary-store.ts';
import { recordingLog } from '../adapters/testing/silent-log.ts';
import { hashPassword } from '../auth/passwords.ts';
import { type CommandDesk, commandDesk } from '../commands/command-desk.ts';
import type { LiveState } from '../ports/live-state.ts';
import type { Store } from '../ports/store.ts';
import { type Datamanage, startDatamanage } from './datamanage.ts';
import { siteAuth } from './site-auth.ts';
import { jsonBytes } from './testing/fake-broker.ts';
import { helloOf } from './testing/hellos.ts';
import { type ModelClient, modelClient } from './testing/model-client.ts';

const LINE = { vendor: VENDOR, siteId: SITE };
const clock = { nowMs: () => Date.now() };
const SECRET_HASH = await hashPassword('any');

let store: Store;
let remove: () => Promise<void>;
let live: LiveState;
let broker: AedesBroker;
let datamanage: Datamanage;
let desk: CommandDesk;
let clients: ModelClient[] = [];

beforeEach(async () => {
  ({ store, remove } = await temporaryStore());
  await store.saveSite({ siteId: SITE, name: SITE, vendors: [VENDOR], secretHash: SECRET_HASH });
  const log = recordingLog();
  live = memoryLiveState();
  const auth = siteAuth((siteId) => store.site(siteId), clock);
  broker = await startAedesBroker({ port: 0, auth, log });
  const onChange = () => {};
  desk = commandDesk({ store, live, broker, clock, log, onChange });
  datamanage = startDatamanage({
    broker,
    store,
    live,
    clock,
    log,
    onChange,
    onAnswer: desk.answered,
  });
});
afterEach(async () => {
  await Promise.all(clients.map(({ client }) => client.end()));
  clients = [];
  desk.close();
  await broker.close();
  await datamanage.close();
  await remove();
});

async function connect(line = LINE): Promise<ModelClient> {
  const client = await modelClient(`mqtt://127.0.0.1:${broker.port}`, line);
  clients.push(client);
  return client;
}

describe('an edge over a real line', () => {
  test('[SYNC-2] says HELLO, sends, and is answered', async () => {
    const edge = await connect();
    expect(await edge.hello(helloOf())).toMatchObject({ epoch: 1, sessionNo: 1 });
    const batch = modelStream('money').batch(lifeOf(1));
    edge.send(batch);
    expect(await edge.next()).toMatchObject({ type: 'ack', watermark: 3, check: batch.check });
    expect(await store.orderEvents(orderNoOf(1))).toHaveLength(3);
  });

  test('[SYNC-10] that was taken over is fenced when it comes back with its old session', async () => {
    const first = await connect();
    const stream = modelStream('money');
    await first.hello(helloOf());
    const second = await connect();
    await first.client.closed;
    await second.hello(helloOf({ epoch: 1, link: 'link-2' }));
    const zombie = await connect();
    await second.client.closed;
    zombie.send(stream.batch(lifeOf(1)));
    expect(await zombie.next()).toMatchObject({ type: 'ack', fenced: true, sessionNo: 1 });
    expect(await store.orders({ limit: 9 })).toEqual([]);
  });

  test('[SYNC-12] of a vendor that the site has not got does not come in', async () => {
    await expect(connect({ vendor: 'jfy', siteId: SITE })).rejects.toThrow();
  });

  test('that sends only nonsense is cut off, and others go on', async () => {
    const bad = await connect();
    for (let i = 0; i < 20; i += 1) {
      bad.client.mqtt.publish(TOPICS.uplink(SITE, 1), Buffer.from([7, i]), { qos: 1 });
    }
    await bad.client.closed;
    expect(datamanage.counts()).toMatchObject({ unreadable: 20, events: 0 });
    const good = await connect();
    expect(await good.hello(helloOf())).toMatchObject({ sessionNo: 1 });
  });

  test('[SYNC-7] gets a command and answers it by the quick way; away, it gets none', async () => {
    const request = { siteId: SITE, pileNo: PILE, connectorNo: 1, op: 'stop' } as const;
    const edge = await connect();
    await edge.hello(helloOf());
    edge.send(modelStream('state').batch([pileChanged()]));
    await edge.next();
    const { command } = await desk.issueCommand(request);
    const message = await edge.client.message(3);
    expect(message.topic).toBe(TOPICS.command(SITE));
    expect(commandMessageOf(JSON.parse(message.text))).toMatchObject({ value: { command } });
    const answer = { id: command.id, outcome: 'done', atMs: 5 };
    await edge.client.mqtt.publishAsync(TOPICS.result(SITE), Buffer.from(jsonBytes(answer)));
    while ((await store.command(command.id))?.answer === null) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await store.command(command.id))?.answer).toEqual(answer);
    await edge.client.end();
    while ((await live.presence(SITE))[0]?.connected === true) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    await expect(desk.issueCommand(request)).rejects.toMatchObject({ code: 'site-offline' });
  });
});
