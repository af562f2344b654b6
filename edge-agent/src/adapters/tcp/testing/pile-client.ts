import { connect, type Socket } from 'node:net';
import type { CrcOrder, YkcBody, YkcMessage } from '@holdfast/protocols/ykc/codec';
import { ykc } from '@holdfast/protocols/ykc/codec';
import { ykcStream } from '@holdfast/protocols/ykc/stream';
import type { UpName } from '../../../piles/ykc/step.ts';
import { said } from '../../../piles/ykc/testing/samples.ts';

/** A pile's end of a real socket. */
export class PileClient {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  readonly heard: YkcMessage[] = [];
  /** Checksum order of what was heard last. */
  crc: CrcOrder = 'LE';
  #watchers: (() => void)[] = [];

  private constructor(socket: Socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => undefined);
    const stream = ykcStream();
    socket.on('data', (chunk: Uint8Array) => {
      stream.push(chunk, 0, (raw) => this.heard.push(ykc.read(raw)));
      this.crc = stream.crcOrder();
      for (const watch of this.#watchers.splice(0)) watch();
    });
  }

  static open(port: number): Promise<PileClient> {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    const client = new PileClient(socket);
    return new Promise((resolve, reject) => {
      socket.once('connect', () => resolve(client));
      socket.once('error', reject);
    });
  }

  say<N extends UpName>(name: N, change: Partial<YkcBody<N>> = {}, seq = '0100'): this {
    this.socket.write(ykc.encode(said(name, change, seq)));
    return this;
  }

  /** Waits for the next frame of a name, and takes it and what came before it. */
  async next(name: YkcMessage['name']): Promise<YkcMessage> {
    for (;;) {
      const at = this.heard.findIndex((message) => message.name === name);
      const found = this.heard[at];
      if (found !== undefined) {
        this.heard.splice(0, at + 1);
        return found;
      }
      await new Promise<void>((resolve) => this.#watchers.push(resolve));
    }
  }

  async login(pileNo: string): Promise<this> {
    this.say('login', { pileNo });
    await this.next('loginAck');
    return this;
  }
}
