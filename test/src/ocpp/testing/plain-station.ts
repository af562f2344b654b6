import { once } from 'node:events';
import type { SecureContextOptions } from 'node:tls';
import { type RawData, WebSocket } from 'ws';

export type Payload = Readonly<Record<string, unknown>>;

export interface PlainOptions {
  readonly password?: string | Uint8Array;
  readonly protocols?: readonly string[];
  readonly tls?: SecureContextOptions & { readonly ca: string };
}

interface Expected {
  readonly action: string;
  readonly answer: Payload;
  readonly heard: (payload: Payload) => void;
}

/** The station was answered with an error. */
export class Refused extends Error {
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

const MEANWHILE_MS = 15_000;

/**
 * A station made of a WebSocket and the text of OCPP-J alone: nothing of the agent's own. What it is
 * asked without expecting it is kept, and answered with an error.
 */
export class PlainStation {
  readonly unexpected: string[] = [];
  readonly #socket: WebSocket;
  readonly #waiting = new Map<string, (frame: readonly unknown[]) => void>();
  readonly #expected: Expected[] = [];
  #calls = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => this.#onMessage(data));
    socket.on('close', () => {
      for (const lost of this.#waiting.values()) lost([4, '', 'lost', 'the connection is gone']);
      this.#waiting.clear();
    });
    socket.on('error', () => undefined);
  }

  /** Connects; rejects when the door stays shut. `url`: without the identity. */
  static async connect(url: string, identity: string, options: PlainOptions = {}) {
    const { password, protocols = ['ocpp1.6'], tls } = options;
    const secret = Buffer.concat([Buffer.from(`${identity}:`), Buffer.from(password ?? '')]);
    const socket = new WebSocket(`${url}/${identity}`, [...protocols], {
      ...tls,
      ...(password === undefined
        ? {}
        : { headers: { authorization: `Basic ${secret.toString('base64')}` } }),
    });
    const station = new PlainStation(socket);
    await once(socket, 'open');
    return station;
  }

  get protocol(): string {
    return this.#socket.protocol;
  }

  /** Asks the central system; rejects with `Refused` when it answers with an error. */
  call(action: string, payload: Payload = {}): Promise<Payload> {
    this.#calls += 1;
    const id = `plain-${this.#calls}`;
    this.#socket.send(JSON.stringify([2, id, action, payload]));
    const answer = new Promise<Payload>((resolve, reject) => {
      this.#waiting.set(id, ([type, , first, second]) => {
        if (type === 3) resolve(first as Payload);
        else reject(new Refused(`${String(first)} ${String(second)}`));
      });
    });
    return inTime(answer, `no answer to ${action}`);
  }

  /** The next call of the central system, which must be this one; it is answered so. */
  expects(action: string, answer: Payload): Promise<Payload> {
    const heard = new Promise<Payload>((resolve) => {
      this.#expected.push({ action, answer, heard: resolve });
    });
    return inTime(heard, `${action} did not come`);
  }

  async close(): Promise<void> {
    if (this.#socket.readyState === WebSocket.CLOSED) return;
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }

  async closed(): Promise<void> {
    if (this.#socket.readyState !== WebSocket.CLOSED) await once(this.#socket, 'close');
  }

  #onMessage(data: RawData): void {
    const frame = JSON.parse(String(data)) as readonly unknown[];
    const [type, id, action, payload] = frame;
    if (type !== 2) {
      const waiting = this.#waiting.get(String(id));
      this.#waiting.delete(String(id));
      waiting?.(frame);
      return;
    }
    const at = this.#expected.findIndex((one) => one.action === action);
    const [expected] = at < 0 ? [] : this.#expected.splice(at, 1);
    if (expected === undefined) {
      this.unexpected.push(String(action));
      this.#socket.send(JSON.stringify([4, id, 'NotSupported', 'not expected', {}]));
      return;
    }
    this.#socket.send(JSON.stringify([3, id, expected.answer]));
    expected.heard(payload as Payload);
  }
}

async function inTime<T>(promise: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new RangeError(what)), MEANWHILE_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
