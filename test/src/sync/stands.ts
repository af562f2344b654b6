import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as passed } from 'node:timers/promises';
import { type ModelHub, modelHub } from '@holdfast/edge-agent/sync/testing/model-hub';
import { TOPICS } from '@holdfast/shared/sync/messages';
import { Aedes } from 'aedes';
import { connectAsync } from 'mqtt';
import { freePort } from '../world/free-port.ts';

/*
 * Real brokers with a model hub behind them, to be cut, killed and started again. The hub's books
 * outlive the broker, as a database does.
 */

export interface Stand {
  readonly url: string;
  readonly hub: ModelHub;
  /** Breaks every connection and keeps listening. */
  readonly cut: () => void;
  /** Ends the broker without a word. */
  readonly kill: () => Promise<void>;
  readonly start: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const VENDOR = 'ykc';
const PATTERNS = ['u/#', 'p/#', 'r/#'] as const;
const siteOf = (topic: string): string => topic.split('/')[1] ?? '';
const topicOf = (siteId: string, from: 'answer' | 'command'): string =>
  from === 'answer' ? TOPICS.answer(siteId) : TOPICS.command(siteId);

/** aedes in this process; the hub takes what it carries without a socket in between. */
export async function aedesStand(): Promise<Stand> {
  const port = await freePort();
  const sockets = new Set<Socket>();
  let running: { aedes: Aedes; server: Server } | undefined;
  const hub = modelHub({
    nowMs: Date.now,
    send: ({ siteId }, from, payload) => {
      const packet = { cmd: 'publish', qos: 0, retain: false, dup: false } as const;
      const topic = topicOf(siteId, from);
      running?.aedes.publish({ ...packet, topic, payload: Buffer.from(payload) }, () => {});
    },
  });

  const start = async (): Promise<void> => {
    const aedes = await Aedes.createBroker({ concurrency: 5_000, drainTimeout: 5_000 });
    for (const pattern of PATTERNS) {
      aedes.subscribe(
        pattern,
        ({ topic, payload }, done) => {
          hub.take({ vendor: VENDOR, siteId: siteOf(topic) }, topic, Buffer.from(payload));
          done();
        },
        () => {},
      );
    }
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => {});
      aedes.handle(socket);
    });
    server.listen(port, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    running = { aedes, server };
  };
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const kill = async (): Promise<void> => {
    const was = running;
    running = undefined;
    if (was === undefined) return;
    cut();
    await new Promise((resolve) => was.server.close(resolve));
    await new Promise<void>((resolve) => was.aedes.close(() => resolve()));
  };
  await start();
  return { url: `mqtt://127.0.0.1:${port}`, hub, cut, kill, start, close: kill };
}

async function untilListening(port: number): Promise<void> {
  const url = `mqtt://127.0.0.1:${port}`;
  for (let tries = 0; tries < 200; tries += 1) {
    try {
      const client = await connectAsync(url, { reconnectPeriod: 0 }, false);
      await client.endAsync(true);
      return;
    } catch {
      await passed(25);
    }
  }
  throw new RangeError(`no broker came up at ${url}`);
}

/** mosquitto in a process of its own; the hub is a client that the edges know nothing of. */
export async function mosquittoStand(executable: string): Promise<Stand> {
  const port = await freePort();
  const url = `mqtt://127.0.0.1:${port}`;
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-mosquitto-'));
  const config = path.join(folder, 'mosquitto.conf');
  writeFileSync(config, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\n`);
  let child: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    child = spawn(executable, ['-c', config], { stdio: 'ignore' });
    await untilListening(port);
  };
  const kill = async (): Promise<void> => {
    const was = child;
    child = undefined;
    if (was === undefined) return;
    const gone = new Promise((resolve) => was.once('exit', resolve));
    was.kill('SIGKILL');
    await gone;
  };
  await start();
  const client = await connectAsync(url, { reconnectPeriod: 50, clientId: 'hub' });
  const hub = modelHub({
    nowMs: Date.now,
    send: ({ siteId }, from, payload) => {
      if (client.connected) client.publish(topicOf(siteId, from), Buffer.from(payload), { qos: 0 });
    },
  });
  client.on('error', () => {});
  client.on('message', (topic, payload) => {
    hub.take({ vendor: VENDOR, siteId: siteOf(topic) }, topic, payload);
  });
  await client.subscribeAsync([...PATTERNS], { qos: 1 });
  const close = async (): Promise<void> => {
    await client.endAsync(true);
    await kill();
    rmSync(folder, { recursive: true, force: true });
  };
  return { url, hub, cut: () => client.stream.destroy(), kill, start, close };
}
