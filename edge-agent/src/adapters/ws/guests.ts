import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { StationConnection } from '../../piles/ocpp/station.ts';

/** A socket that was let in, from its first byte on. */
export interface Guest {
  readonly key: string;
  readonly socket: Socket;
  readonly address: string;
  /** The handshake has come in time. */
  readonly cancelDeadline: () => void;
  webSocket: WebSocket | null;
  line: StationConnection | null;
}

/** Over TLS the request has another socket than the connection: the ends of both are the same. */
const keyOf = (socket: Socket): string => `${socket.remoteAddress}|${socket.remotePort}`;

/** The sockets of a front. */
export class Guests {
  readonly #guests = new Map<string, Guest>();
  #wake: () => void = () => undefined;

  come(socket: Socket, address: string, cancelDeadline: () => void): Guest {
    const key = keyOf(socket);
    const guest: Guest = { key, socket, address, cancelDeadline, webSocket: null, line: null };
    this.#guests.set(key, guest);
    return guest;
  }

  /** Whose socket it is; `undefined` when it is gone. */
  of(socket: Socket): Guest | undefined {
    return this.#guests.get(keyOf(socket));
  }

  has(guest: Guest): boolean {
    return this.#guests.get(guest.key) === guest;
  }

  gone(guest: Guest): void {
    if (this.has(guest)) this.#guests.delete(guest.key);
    if (this.#guests.size === 0) this.#wake();
  }

  /** Resolves when the last of them has gone. */
  left(): Promise<void> {
    if (this.#guests.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  all(): readonly Guest[] {
    return [...this.#guests.values()];
  }
}
