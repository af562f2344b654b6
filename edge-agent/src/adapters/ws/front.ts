import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createTlsServer, Server as TlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { FaultError } from '@holdfast/shared/errors/fault';
import type { WebSocket } from 'ws';
import { silentLog } from '../../piles/log.ts';
import { noCalls } from '../../piles/ocpp/limits.ts';
import type { Station, StationRoom } from '../../piles/ocpp/station.ts';
import { openWheel, type Wheel } from '../../piles/wheel.ts';
import type { Front, FrontStats } from '../tcp/front.ts';
import { Gate } from '../tcp/gate.ts';
import { noSockets, type SocketCounts } from '../tcp/limits.ts';
import { reportHandshakes, reportRequests } from '../tls/handshakes.ts';
import { type Guest, Guests } from './guests.ts';
import { Handshake, type Welcome } from './handshake.ts';
import { refuse } from './http-answer.ts';
import { noVisits, OCPP_FRONT_LIMITS, type OcppFrontLimits, type VisitCounts } from './limits.ts';
import type { OcppFrontOptions } from './options.ts';
import { WsSocket } from './socket.ts';

/** WebSocket close codes (RFC 6455 §7.4.1). */
const CLOSE = { goingAway: 1_001, protocolError: 1_002 } as const;
const TIDY_MS = 60_000;
/** Closes over nothing: a listener made beside a request would hold it as long as the socket lives. */
const ignore = (): void => undefined;
/** A connection that broke a bound is read so long for its goodbye, and no longer: the rest may be endless. */
const GOODBYE_MS = 100;
/** Bytes of chance in the name of a connection: its message ids never occur again. */
const ID_BYTES = 9;

/** A WebSocket server for OCPP stations, plain or over TLS: `/ocpp/<identity>`, with any prefix. */
export function openOcppFront(options: OcppFrontOptions): Front {
  return new OcppFront(options);
}

class OcppFront implements Front {
  readonly #options: OcppFrontOptions;
  readonly #limits: OcppFrontLimits;
  readonly #wheel: Wheel;
  readonly #gate: Gate;
  readonly #guests = new Guests();
  readonly #sockets: SocketCounts = noSockets();
  readonly #visits: VisitCounts = noVisits();
  readonly #room: StationRoom;
  readonly #handshake: Handshake;
  readonly #server: Server;
  #stopped: Promise<void> | undefined;

