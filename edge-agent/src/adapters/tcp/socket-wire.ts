import type { Socket } from 'node:net';
import type { Wire } from '../../piles/connection.ts';
import type { PileLog } from '../../piles/log.ts';
import type { TlsSession } from '../../ports/doorkeeper.ts';
import type { SocketCounts } from './limits.ts';

/** What the wires of a front share. */
export interface SocketDesk {
  /** Bytes that a pile may leave unread. */
  readonly unsentBytes: number;
  readonly counts: SocketCounts;
  readonly log: PileLog;
}

/** A socket as the connection sees it; a pile that does not read is dropped. */
export class SocketWire implements Wire {
  readonly address: string;
  readonly tls: TlsSession | null;
  readonly #socket: Socket;
  readonly #desk: SocketDesk;

  constructor(socket: Socket, address: string, desk: SocketDesk, tls: TlsSession | null) {
    this.#socket = socket;
    this.address = address;
    this.tls = tls;
    this.#desk = desk;
  }

  write(bytes: Uint8Array): void {
    const socket = this.#socket;
    if (!socket.writable) return;
    if (socket.writableLength + bytes.length <= this.#desk.unsentBytes) {
      socket.write(bytes);
      return;
    }
    this.#desk.counts.droppedSlow += 1;
    this.#desk.log.warn({ address: this.address, unsent: socket.writableLength }, 'pile-too-slow');
    socket.destroy();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#socket.destroySoon();
  }
}
