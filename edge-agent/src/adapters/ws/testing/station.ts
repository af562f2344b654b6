import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type ClientOptions, WebSocket } from 'ws';

/** What a station's socket was told when it was let go. */
export interface Goodbye {
  readonly code: number;
  readonly reason: string;
}

type Frame = readonly unknown[];

/** A station on a real WebSocket, in the hands of a test. */
export class TestStation {
  readonly socket: WebSocket;
  readonly closed: Promise<Goodbye>;
  readonly #heard: Frame[] = [];
  #wake: () => void = () => undefined;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('error', () => undefined);
    socket.on('message', (data) => {
      this.#heard.push(JSON.parse(String(data)) as Frame);
      this.#wake();
    });
    this.closed = once(socket, 'close').then(([code, reason]) => ({
      code: Number(code),
      reason: String(reason),
    }));
  }

  static async open(
    url: string,
    protocols: string | string[] = 'ocpp1.6',
    options: ClientOptions = {},
  ): Promise<TestStation> {
    const station = new TestStation(new WebSocket(url, protocols, options));
    await once(station.socket, 'open');
    return station;
  }

  say(...frame: Frame): this {
    this.socket.send(JSON.stringify(frame));
    return this;
  }

  /** The next frame that it hears. */
  async next(): Promise<Frame> {
    for (;;) {
      const frame = this.#heard.shift();
      if (frame !== undefined) return frame;
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
  }

  /** Says something and waits for the next frame. */
  ask(...frame: Frame): Promise<Frame> {
    return this.say(...frame).next();
  }

  get unread(): number {
    return this.#heard.length;
  }
}

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';

/** The bytes of a request for an upgrade. */
export const upgradeText = (target: string, headers: readonly string[] = []): string =>
  [
    `GET ${target} HTTP/1.1`,
    'Host: edge',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${KEY}`,
    ...headers,
    '',
    '',
  ].join('\r\n');

const clients: RawClient[] = [];

/** Hangs up on behalf of every raw client of a test. */
export function hangUp(): void {
  for (const { socket } of clients.splice(0)) socket.destroy();
}

/** A TCP client that says what it is told to, and keeps what it hears. */
export class RawClient {
  readonly socket: Socket;
  readonly ended: Promise<void>;
  #text = '';
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      this.#text += chunk.toString('latin1');
      this.#wake();
    });
    this.ended = once(socket, 'close').then(() => undefined);
  }

  static async open(port: number, localAddress?: string): Promise<RawClient> {
    const socket = connect({ host: '127.0.0.1', port, ...(localAddress && { localAddress }) });
    const client = new RawClient(socket);
    clients.push(client);
    await once(socket, 'connect');
    return client;
  }

  get text(): string {
    return this.#text;
  }

  /** The head of the answer to a request. */
  async head(request: string): Promise<string> {
    this.socket.write(request);
    const closed = this.ended.then(() => true);
    for (;;) {
      const end = this.#text.indexOf('\r\n\r\n');
      if (end >= 0) return this.#text.slice(0, end);
      const woken = new Promise<false>((resolve) => {
        this.#wake = () => resolve(false);
      });
      if (await Promise.race([closed, woken])) return this.#text;
    }
  }
}
