import net from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { UplinkMessage } from '../../ports/broker.ts';
import type { Admission, Knock } from '../../ports/site-auth.ts';
import { recordingLog } from '../testing/silent-log.ts';
import { connectSite, freeze, type Knocking, type SiteClient } from '../testing/site-client.ts';
import { type AedesBroker, type AedesLimits, startAedesBroker } from './broker.ts';

let broker: AedesBroker;
let uplinks: UplinkMessage[] = [];
let presences: string[] = [];
let clients: SiteClient[] = [];
let knocks: Knock[] = [];

const auth = async (knock: Knock): Promise<Admission> => {
  knocks.push(knock);
  return knock.secret === `secret of ${knock.siteId}` ? 'yes' : 'no';
};
async function start(limits: Partial<AedesLimits> = {}): Promise<void> {
  broker = await startAedesBroker({ port: 0, auth, log: recordingLog(), limits });
  broker.onUplink(async (message) => void uplinks.push(message));
  broker.onPresence(({ vendor, siteId, connected }) =>
    presences.push(`${vendor}:${siteId} ${connected ? 'in' : 'out'}`),
  );
}
beforeEach(() => start());
afterEach(async () => {
  await Promise.all(clients.map((client) => client.end()));
  await broker.close();
  uplinks = [];
  presences = [];
  clients = [];
  knocks = [];
});

async function connect(user: string, more: Partial<Knocking> = {}): Promise<SiteClient> {
  const secret = `secret of ${user.split(':')[1]}`;
  const client = await connectSite(`mqtt://127.0.0.1:${broker.port}`, { user, secret, ...more });
  clients.push(client);
  return client;
}
const texts = () => uplinks.map((m) => `${m.vendor} ${m.siteId} ${m.topic} ${m.laneNo ?? ''}`);
const answer = (vendor: string, siteId: string, text: string) =>
  broker.publish({ vendor, siteId, topic: 'answer' }, new TextEncoder().encode(text));
/** Waits until what was sent before has gone through. */
async function settled(what: () => boolean): Promise<void> {
  while (!what()) await new Promise((resolve) => setImmediate(resolve));
}

describe('who may connect', () => {
  test('[SYNC-12] a site with its secret, as vendor:site', async () => {
    await connect('ykc:S1');
    expect(knocks).toMatchObject([{ vendor: 'ykc', siteId: 'S1', address: '127.0.0.1' }]);
    expect(presences).toEqual(['ykc:S1 in']);
  });

  test.each<[string, string, Partial<Knocking>]>([
    ['a wrong secret', 'ykc:S1', { secret: 'guess' }],
    ['no secret', 'ykc:S1', { secret: '' }],
    ['another client id than its own', 'ykc:S1', { clientId: 'ykc:S2' }],
    ['a stored session', 'ykc:S1', { clean: false }],
    ['no vendor', 'S1', { secret: 'secret of undefined' }],
    ['a name with a wildcard', 'ykc:+', { secret: 'secret of +' }],
    ['a name with a slash', 'ykc:a/b', { secret: 'secret of a/b' }],
    ['MQTT 5', 'ykc:S1', { protocolVersion: 5 }],
  ])('not one with %s', async (_what, user, more) => {
    await expect(connect(user, more)).rejects.toThrow();
    expect(presences).toEqual([]);
  });

  test('the same identity again takes over: the older connection is closed', async () => {
    const first = await connect('ykc:S1');
    await connect('ykc:S1');
    await first.closed;
    expect(presences).toEqual(['ykc:S1 in', 'ykc:S1 out', 'ykc:S1 in']);
  });
});

describe('[SYNC-12] topics', () => {
  test('a site publishes its uplinks, its presence and its results', async () => {
    const site = await connect('ykc:S1');
    await site.mqtt.publishAsync('u/S1/1', 'batch', { qos: 1 });
    await site.mqtt.publishAsync('p/S1', 'hello', { qos: 1, retain: true });
    await site.mqtt.publishAsync('r/S1', 'answer', { qos: 1 });
    await settled(() => uplinks.length === 3);
    expect(texts()).toEqual(['ykc S1 uplink 1', 'ykc S1 presence ', 'ykc S1 result ']);
    expect(uplinks.map(({ payload }) => Buffer.from(payload).toString())).toEqual([
      'batch',
      'hello',
      'answer',
    ]);
  });

  test.each(['u/S2/1', 'p/S2', 'a/S1', 'c/S1', 'u/S1/9', 'u/S1/1/x', '$SYS/x', 'jfy/u/S1/1'])(
    'publishing %s closes the connection and is not heard',
    async (topic) => {
      const site = await connect('ykc:S1');
      site.mqtt.publish(topic, 'x', { qos: 0 });
      await site.closed;
      expect(uplinks).toEqual([]);
    },
  );

  test.each(['a/S2', 'a/+', '#', 'u/S1/1', '$SYS/#', 'ykc/a/S1', 'c/#'])(
    'subscribing %s closes the connection',
    async (topic) => {
      const site = await connect('ykc:S1');
      site.mqtt.subscribe(topic, () => {});
      await site.closed;
    },
  );

  test('a site hears what is for it, not what is for the same site of another vendor', async () => {
    const ykc = await connect('ykc:S1');
    const jfy = await connect('jfy:S1');
    for (const site of [ykc, jfy]) await site.mqtt.subscribeAsync(['a/S1', 'c/S1'], { qos: 1 });
    await answer('jfy', 'S1', 'for jfy');
    await answer('ykc', 'S1', 'for ykc');
    await broker.publish(
      { vendor: 'ykc', siteId: 'S1', topic: 'command' },
      new TextEncoder().encode('go'),
    );
    expect(await ykc.message(1)).toEqual({ topic: 'a/S1', text: 'for ykc' });
    expect(await ykc.message(2)).toEqual({ topic: 'c/S1', text: 'go' });
    expect(await jfy.message(1)).toEqual({ topic: 'a/S1', text: 'for jfy' });
    await ykc.mqtt.publishAsync('u/S1/1', 'x', { qos: 1 });
    await settled(() => uplinks.length === 1);
    expect(jfy.received).toHaveLength(1);
    expect(texts()).toEqual(['ykc S1 uplink 1']);
  });

  test('a broken line says the will that the site left', async () => {
    const site = await connect('ykc:S1', {
      will: { topic: 'p/S1', payload: Buffer.from('gone'), qos: 1, retain: true },
    });
    site.mqtt.stream.destroy();
    await settled(() => uplinks.length === 1);
    expect(texts()).toEqual(['ykc S1 presence ']);
    const later = await connect('ykc:S1');
    await later.mqtt.publishAsync('p/S1', 'hello', { qos: 1 });
    await settled(() => uplinks.length === 2);
    expect(uplinks.map(({ payload }) => Buffer.from(payload).toString())).toEqual([
      'gone',
      'hello',
    ]);
  });
});