  constructor(options: OcppFrontOptions) {
    const { site, registry, capture, clock, door, log = silentLog } = options;
    const limits = { ...OCPP_FRONT_LIMITS, ...options.limits };
    this.#options = options;
    this.#limits = limits;
    this.#wheel = openWheel(options.timers, clock);
    this.#gate = new Gate(limits);
    this.#room = {
      site,
      registry,
      capture,
      clock,
      timers: this.#wheel,
      limits,
      counts: noCalls(),
      log,
      report: door.report,
    };
    this.#handshake = new Handshake({
      options,
      limits,
      gate: this.#gate,
      counts: this.#visits,
      log,
    });
    this.#server = this.#openServer();
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
        server.on('error', (error) => this.#room.log.error({ err: error }, 'front-failed'));
        this.#tidyLater();
        const address = server.address();
        if (address !== null && typeof address !== 'string') resolve(address);
        else failed(address);
      });
    });
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  stats(): FrontStats & Readonly<VisitCounts> {
    const { dropped } = this.#room.counts;
    return { ...this.#sockets, ...this.#room.counts, ...this.#visits, droppedSlow: dropped };
  }

  async #stop(): Promise<void> {
    const { registry } = this.#options;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    const late = new Promise<void>((resolve) => {
      this.#wheel.after(this.#limits.drainMs, resolve);
    });
    for (const { socket, webSocket } of this.#guests.all()) {
      if (webSocket === null) socket.destroy();
      else webSocket.pause();
    }
    await Promise.race([registry.settled(), late]);
    for (const { line } of this.#guests.all()) line?.close(CLOSE.goingAway, 'front stops');
    await Promise.race([Promise.all([registry.settled(), closed]), late]);
    for (const { socket } of this.#guests.all()) socket.destroy();
    this.#wheel.stop();
    await closed;
    // The end of the last socket is told after that of its server.
    await this.#guests.left();
  }

  #openServer(): Server {
    const { tls, door } = this.#options;
    const { keepAliveMs, handshakeMs, headerBytes } = this.#limits;
    const common = {
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveMs,
      maxHeaderSize: headerBytes,
      // The front has a deadline of its own; these only stand behind it.
      headersTimeout: handshakeMs * 2,
      requestTimeout: handshakeMs * 2,
    };
    const server =
      tls === undefined
        ? createServer(common)
        : createTlsServer({ ...tls, ...common, handshakeTimeout: handshakeMs * 2 });
    if (server instanceof TlsServer)
      this.#options.onRenewed?.((next) => server.setSecureContext(next));
    server.on('connection', (socket: Socket) => this.#onSocket(socket));
    server.on('upgrade', (request, socket, head) => this.#onUpgrade(request, socket, head));
    server.on('request', (request, response) => {
      this.#guests.of(request.socket)?.cancelDeadline();
      response.writeHead(426, { Connection: 'close', Upgrade: 'websocket' }).end();
    });
    reportRequests(server, door);
    if (tls !== undefined) reportHandshakes(server, door);
    return server;
  }

  #onSocket(socket: Socket): void {
    const address = socket.remoteAddress ?? '';
    const counts = this.#sockets;
    const entry = this.#options.door.enter(address).ok ? this.#gate.enter(address) : 'refused';
    if (entry !== 'in') {
      if (entry === 'full') counts.refusedFull += 1;
      else counts.refusedAddress += 1;
      this.#room.log.warn({ address, entry }, 'connection-refused');
      socket.destroy();
      return;
    }
    counts.accepted += 1;
    counts.open += 1;
    const late = this.#wheel.after(this.#limits.handshakeMs, () => this.#onSlow(guest));
    const guest = this.#guests.come(socket, address, late);
    socket.on('error', () => {
      counts.socketErrors += 1;
    });
    socket.on('close', () => {
      guest.cancelDeadline();
      this.#guests.gone(guest);
      counts.open -= 1;
      this.#gate.leave(address);
    });
  }

  #onSlow({ socket, address }: Guest): void {
    this.#visits.slowHandshakes += 1;
    const detail = `no handshake within ${this.#limits.handshakeMs} ms`;
    this.#options.door.report({ code: 'slow-handshake', pileNo: null, address, detail });
    socket.destroy();
  }

  #onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const guest = this.#guests.of(request.socket);
    if (guest === undefined) {
      socket.destroy();
      return;
    }
    guest.cancelDeadline();
    // Over TLS it is another socket, and who hangs up while the door is asked is told of nowhere else.
    if (socket !== guest.socket) socket.on('error', ignore);
    this.#handshake
      .receive(request, socket, guest.address)
      .then((welcome) => {
        if (welcome === undefined || !this.#guests.has(guest)) return;
        this.#handshake.complete(request, socket, head, welcome, (webSocket) =>
          this.#onOpen(guest, webSocket, welcome),
        );
      })
      .catch((error: unknown) => {
        this.#room.counts.errors += 1;
        this.#room.log.error({ address: guest.address, err: error }, 'handshake-failed');
        refuse(socket, 503);
      });
  }

  #onOpen(guest: Guest, webSocket: WebSocket, { identity, policy, agreed }: Welcome): void {
    const { stations, clock, drivers, door } = this.#options;
    const { address } = guest;
    const wire = new WsSocket(webSocket, {
      clock,
      timers: this.#wheel,
      unsentBytes: this.#limits.unsentBytes,
    });
    guest.webSocket = webSocket;
    if (agreed.is === 'none') {
      this.#visits.noVersion += 1;
      this.#room.log.warn({ pile: identity, address }, 'no-ocpp-version');
      wire.close(CLOSE.protocolError, 'no subprotocol in common');
      return;
    }
    this.#visits.welcomed += 1;
    const memory = stations.memoryOf(identity);
    if (stations.arrived(memory, clock.monoMs())) {
      const detail = 'connects again and again';
      door.report({ code: 'flapping', pileNo: identity, address, detail });
    }
    memory.line?.replace();
    const connectionId = `${randomBytes(ID_BYTES).toString('base64url')}.`;
    const { version } = agreed;
    const station: Station = { version, mode: policy.mode, address, connectionId, memory };
    const line = drivers[version](this.#room, station, wire);
    memory.line = line;
    guest.line = line;
    wire.listen(line);
    webSocket.on('ping', () => line.heard());
    webSocket.on('error', (error) => this.#onBroken(webSocket, identity, address, error));
    this.#room.log.info(
      { pile: identity, address, version, connection: connectionId },
      'connected',
    );
    line.open();
  }

  /** `ws` says goodbye by itself, and would read on until it is answered. */
  #onBroken(webSocket: WebSocket, pileNo: string, address: string, error: Error): void {
    this.#wheel.after(GOODBYE_MS, () => webSocket.terminate());
    if (!('code' in error) || error.code !== 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return;
    const isBomb = error.stack?.includes('inflateOnData') === true;
    if (isBomb) this.#visits.bombs += 1;
    else this.#visits.oversized += 1;
    const code = isBomb ? 'deflate-bomb' : 'oversized-frame';
    this.#options.door.report({ code, pileNo, address, detail: error.message });
  }

  #tidyLater(): void {
    this.#wheel.after(TIDY_MS, () => {
      this.#gate.tidy(this.#options.clock.monoMs());
      this.#tidyLater();
    });
  }
}
