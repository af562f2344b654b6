import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { FaultError } from '@holdfast/shared/errors/fault';
import type { Capture } from '../../piles/capture.ts';
import { Connection, type ConnectionRoom } from '../../piles/connection.ts';
import type { PileProtocol } from '../../piles/driver.ts';
import {
  CONNECTION_LIMITS,
  type ConnectionLimits,
  type FrameCounts,
  noFrames,
} from '../../piles/limits.ts';
import { type PileLog, silentLog } from '../../piles/log.ts';
import type { Registry } from '../../piles/registry.ts';
import { openWheel, type Wheel } from '../../piles/wheel.ts';
import type { Clock, Timers } from '../../ports/clock.ts';
import type { Doorkeeper } from '../../ports/doorkeeper.ts';
import type { SiteView } from '../../ports/site.ts';
import type { DoorLimits } from '../../security/door-limits.ts';
import { guardConnections } from '../tls/handshakes.ts';
import { pskServer } from '../tls/psk.ts';
import { tlsSessionOf } from '../tls/session.ts';
import { Gate } from './gate.ts';
import { FRONT_LIMITS, type FrontLimits, noSockets, type SocketCounts } from './limits.ts';
import { type SocketDesk, SocketWire } from './socket-wire.ts';

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
  /** Left out: everybody may come in, in tests. */
  readonly doorkeeper?: Doorkeeper;
  /** TLS with a key for each pile; left out: plain TCP. */
  readonly psk?: { readonly hint: string; readonly limits: DoorLimits } | undefined;
  readonly log?: PileLog;
}

export type FrontStats = Readonly<SocketCounts & FrameCounts>;

export interface Front {
  /** Listens; `FaultError('address-taken')` when the address cannot be had. */
  readonly start: () => Promise<AddressInfo>;
  /** Accepts nothing more, lets the site take what was said, then ends every connection. */
  readonly stop: () => Promise<void>;
  readonly stats: () => FrontStats;
}

/** How often addresses that are gone are forgotten. */
const TIDY_MS = 60_000;

/** A TCP server for the piles of one protocol. */
export function openFront<State, Up, Down>(options: FrontOptions<State, Up, Down>): Front {
  return new TcpFront(options);
}

class TcpFront<State, Up, Down> implements Front {
  readonly #options: FrontOptions<State, Up, Down>;
  readonly #limits: FrontLimits & ConnectionLimits;
  readonly #wheel: Wheel;
  readonly #gate: Gate;
  readonly #desk: SocketDesk;
  readonly #room: ConnectionRoom<State, Up, Down>;
  readonly #connections = new Map<Socket, Connection<State, Up, Down>>();
  readonly #server: Server;

  constructor(options: FrontOptions<State, Up, Down>) {
    const { protocol, site, registry, capture, clock, log = silentLog } = options;
    const limits = { ...FRONT_LIMITS, ...CONNECTION_LIMITS, ...options.limits };
    this.#options = options;
    this.#limits = limits;
    this.#wheel = openWheel(options.timers, clock);
    this.#gate = new Gate(limits);
    this.#desk = { unsentBytes: limits.unsentBytes, counts: noSockets(), log };
    this.#room = {
      protocol,
      driver: protocol.driver,
      site,
      registry,
      capture,
      clock,
      timers: this.#wheel,
      limits,
      counts: noFrames(),
      log,
      mayLogIn: (address) => this.#gate.login(address, clock.monoMs()),
      mayServe: (visit) => options.doorkeeper?.admitPlain(visit).ok ?? true,
    };
    this.#server = this.#open();
  }

  #open(): Server {
    const { doorkeeper, psk } = this.#options;
    const { keepAliveMs } = this.#limits;
    const onSocket = (socket: Socket): void => this.#onSocket(socket);
    if (doorkeeper !== undefined && psk !== undefined) {
      return pskServer({ doorkeeper, ...psk, keepAliveMs }, onSocket);
    }
    const options = { noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs };
    const server = createServer(options, onSocket);
    if (doorkeeper !== undefined) guardConnections(server, doorkeeper);
    return server;
  }

  start(): Promise<AddressInfo> {
    const { host, port } = this.#options;
    const server = this.#server;
    return new Promise((resolve, reject) => {
      const failed = (error: unknown): void =>
        reject(new FaultError('address-taken', `${host}:${port}`, error));
      server.once('error', failed);
      server.listen({ host, port, backlog: this.#limits.backlog }, () => {
        server.off('error', failed);
        server.on('error', (error) => this.#desk.log.error({ err: error }, 'front-failed'));
        this.#tidyLater();
        const address = server.address();
        if (address !== null && typeof address !== 'string') resolve(address);
        else failed(address);
      });
    });
  }

  async stop(): Promise<void> {
    const { registry } = this.#options;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    const late = new Promise<void>((resolve) => {
      this.#wheel.after(this.#limits.drainMs, resolve);
    });
    for (const socket of this.#connections.keys()) socket.pause();
    await Promise.race([registry.settled(), late]);
    for (const connection of this.#connections.values()) connection.close('front stops');
    await Promise.race([Promise.all([registry.settled(), closed]), late]);
    for (const socket of this.#connections.keys()) socket.destroy();
    this.#wheel.stop();
    await closed;
  }

  stats(): FrontStats {
    return { ...this.#desk.counts, ...this.#room.counts };
  }

  #onSocket(socket: Socket): void {
    // Gone again before it was accepted.
    if (socket.destroyed) return;
    const address = socket.remoteAddress ?? '';
    const entry = this.#gate.enter(address);
    const { counts, log } = this.#desk;
    if (entry !== 'in') {
      if (entry === 'full') counts.refusedFull += 1;
      else counts.refusedAddress += 1;
      log.warn({ address, entry }, 'connection-refused');
      socket.destroy();
      return;
    }
    counts.accepted += 1;
    counts.open += 1;
    const tls = socket instanceof TLSSocket ? tlsSessionOf(socket) : null;
    const wire = new SocketWire(socket, address, this.#desk, tls);
    const connection = new Connection(this.#room, wire);
    this.#connections.set(socket, connection);
    socket.on('data', (chunk: Uint8Array) => connection.data(chunk));
    socket.on('error', () => {
      counts.socketErrors += 1;
    });
    socket.on('close', () => {
      this.#connections.delete(socket);
      counts.open -= 1;
      this.#gate.leave(address);
      connection.lost();
    });
  }

  #tidyLater(): void {
    this.#wheel.after(TIDY_MS, () => {
      this.#gate.tidy(this.#options.clock.monoMs());
      this.#tidyLater();
    });
  }
}
