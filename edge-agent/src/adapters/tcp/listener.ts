import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { familiesIn } from '@holdfast/protocols/family/detect';
import { FaultError } from '@holdfast/shared/errors/fault';
import type { Capture } from '../../piles/capture.ts';
import { noFrames } from '../../piles/limits.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Doorkeeper } from '../../ports/doorkeeper.ts';
import type { StrangerFile, StrangerShelf } from '../../ports/strangers.ts';
import type { SiteLog } from '../../site/log.ts';
import type { Acquaintance, StrangerBook } from '../../strangers/book.ts';
import { guardConnections } from '../tls/handshakes.ts';
import type { Front } from './front.ts';
import { Gate } from './gate.ts';
import { FRONT_LIMITS, type FrontLimits, noSockets } from './limits.ts';

export interface ListenerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly book: StrangerBook;
  readonly shelf: StrangerShelf;
  readonly capture: Capture;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly log: SiteLog;
  readonly idleMs: number;
  readonly limits?: Partial<FrontLimits>;
  /** Left out: everybody may come in, in tests. */
  readonly doorkeeper?: Doorkeeper;
}

const hexOf = (chunk: Uint8Array): string => Buffer.from(chunk).toString('hex').toUpperCase();

/** A front that takes connections, answers nothing, and writes down what it hears (RULES of strangers). */
export function openListener(options: ListenerOptions): Front {
  return new Listener(options);
}

class Listener implements Front {
  readonly #options: ListenerOptions;
  readonly #gate: Gate;
  readonly #server: Server;
  readonly #counts = { ...noSockets(), ...noFrames() };
  readonly #sockets = new Map<Socket, Promise<void>>();

  constructor(options: ListenerOptions) {
    this.#options = options;
    const limits = { ...FRONT_LIMITS, ...options.limits };
    this.#gate = new Gate(limits);
    this.#server = createServer({ keepAlive: true, keepAliveInitialDelay: limits.keepAliveMs });
    this.#server.on('connection', (socket) => this.#take(socket));
    if (options.doorkeeper !== undefined) guardConnections(this.#server, options.doorkeeper);
  }

  start(): Promise<AddressInfo> {
    const { host, port, log } = this.#options;
    const server = this.#server;
    return new Promise((resolve, reject) => {
      const failed = (error: unknown): void =>
        reject(new FaultError('address-taken', `${host}:${port}`, error));
      server.once('error', failed);
      server.listen({ host, port }, () => {
        server.off('error', failed);
        server.on('error', (error) => log.error({ err: error }, 'front-failed'));
        const address = server.address();
        if (address !== null && typeof address !== 'string') resolve(address);
        else failed(address);
      });
    });
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const socket of this.#sockets.keys()) socket.destroy();
    await Promise.all(this.#sockets.values());
    await closed;
  }

  stats() {
    return { ...this.#counts };
  }

  #take(socket: Socket): void {
    if (socket.destroyed) return;
    const address = socket.remoteAddress ?? '';
    socket.on('error', () => {
      this.#counts.socketErrors += 1;
    });
    const entry = this.#gate.enter(address);
    if (entry !== 'in') {
      if (entry === 'full') this.#counts.refusedFull += 1;
      else this.#counts.refusedAddress += 1;
      socket.destroy();
      return;
    }
    this.#counts.accepted += 1;
    this.#counts.open += 1;
    // Nothing is read until there is somewhere to write it down.
    socket.pause();
    const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    const served = this.#listen(socket, address, gone).finally(() => {
      this.#gate.leave(address);
      this.#counts.open -= 1;
      this.#sockets.delete(socket);
    });
    this.#sockets.set(socket, served);
  }

  async #listen(socket: Socket, address: string, gone: Promise<void>): Promise<void> {
    const { shelf, book, clock, log, idleMs } = this.#options;
    const file = await shelf.open(address, clock.nowMs()).catch((error: unknown) => {
      log.error({ address, err: error }, 'stranger-not-written');
      return null;
    });
    const acquaintance = book.meet(address, file?.name ?? null, clock.nowMs(), familiesIn);
    log.info({ address, file: file?.name }, 'stranger-connected');
    file?.write(clock.nowMs(), `# connected from ${address}:${socket.remotePort ?? 0}`);
    socket.setTimeout(idleMs, () => socket.destroy());
    socket.on('data', (chunk: Uint8Array) => this.#hear(address, acquaintance, file, chunk));
    socket.on('end', () => socket.destroy());
    socket.resume();
    await gone;
    file?.write(clock.nowMs(), '# closed');
    if (acquaintance.closed(clock.nowMs())) this.#tell(address, acquaintance);
    await file?.close();
  }

  #hear(
    address: string,
    acquaintance: Acquaintance,
    file: StrangerFile | null,
    chunk: Uint8Array,
  ): void {
    const nowMs = this.#options.clock.nowMs();
    this.#counts.bytesIn += chunk.length;
    this.#options.capture.tapeAt(address).keep(nowMs, true, chunk);
    file?.write(nowMs, `< ${hexOf(chunk)}`);
    if (acquaintance.heard(chunk, nowMs)) this.#tell(address, acquaintance);
  }

  /** [LISTEN-4] */
  #tell(address: string, acquaintance: Acquaintance): void {
    const best = acquaintance.best();
    if (best === undefined) return;
    const { family, confidence, frames, front, zh, en } = best;
    this.#options.log.warn({ address, family, confidence, frames, front, zh, en }, 'stranger-told');
  }
}
