import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import type { FrontName } from '../piles/protocols.ts';
import { freePort } from './free-port.ts';

/** A broker in a process of its own, that can be killed and started again at the same port. */
export interface ForeignBroker {
  readonly url: string;
  readonly kill: () => Promise<void>;
  readonly start: () => Promise<void>;
}

const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

const listens = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const socket = net.connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.once('error', () => done(false));
  });

/** Starts mosquitto without persistence: what it holds when it is killed is gone. */
async function startMosquitto(
  executable: string,
  folder: string,
  port: number,
): Promise<ForeignBroker> {
  const config = path.join(folder, `mosquitto-${port}.conf`);
  writeFileSync(config, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\n`);
  let child: ChildProcess | undefined;
  const broker: ForeignBroker = {
    url: `mqtt://127.0.0.1:${port}`,
    async start() {
      child = spawn(executable, ['-c', config], { stdio: 'ignore' });
      for (let i = 0; i < 100 && !(await listens(port)); i += 1) await sleep(50);
    },
    async kill() {
      const dying = child;
      child = undefined;
      if (dying === undefined) return;
      const gone = new Promise<void>((done) => dying.once('exit', () => done()));
      dying.kill('SIGKILL');
      await gone;
    },
  };
  await broker.start();
  return broker;
}

/** A broker for each front: mosquitto has no virtual hosts, and vendors do not share one. */
export interface ForeignBrokers {
  readonly urls: Readonly<Partial<Record<FrontName, string>>>;
  readonly all: readonly ForeignBroker[];
  readonly kill: () => Promise<void>;
}

export async function startMosquittos(
  executable: string,
  folder: string,
  fronts: readonly FrontName[],
): Promise<ForeignBrokers> {
  const urls: Partial<Record<FrontName, string>> = {};
  const all: ForeignBroker[] = [];
  for (const front of fronts) {
    const broker = await startMosquitto(executable, folder, await freePort());
    urls[front] = broker.url;
    all.push(broker);
  }
  return {
    urls,
    all,
    async kill() {
      await Promise.all(all.map((broker) => broker.kill()));
    },
  };
}
