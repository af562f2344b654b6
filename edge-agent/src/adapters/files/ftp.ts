import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { FaultError } from '@holdfast/shared/errors/fault';
import type { Jobs } from '../../files/jobs.ts';
import type { Timers } from '../../ports/clock.ts';
import type { Cabinet } from '../../ports/files.ts';
import type { SiteLog } from '../../site/log.ts';
import { FTP_BEGIN, type FtpEffect, type FtpState, onLine } from './ftp-session.ts';
import type { FileServer } from './http.ts';

export interface FtpOptions {
  readonly host: string;
  readonly port: number;
  readonly jobs: Jobs;
  readonly cabinet: Cabinet;
  readonly timers: Timers;
  readonly log: SiteLog;
}

const SESSIONS_MAX = 64;
const LINE_MAX = 1_024;
const IDLE_MS = 120_000;
const DATA_WAIT_MS = 30_000;

/** A port that takes one connection, of one address. */
interface DataPort {
  readonly server: Server;
  readonly socket: Promise<Socket>;
  readonly close: () => void;
}

function openData(host: string, from: string, timers: Timers): Promise<DataPort> {
  const { promise: socket, resolve, reject } = Promise.withResolvers<Socket>();
  // Whoever waits for it comes later, or never.
  socket.catch(() => undefined);
  const server = createServer((incoming) => {
    if (incoming.remoteAddress === from) {
      server.close();
      resolve(incoming);
    } else {
      incoming.destroy();
    }
  });
  const cancel = timers.after(DATA_WAIT_MS, () => {
    server.close();
    reject(new FaultError('file-cut', 'no data connection came'));
  });
  server.once('close', cancel);
  return new Promise((done, failed) => {
    server.once('error', failed);
    server.listen({ host, port: 0 }, () => {
      const close = (): void => {
        server.close();
        reject(new FaultError('file-cut', 'the control connection is gone'));
        socket.then((open) => open.destroy()).catch(() => undefined);
      };
      done({ server, socket, close });
    });
  });
}

class FtpSession {
  readonly #options: FtpOptions;
  readonly #socket: Socket;
  readonly #address: string;
  #state: FtpState = FTP_BEGIN;
  #data: DataPort | null = null;
  #text = '';
  /** Lines are taken one after the other, a transfer to its end. */
  #tasks: Promise<void> = Promise.resolve();

  constructor(options: FtpOptions, socket: Socket) {
    this.#options = options;
    this.#socket = socket;
    this.#address = socket.remoteAddress ?? '';
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => this.#read(chunk.toString('utf8')));
    socket.on('close', () => this.#data?.close());
    this.#reply(220, 'files of one job');
  }

  #read(text: string): void {
    this.#text += text;
    const lines = this.#text.split(/\r?\n/);
    this.#text = lines.pop() ?? '';
    if (this.#text.length > LINE_MAX || lines.length > LINE_MAX) {
      this.#socket.destroy();
      return;
    }
    for (const line of lines) this.#tasks = this.#tasks.then(() => this.#take(line));
  }

  async #take(line: string): Promise<void> {
    const { jobs } = this.#options;
    const { state, effects } = onLine(this.#state, line, {
      admit: (user, password) => jobs.admit(user, password, this.#address),
      use: jobs.use,
    });
    this.#state = state;
    try {
      for (const effect of effects) await this.#perform(effect);
    } catch (error) {
      const code = error instanceof FaultError ? error.code : 'internal';
      this.#options.log.warn({ address: this.#address, err: error }, 'ftp-transfer-failed');
      this.#reply(code === 'file-cut' ? 425 : 552, code);
    }
  }

  async #perform(effect: FtpEffect): Promise<void> {
    switch (effect.do) {
      case 'reply':
        this.#reply(effect.code, effect.text);
        return;
      case 'listen':
        await this.#listen(effect.extended);
        return;
      case 'size': {
        const file = await this.#options.cabinet.find(effect.fileId);
        if (file === undefined) this.#reply(550, 'the file is gone');
        else this.#reply(213, String(file.bytes));
        return;
      }
      case 'send':
        await this.#send(effect.fileId, effect.from);
        return;
      case 'receive':
        await this.#receive(effect.name);
        return;
      case 'close':
        this.#socket.end();
    }
  }

  async #listen(extended: boolean): Promise<void> {
    this.#data?.close();
    const local = this.#socket.localAddress ?? '127.0.0.1';
    this.#data = await openData(local, this.#address, this.#options.timers);
    const { port } = this.#data.server.address() as AddressInfo;
    if (extended) {
      this.#reply(229, `here (|||${port}|)`);
      return;
    }
    const host = local.replace(/^::ffff:/, '').replaceAll('.', ',');
    this.#reply(227, `here (${host},${port >> 8},${port & 0xff})`);
  }

  async #openSocket(): Promise<Socket> {
    const data = this.#data;
    this.#data = null;
    if (data === null) throw new FaultError('file-cut', 'PASV first');
    this.#reply(150, 'begins');
    return await data.socket;
  }

  async #send(fileId: string, from: number): Promise<void> {
    const { cabinet, log } = this.#options;
    const file = await cabinet.find(fileId);
    if (file === undefined) {
      this.#reply(550, 'the file is gone');
      return;
    }
    await pipeline(cabinet.read(fileId, from), await this.#openSocket());
    log.info({ address: this.#address, file: file.name, from }, 'file-fetched');
    this.#reply(226, 'done');
  }

  async #receive(name: string): Promise<void> {
    const { cabinet, jobs, log } = this.#options;
    const { job } = this.#state;
    if (job === null) return;
    const { pileNo } = job;
    const file = await cabinet.keep({ kind: 'received', name, pileNo }, await this.#openSocket());
    jobs.brought(job.user, file.id);
    log.info({ pile: pileNo, file: file.name, bytes: file.bytes }, 'file-brought');
    this.#reply(226, 'done');
  }

  #reply(code: number, text: string): void {
    if (!this.#socket.destroyed) this.#socket.write(`${code} ${text}\r\n`);
  }
}

/**
 * [FILE-6] The part of FTP (RFC 959, passive mode) that piles use to fetch firmware and bring logs.
 * Written here, for there is no server package that is still looked after.
 */
export function fileFtp(options: FtpOptions): FileServer {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    new FtpSession(options, socket);
  });
  server.maxConnections = SESSIONS_MAX;
  const { host, port } = options;
  return {
    start: () =>
      new Promise((resolve, reject) => {
        const failed = (error: unknown): void =>
          reject(new FaultError('address-taken', `${host}:${port}`, error));
        server.once('error', failed);
        server.listen({ host, port }, () => {
          server.off('error', failed);
          const address = server.address();
          if (address !== null && typeof address !== 'string') resolve(address);
          else failed(address);
        });
      }),
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}
