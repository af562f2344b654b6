import { type AddressInfo, createServer, type Socket } from 'node:net';
import { FaultError } from '@holdfast/shared/errors/fault';
import type { Capture } from '../../piles/capture.ts';
import { Connection, type ConnectionRoom, type Wire } from '../../piles/connection.ts';
import type { PileProtocol } from '../../piles/driver.ts';
import {
  CONNECTION_LIMITS,
  type ConnectionLimits,
  type FrameCounts,
  noFrames,
} from '../../piles/limits.ts';
import { type PileLog, silentLog } from '../../piles/log.ts';
import type { Registry } from '../../piles/registry.ts';
import { openWheel } from '../../piles/wheel.ts';
import type { Clock, Timers } from '../../ports/clock.ts';
import type { SiteView } from '../../ports/site.ts';
import { Gate } from './gate.ts';
import { FRONT_LIMITS, type FrontLimits, noSockets, type SocketCounts } from './limits.ts';

/** One protocol on one port: first bytes do not tell protocols apart (ykc.md §2.3). */
export interface FrontOptions<State, Up, Down> {
  readonly protocol: PileProtocol<State, Up, Down>;
  readonly site: SiteView;
  readonly registry: Registry;
  readonly capture: Capture;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly limits?: Partial<FrontLimits & ConnectionLimits>;
  readonly log?: PileLog;
}

export type FrontStats = Readonly<SocketCounts & FrameCounts>;

export interface Front {
  /** Listens; `FaultError('config-invalid')` when the address cannot be had. */
  readonly start: () => Promise<AddressInfo>;
  /** Accepts nothing more, lets the site take what was said, then ends every connection. */
  readonly stop: () => Promise<void>;
  readonly stats: () => FrontStats;
}

/** How often addresses that are gone are forgotten. */
const TIDY_MS = 60_000;

/** A TCP server for the piles of one protocol. */
export function openFront<State, Up, Down>(options: FrontOptions<State, Up, Down>): Front {
  const { protocol, site, registry, capture, clock, log = silentLog } = options;
  const limits = { ...FRONT_LIMITS, ...CONNECTION_LIMITS, ...options.limits };
  const wheel = openWheel(options.timers, clock);
  const gate = new Gate(limits);
  const sockets = noSockets();
  const frames = noFrames();
  const connections = new Map<Socket, Connection<State, Up, Down>>();
  const room: ConnectionRoom<State, Up, Down> = {
    protocol,
    driver: protocol.driver,
    site,
    registry,
    capture,
    clock,
    timers: wheel,
    limits,
    counts: frames,
    log,
    mayLogIn: (address) => gate.login(address, clock.monoMs()),
  };

  function wireOf(socket: Socket, address: string): Wire {
    return {
      address,
      write(bytes) {
        if (!socket.writable) return;
        if (socket.writableLength + bytes.length > limits.unsentBytes) {
          sockets.droppedSlow += 1;
          log.warn({ address, unsent: socket.writableLength }, 'pile-too-slow');
          socket.destroy();
          return;
        }
        socket.write(bytes);
      },
      pause: () => void socket.pause(),
      resume: () => void socket.resume(),
      end: () => socket.destroySoon(),
    };
  }

  function onSocket(socket: Socket): void {
    const address = socket.remoteAddress ?? '';
    const entry = gate.enter(address);
    if (entry !== 'in') {
      if (entry === 'full') sockets.refusedFull += 1;
      else sockets.refusedAddress += 1;
      log.warn({ address, entry }, 'connection-refused');
      socket.destroy();
      return;
    }
    sockets.accepted += 1;
    sockets.open += 1;
    const connection = new Connection(room, wireOf(socket, address));
    connections.set(socket, connection);
    socket.on('data', (chunk: Uint8Array) => connection.data(chunk));
    socket.on('error', () => {
      sockets.socketErrors += 1;
    });
    socket.on('close', () => {
      connections.delete(socket);
      sockets.open -= 1;
      gate.leave(address);
      connection.lost();
    });
  }

  const server = createServer(
    { noDelay: true, keepAlive: true, keepAliveInitialDelay: limits.keepAliveMs },
    onSocket,
  );

  function tidyLater(): void {
    wheel.after(TIDY_MS, () => {
      gate.tidy(clock.monoMs());
      tidyLater();
    });
  }

  function start(): Promise<AddressInfo> {
    const { host, port } = options;
    return new Promise((resolve, reject) => {
      const failed = (error: Error): void =>
        reject(new FaultError('config-invalid', `cannot listen on ${host}:${port}`, error));
      server.once('error', failed);
      server.listen({ host, port, backlog: limits.backlog }, () => {
        server.off('error', failed);
        server.on('error', (error) => log.error({ err: error }, 'front-failed'));
        tidyLater();
        const address = server.address();
        if (address === null || typeof address === 'string') failed(new Error('no port'));
        else resolve(address);
      });
    });
  }

  async function stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of connections.keys()) socket.pause();
    const drained = new Promise<void>((resolve) => void wheel.after(limits.drainMs, resolve));
    await Promise.race([registry.settled(), drained]);
    for (const connection of connections.values()) connection.close('front stops');
    await Promise.race([registry.settled(), drained]);
    await Promise.race([closed, drained]);
    for (const socket of connections.keys()) socket.destroy();
    wheel.stop();
    await closed;
  }

  return { start, stop, stats: () => ({ ...sockets, ...frames }) };
}
