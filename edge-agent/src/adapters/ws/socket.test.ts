import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { WsSocket } from './socket.ts';

/** Until something is so; the machine may be busy. */
const soon = (assert: () => void): Promise<void> => vi.waitFor(assert, { timeout: 10_000 });

const servers: WebSocketServer[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    for (const client of server.clients) client.terminate();
    server.close();
  }
});

const surroundings = (unsentBytes: number) => ({
  clock: { monoMs: () => 7 },
  timers: { after: () => () => {} },
  unsentBytes,
});

/** Both ends of a connection: ours as the RPC layer has it, theirs as `ws` has it. */
async function pair(unsentBytes = 1_000_000) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  servers.push(server);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const theirs = new WebSocket(`ws://127.0.0.1:${port}`);
  const [accepted] = (await once(server, 'connection')) as [WebSocket];
  if (theirs.readyState !== WebSocket.OPEN) await once(theirs, 'open');
  const ours = new WsSocket(accepted, surroundings(unsentBytes));
  const heard: string[] = [];
  ours.listen({
    received: (text) => void heard.push(text),
    ponged: () => void heard.push('pong'),
    lost: (code, reason) => void heard.push(`closed ${code} ${reason}`),
  });
  return { ours, theirs, heard };
}

test('text, binary and fragments come as text, in order', async () => {
  const { theirs, heard } = await pair();
  theirs.send('[2,"充"]');
  theirs.send(Buffer.from('[3,"电"]'), { binary: true });
  theirs.send('[4,', { fin: false });
  theirs.send('"x"]', { fin: true });
  await soon(() => expect(heard).toEqual(['[2,"充"]', '[3,"电"]', '[4,"x"]']));
});

test('what is sent arrives, pings are answered, and the end is told once with its code', async () => {
  const { ours, theirs, heard } = await pair();
  const [message] = await Promise.all([once(theirs, 'message'), ours.send('[2]')]);
  expect(String(message[0])).toBe('[2]');
  ours.ping();
  await soon(() => expect(heard).toEqual(['pong']));
  ours.close(1008, 'x'.repeat(500));
  await soon(() => expect(heard[1]).toMatch(/^closed 1008 x{100}$/));
  expect(ours.send('late')).toBe(true);
  expect(heard).toHaveLength(2);
});

test('a paused socket hands nothing over until it goes on', async () => {
  const { ours, theirs, heard } = await pair();
  ours.pause();
  await new Promise<void>((done) => {
    theirs.send('first', () => done());
  });
  expect(heard).toEqual([]);
  ours.resume();
  await soon(() => expect(heard).toEqual(['first']));
});

test('a side that does not read is sent only so much', async () => {
  const { ours, theirs } = await pair(200_000);
  theirs.pause();
  const chunk = 'x'.repeat(100_000);
  let taken = 0;
  while (taken < 1_000 && ours.send(chunk)) taken += 1;
  expect(taken).toBeLessThan(1_000);
});

test('a socket that breaks is told as gone', async () => {
  const { ours, theirs, heard } = await pair();
  theirs.terminate();
  await soon(() => expect(heard).toEqual([expect.stringMatching(/^closed 1006/)]));
  ours.terminate();
});
