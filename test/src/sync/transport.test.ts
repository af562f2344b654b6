import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { mqttTransport } from '@holdfast/edge-agent/adapters/mqtt/transport';
import type { Line } from '@holdfast/edge-agent/ports/transport';
import { TOPICS } from '@holdfast/shared/sync/messages';
import { Aedes } from 'aedes';
import { afterEach, beforeEach, expect, test } from 'vitest';

const LOGIN = { siteId: 'site-1', vendor: 'ykc', will: Buffer.from('gone') };
const text = (payload: Uint8Array) => Buffer.from(payload).toString();

/** What a line has told, in order, and a way to wait for it. */
function listener() {
  const told: string[] = [];
  let wake = () => {};
  const tell = (what: string) => {
    told.push(what);
    wake();
  };
  return {
    told,
    events: {
      onOpen: () => tell('open'),
      onMessage: (from: string, payload: Uint8Array) => tell(`${from} ${text(payload)}`),
      onClosed: (cause: string, detail: string) => tell(`closed ${cause}: ${detail}`),
    },
    until: async (what: RegExp) => {
      while (!told.some((each) => what.test(each))) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

let aedes: Aedes;
let server: Server;
let url: string;
const sockets = new Set<Socket>();

async function listening(handle: (socket: Socket) => void): Promise<Server> {
  const made = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    handle(socket);
  });
  made.listen(0, '127.0.0.1');
  await new Promise((resolve) => made.once('listening', resolve));
  return made;
}
const urlOf = (of: Server) => `mqtt://127.0.0.1:${(of.address() as AddressInfo).port}`;

beforeEach(async () => {
  aedes = await Aedes.createBroker();
  server = await listening((socket) => void aedes.handle(socket));
  url = urlOf(server);
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
  await new Promise<void>((resolve) => aedes.close(() => resolve()));
});

const lines: Line[] = [];
afterEach(() => {
  for (const line of lines.splice(0)) line.close();
});

function connect(to = url) {
  const heard = listener();
  const line = mqttTransport({ url: to, secret: 'a long secret', connectTimeoutMs: 400 }).connect(
    LOGIN,
    heard.events,
  );
  lines.push(line);
  return { ...heard, line };
}

const published = (topic: string) =>
  new Promise<string>((resolve) => {
    aedes.subscribe(
      topic,
      (packet, done) => {
        resolve(text(packet.payload as Buffer));
        done();
      },
      () => {},
    );
  });
const send = (topic: string, payload: string) =>
  aedes.publish(
    { cmd: 'publish', qos: 0, retain: false, dup: false, topic, payload: Buffer.from(payload) },
    () => {},
  );

test('[SYNC-12b] a site logs in as <vendor>:<site>, with a clean session, and hears only its own topics', async () => {
  const seen: unknown[] = [];
  aedes.authenticate = (client, user, password, done) => {
    seen.push([client.id, user, password?.toString(), client.clean]);
    done(null, true);
  };
  const { told, until } = connect();
  await until(/open/);
  expect(seen).toEqual([['ykc:site-1', 'ykc:site-1', 'a long secret', true]]);
  send(TOPICS.answer('site-2'), 'not ours');
  send(TOPICS.answer('site-1'), 'an answer');
  send(TOPICS.command('site-1'), 'a command');
  await until(/command/);
  expect(told).toEqual(['open', 'answer an answer', 'command a command']);
});

test('[SYNC-10i] a broken line has its will said by the broker, one that leaves has not', async () => {
  const first = connect();
  await first.until(/open/);
  const will = published(TOPICS.presence('site-1'));
  for (const socket of sockets) socket.destroy();
  expect(await will).toBe('gone');
  await first.until(/closed network/);

  const second = connect();
  await second.until(/open/);
  const said: string[] = [];
  aedes.subscribe(
    TOPICS.presence('site-1'),
    (packet, done) => {
      said.push(text(packet.payload as Buffer));
      done();
    },
    () => {},
  );
  const left = new Promise((resolve) => aedes.once('clientDisconnect', resolve));
  void second.line.publish(TOPICS.presence('site-1'), Buffer.from('goodbye'), 0);
  second.line.close();
  await left;
  expect(said).toEqual(['goodbye']);
  expect(second.told).toEqual(['open']);
});

test('[SYNC-6g] a refused login is told as such', async () => {
  aedes.authenticate = (_client, _user, _password, done) =>
    done(Object.assign(new RangeError('no'), { returnCode: 4 }), false);
  const { told, until } = connect();
  await until(/closed/);
  expect(told).toEqual([expect.stringMatching(/^closed login-refused: /)]);
});

test('topics that the broker does not grant are a refused login', async () => {
  aedes.authorizeSubscribe = (_client, subscription, done) =>
    done(null, subscription.topic.startsWith('c/') ? null : subscription);
  const { told, until } = connect();
  await until(/closed/);
  expect(told).toEqual([expect.stringMatching(/^closed login-refused: /)]);
});

test.each([
  ['nobody listens', async () => 'mqtt://127.0.0.1:1'],
  ['the address is none', async () => 'gopher://127.0.0.1:1'],
])('a connection that cannot be made is told once: %s', async (_what, address) => {
  const { told, until } = connect(await address());
  await until(/closed/);
  expect(told).toEqual([expect.stringMatching(/^closed network: /)]);
});

test('a broker that accepts and says nothing is given up', async () => {
  const mute = await listening(() => {});
  const { told, until } = connect(urlOf(mute));
  await until(/closed/);
  expect(told).toHaveLength(1);
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => mute.close(resolve));
});

test('[SYNC-2c] publishing settles with PUBACK, and also when the connection breaks or is over', async () => {
  const { line, until } = connect();
  await until(/open/);
  await line.publish(TOPICS.uplink('site-1', 1), Buffer.from('x'), 1);
  aedes.authorizePublish = () => {};
  const stuck = line.publish(TOPICS.uplink('site-1', 1), Buffer.from('x'), 1);
  for (const socket of sockets) socket.destroy();
  await stuck;
  await line.publish(TOPICS.uplink('site-1', 1), Buffer.from('x'), 1);
  await until(/closed network/);
});
