import { createServer, type Socket } from 'node:net';
import { openFront } from '@holdfast/edge-agent/adapters/tcp/front';
import { Capture } from '@holdfast/edge-agent/piles/capture';
import { Registry } from '@holdfast/edge-agent/piles/registry';
import { ykcProtocol } from '@holdfast/edge-agent/piles/ykc/protocol';
import type { Site } from '@holdfast/edge-agent/ports/site';

/*
 * The measured process: `front-server.ts ours` is the real front with a site that takes every event
 * at once; `front-server.ts bare` only splits frames and echoes those that the real one answers.
 */

export interface ServerUsage {
  readonly cpuMicros: number;
  readonly frames: number;
  readonly rssBytes: number;
}

const HEARTBEAT = 0x03;
const LOGIN = 0x01;
let barelyRead = 0;

function bare(): Promise<number> {
  const onSocket = (socket: Socket): void => {
    let pending: Buffer = Buffer.alloc(0);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      const bytes = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      let at = 0;
      while (bytes.length - at >= 2) {
        const end = at + 4 + (bytes[at + 1] ?? 0);
        if (end > bytes.length) break;
        barelyRead += 1;
        const type = bytes[at + 5];
        if (type === HEARTBEAT || type === LOGIN) socket.write(bytes.subarray(at, end));
        at = end;
      }
      pending = at === bytes.length ? Buffer.alloc(0) : Buffer.from(bytes.subarray(at));
    });
  };
  const server = createServer({ noDelay: true, keepAlive: true }, onSocket);
  return new Promise((resolve) => {
    server.listen({ host: '127.0.0.1', port: 0, backlog: 4_096 }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

const taken = Promise.resolve();
const site: Site = {
  pile: (pileNo) => ({ pileNo, adopted: true, dialect: undefined }),
  tariffFor: () => undefined,
  openCharges: () => [],
  notes: () => new Map(),
  onPileEvent: () => taken,
};
const clock = {
  nowMs: Date.now,
  monoMs: () => performance.now(),
  reading: () =>
    ({ wallMs: Date.now(), monoMs: performance.now(), bootNo: 1, quality: 2 }) as const,
};
const timers = {
  after(ms: number, task: () => void) {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
};

const front = openFront({
  protocol: ykcProtocol(),
  site,
  registry: new Registry(site),
  capture: new Capture(),
  clock,
  timers,
  host: '127.0.0.1',
  port: 0,
  limits: { socketsPerAddress: 20_000, loginsPerMinute: 1_000_000 },
});

const ours = process.argv[2] === 'ours';
const port = ours ? (await front.start()).port : await bare();
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  const usage: ServerUsage = {
    cpuMicros: user + system,
    frames: ours ? front.stats().framesIn : barelyRead,
    rssBytes: process.memoryUsage.rss(),
  };
  process.send?.(usage);
});
process.on('disconnect', () => process.exit());
process.send?.({ port });
