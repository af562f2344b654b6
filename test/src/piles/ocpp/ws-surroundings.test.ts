import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { wsSurroundings } from './ws-surroundings.ts';

const undo: (() => void)[] = [];

afterEach(() => {
  for (const step of undo.splice(0).reverse()) step();
});

const portOf = (address: AddressInfo | string | null): number =>
  typeof address === 'object' && address !== null ? address.port : 0;

async function openServer() {
  const files = new Map<string, string>();
  const seen: { url: string; authorization: string | undefined }[] = [];
  const http = createServer((request, response) => {
    const { url = '', headers, method } = request;
    seen.push({ url, authorization: headers.authorization });
    if (method !== 'PUT') {
      response.end(files.get(url) ?? 'firmware');
      return;
    }
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on('end', () => {
      files.set(url, text);
      response.end();
    });
  });
  const sockets = new WebSocketServer({ server: http });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  undo.push(() => {
    for (const client of sockets.clients) client.terminate();
    http.closeAllConnections();
    http.close();
  });
  return { sockets, files, seen, origin: `127.0.0.1:${portOf(http.address())}` };
}

test('a pile connects below its own name, in its version, and proves who it is', async () => {
  const { sockets, origin } = await openServer();
  const arrived = once(sockets, 'connection');
  const { open } = wsSurroundings(`ws://${origin}/ocpp`);
  const heard: string[] = [];
  const said = new Promise<void>((done) => {
    const wire = open(
      { identity: 'pile 1', version: '2.0.1', password: 'secret' },
      {
        connected: () => wire.write('[2,"1","Heartbeat",{}]'),
        disconnected: () => heard.push('gone'),
        received: (text) => {
          heard.push(text);
          wire.end();
          done();
        },
      },
    );
  });
  const [socket, request] = (await arrived) as [WebSocket, IncomingMessage];
  expect(request.url).toBe('/ocpp/pile%201');
  expect(request.headers['sec-websocket-protocol']).toBe('ocpp2.0.1');
  const proof = Buffer.from('pile 1:secret').toString('base64');
  expect(request.headers.authorization).toBe(`Basic ${proof}`);
  socket.send('[3,"1",{}]');
  await said;
  expect(heard).toEqual(['[3,"1",{}]']);
});

test('files come and go with the credentials of their address', async () => {
  const { files, seen, origin } = await openServer();
  const { carryOut } = wsSurroundings('ws://127.0.0.1/ocpp');
  const url = `http://once:pass%3A1@${origin}/logs/a.log`;
  expect(await carryOut({ job: 'upload', url, request: 1 })).toMatchObject({ done: true });
  expect(files.get('/logs/a.log')).toContain('all is well');
  expect(seen[0]?.authorization).toBe(`Basic ${Buffer.from('once:pass:1').toString('base64')}`);
  const got = await carryOut({ job: 'download', url: `http://${origin}/fw.bin`, request: null });
  expect(got).toEqual({ done: true, text: 'firmware' });
  const none = await carryOut({ job: 'download', url: 'nowhere', request: null });
  expect(none.done).toBe(false);
});

test('a certificate request is made for the pile', async () => {
  const { carryOut } = wsSurroundings('ws://127.0.0.1/ocpp');
  const { text } = await carryOut({ job: 'sign', commonName: 'pile-1' });
  expect(text).toMatch(/^-----BEGIN CERTIFICATE REQUEST-----\n/);
  const body = text.split('\n').slice(1, -2).join('');
  expect(Buffer.from(body, 'base64').toString('latin1')).toContain('pile-1');
});
