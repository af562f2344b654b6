import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** What one connection may send. */
export interface PacketLimits {
  /** Body of one MQTT packet, bytes. */
  readonly packetBytes: number;
  /** Body of the first packet, when nobody knows yet who is there. */
  readonly connectBytes: number;
  /** Packets a second, over time; twice as many at once. */
  readonly packetsPerSecond: number;
}

interface Scan {
  /** Bytes of the current packet's body that are still to come. */
  readonly rest: number;
  /** Bytes of the fixed header read so far: 0 between packets. */
  readonly headerBytes: number;
  readonly length: number;
  readonly packets: number;
}
const START: Scan = { rest: 0, headerBytes: 0, length: 0, packets: 0 };
/** MQTT 3.1.1 §2.2.3: the remaining length has one to four bytes. */
const LENGTH_BYTES = 4;

/** Follows the fixed headers through one chunk; `undefined` when a packet is malformed or too large. */
function scanned(from: Scan, chunk: Uint8Array, limits: PacketLimits): Scan | undefined {
  let { rest, headerBytes, length, packets } = from;
  let at = 0;
  while (at < chunk.length) {
    if (rest > 0) {
      const step = Math.min(rest, chunk.length - at);
      rest -= step;
      at += step;
      continue;
    }
    const byte = chunk[at] ?? 0;
    at += 1;
    headerBytes += 1;
    if (headerBytes === 1) continue;
    length += (byte & 0x7f) * 128 ** (headerBytes - 2);
    if (length > (packets === 0 ? limits.connectBytes : limits.packetBytes)) return undefined;
    if ((byte & 0x80) !== 0) {
      if (headerBytes > LENGTH_BYTES) return undefined;
      continue;
    }
    packets += 1;
    rest = length;
    headerBytes = 0;
    length = 0;
  }
  return { rest, headerBytes, length, packets };
}

/**
 * A socket as the broker sees it. The broker's parser collects a packet of any announced length
 * (256 MB in MQTT), so the length is looked at here first; a sender that is too quick is not read
 * from for a while, which slows it down without losing anything.
 */
export function guardPackets(
  socket: Socket,
  limits: PacketLimits,
  onRefused: (why: 'packet-too-large') => void,
): Duplex {
  let scan = START;
  let tokens = limits.packetsPerSecond * 2;
  let refilledMs = performance.now();
  let resting: NodeJS.Timeout | undefined;

  const take = (packets: number): number => {
    const now = performance.now();
    const earned = ((now - refilledMs) / 1_000) * limits.packetsPerSecond;
    refilledMs = now;
    tokens = Math.min(tokens + earned, limits.packetsPerSecond * 2) - packets;
    return tokens >= 0 ? 0 : (-tokens / limits.packetsPerSecond) * 1_000;
  };
  const rest = (ms: number): void => {
    socket.pause();
    resting ??= setTimeout(() => {
      resting = undefined;
      if (guard.readableLength < guard.readableHighWaterMark) socket.resume();
    }, ms);
  };
  const guard = new Duplex({
    read: () => {
      if (resting === undefined) socket.resume();
    },
    write: (chunk, _encoding, done) => {
      socket.write(chunk, done);
    },
    writev: (chunks, done) => {
      socket.cork();
      const last = chunks.length - 1;
      chunks.forEach(({ chunk }, i) => {
        socket.write(chunk, i === last ? done : undefined);
      });
      socket.uncork();
    },
    final: (done) => {
      socket.end(done);
    },
    destroy: (error, done) => {
      clearTimeout(resting);
      socket.destroy();
      done(error);
    },
  });
  socket.on('data', (chunk: Buffer) => {
    const next = scanned(scan, chunk, limits);
    if (next === undefined) {
      onRefused('packet-too-large');
      guard.destroy();
      return;
    }
    const restMs = take(next.packets - scan.packets);
    scan = next;
    if (restMs > 0) rest(restMs);
    if (!guard.push(chunk)) socket.pause();
  });
  socket.on('end', () => guard.push(null));
  socket.on('error', () => guard.destroy());
  socket.on('close', () => guard.destroy());
  return guard;
}