describe('limits', () => {
  test('a packet that announces too much is not waited for', async () => {
    await broker.close();
    await start({ packetBytes: 1_000 });
    const site = await connect('ykc:S1');
    await site.mqtt.publishAsync('u/S1/1', Buffer.alloc(900), { qos: 1 });
    site.mqtt.publish('u/S1/1', Buffer.alloc(2_000), { qos: 0 });
    await site.closed;
    expect(uplinks).toHaveLength(1);
  });

  test.each([
    ['bytes that are no MQTT', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
    ['an endless length', Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 0x7f])],
    ['a large CONNECT', Buffer.from([0x10, 0x80, 0x80, 0x04])],
    ['a publish before the CONNECT', Buffer.from([0x30, 0x05, 0, 1, 0x61, 0x62, 0x63])],
  ])('%s end the connection and nothing else', async (_what, bytes) => {
    const stranger = net.connect(broker.port, '127.0.0.1');
    stranger.on('error', () => {});
    stranger.write(bytes);
    await new Promise((resolve) => stranger.once('close', resolve));
    const site = await connect('ykc:S1');
    await site.mqtt.publishAsync('u/S1/1', 'x', { qos: 1 });
    await settled(() => uplinks.length === 1);
  });

  test('more connections than an address may have are refused', async () => {
    await broker.close();
    await start({ connectionsPerAddress: 2 });
    await connect('ykc:S1');
    const second = await connect('ykc:S2');
    await expect(connect('ykc:S3')).rejects.toThrow();
    await second.end();
    await settled(() => broker.connections() === 1);
    await connect('ykc:S3');
    expect(broker.connections()).toBe(2);
  });

  test('a sender that is too quick is slowed down and loses nothing', async () => {
    await broker.close();
    await start({ packetsPerSecond: 100 });
    const site = await connect('ykc:S1');
    const sent = Array.from({ length: 240 }, (_, n) =>
      site.mqtt.publishAsync('u/S1/1', String(n), { qos: 1 }),
    );
    await Promise.all(sent);
    await settled(() => uplinks.length === 240);
    expect(uplinks.map(({ payload }) => Number(Buffer.from(payload).toString()))).toEqual(
      Array.from({ length: 240 }, (_, n) => n),
    );
  });

  test('a client that reads nothing is dropped and holds up nobody', async () => {
    await broker.close();
    await start({ drainTimeoutMs: 200 });
    const frozen = await connect('ykc:S1');
    const lively = await connect('ykc:S2');
    await frozen.mqtt.subscribeAsync('a/S1');
    await lively.mqtt.subscribeAsync('a/S2');
    freeze(frozen.mqtt);
    const flood = 'x'.repeat(1_000_000);
    const floods = Array.from({ length: 40 }, () => answer('ykc', 'S1', flood));
    await answer('ykc', 'S2', 'still there');
    expect((await lively.message(1)).text).toBe('still there');
    await settled(() => presences.includes('ykc:S1 out'));
    await Promise.allSettled(floods);
    expect(presences).not.toContain('ykc:S2 out');
  });

  test('a site that sends nonsense can be cut off', async () => {
    const site = await connect('ykc:S1');
    broker.disconnect({ vendor: 'ykc', siteId: 'S1' }, 'nonsense');
    broker.disconnect({ vendor: 'ykc', siteId: 'nobody' }, 'nonsense');
    await site.closed;
    expect(presences).toEqual(['ykc:S1 in', 'ykc:S1 out']);
  });

  test('a port that is taken is a fault that says so', async () => {
    const second = startAedesBroker({ port: broker.port, auth, log: recordingLog() });
    await expect(second).rejects.toMatchObject({ code: 'address-taken' });
  });
});
