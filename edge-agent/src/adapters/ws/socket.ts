import type { RpcPort } from '@holdfast/protocols/ocpp/rpc/port';
import { type RawData, WebSocket } from 'ws';
import type { Clock, Timers } from '../../ports/clock.ts';

/** What a socket tells whoever holds it. */
export interface SocketHooks {
  /** One message, put together from its fragments; binary ones as text too. */
  readonly received: (text: string) => void;
  /** The other side has answered a ping of ours. */
  readonly ponged: () => void;
  /** The socket is gone; told once. */
  readonly lost: (code: number, reason: string) => void;
}

/** What a socket needs around it. */
export interface SocketSurroundings {
  readonly clock: Pick<Clock, 'monoMs'>;
  readonly timers: Timers;
  /** Bytes that the other side may leave unread before nothing more is taken. */
  readonly unsentBytes: number;
}

/** Longest reason that fits a close frame with room to spare (RFC 6455 §5.5). */
const REASON_CHARS_MAX = 100;

const ignore = (): void => undefined;

const textOf = (data: RawData): string => {
  if (Array.isArray(data)) return Buffer.concat(data).toString();
  return (Buffer.isBuffer(data) ? data : Buffer.from(data)).toString();
};

/** An open WebSocket as the RPC layer sees it; knows nothing of what is said on it. */
export class WsSocket implements RpcPort {
  readonly after: RpcPort['after'];
  readonly monoMs: RpcPort['monoMs'];
  readonly #socket: WebSocket;
  readonly #unsentBytes: number;

  constructor(socket: WebSocket, { clock, timers, unsentBytes }: SocketSurroundings) {
    this.#socket = socket;
    this.#unsentBytes = unsentBytes;
    this.after = timers.after;
    this.monoMs = clock.monoMs;
    // A broken socket is told by its close; without a listener the error would end the process.
    socket.on('error', ignore);
  }

  /** Begins to hand over what comes. */
  listen(hooks: SocketHooks): void {
    this.#socket.on('message', (data) => hooks.received(textOf(data)));
    this.#socket.on('pong', () => hooks.ponged());
    this.#socket.on('close', (code, reason) => hooks.lost(code, reason.toString()));
  }

  send(text: string): boolean {
    const socket = this.#socket;
    // It is closing: its end is told soon, and nothing that is sent arrives any more.
    if (socket.readyState !== WebSocket.OPEN) return true;
    if (socket.bufferedAmount + text.length > this.#unsentBytes) return false;
    socket.send(text);
    return true;
  }

  ping(): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Ends in order; a side that does not answer the close is dropped by `ws` after its own time. */
  close(code: number, reason: string): void {
    this.#socket.resume();
    this.#socket.close(code, reason.slice(0, REASON_CHARS_MAX));
  }

  /** Ends at once. */
  terminate(): void {
    this.#socket.terminate();
  }
}
