import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { deflateRawSync } from 'node:zlib';

/*
 * A WebSocket client as bare as it can be: what it sends is made once, so that an attack takes the
 * processor of the one who is attacked and not that of the attacker.
 */

const FIN_TEXT = 0x81;
/** Compressed (RFC 7692 §6): the first reserved bit. */
const PACKED = 0x40;
const MASKED = 0x80;
const LENGTH_16 = 126;
const LENGTH_64 = 127;
const KEY_BYTES = 16;

/** A masked text frame; the mask is zero, so the text stands in it as it is. */
export function textFrame(payload: Buffer, isPacked = false): Buffer {
  const first = isPacked ? FIN_TEXT | PACKED : FIN_TEXT;
  const mask = Buffer.alloc(4);
  if (payload.length < LENGTH_16) {
    return Buffer.concat([Buffer.of(first, MASKED | payload.length), mask, payload]);
  }
  const isShort = payload.length < 0x1_0000;
  const head = Buffer.alloc(isShort ? 4 : 10);
  head[0] = first;
  head[1] = MASKED | (isShort ? LENGTH_16 : LENGTH_64);
  if (isShort) head.writeUInt16BE(payload.length, 2);
  else head.writeBigUInt64BE(BigInt(payload.length), 2);
  return Buffer.concat([head, mask, payload]);
}

/** A frame that is small on the wire and unpacks to so many bytes. */
export function bombFrame(bytes: number): Buffer {
  const packed = deflateRawSync(Buffer.alloc(bytes, 'x'), { level: 9 });
  return textFrame(packed, true);
}

/** The first of these that happens to a socket; an error is its end like any other. */
export function first(
  socket: Socket,
  ...names: readonly ('connect' | 'data' | 'drain')[]
): Promise<void> {
  const events = [...names, 'close'] as const;
  return new Promise((resolve) => {
    const done = (): void => {
      for (const name of events) socket.off(name, done);
      resolve();
    };
    for (const name of events) socket.on(name, done);
  });
}

/** An open socket from one of this machine's own addresses. */
export async function openSocket(port: number, localAddress: string): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, localAddress, noDelay: true });
  socket.on('error', () => undefined);
  socket.on('data', () => undefined);
  await first(socket, 'connect');
  return socket;
}

export const upgradeText = (identity: string): string =>
  [
    `GET /ocpp/${identity} HTTP/1.1`,
    'Host: edge',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(KEY_BYTES).toString('base64')}`,
    'Sec-WebSocket-Protocol: ocpp1.6',
    'Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover',
    '',
    '',
  ].join('\r\n');

/** A socket whose WebSocket is open, or that was refused and is closed. */
export async function openWebSocket(
  port: number,
  localAddress: string,
  identity: string,
): Promise<Socket> {
  const socket = await openSocket(port, localAddress);
  if (socket.destroyed) return socket;
  const answered = first(socket, 'data');
  socket.write(upgradeText(identity));
  await answered;
  return socket;
}
