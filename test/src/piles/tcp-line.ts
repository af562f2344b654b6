import net from 'node:net';
import type { Faults } from './faults.ts';
import type { Random } from './random.ts';

export interface LineEvents {
  readonly connected: () => void;
  readonly disconnected: () => void;
  readonly received: (chunk: Uint8Array) => void;
}

/** One TCP connection of a virtual pile with a bad antenna: what is sent may be late, cut, glued, doubled or lost. */
export interface TcpLine {
  readonly connect: () => void;
  readonly send: (frame: Uint8Array) => void;
  readonly drop: () => void;
}

const SPLIT_PAUSE_MS = 30;
const MERGE_MAX_MS = 1_500;

export function tcpLine(
  to: { readonly host: string; readonly port: number },
  faults: Faults,
  random: Random,
  events: LineEvents,
): TcpLine {
  let socket: net.Socket | undefined;
  let held: Uint8Array[] = [];
  /** Everything leaves in its order; a delay holds back what comes after it too. */
  let freeAtMs = 0;

  const write = (bytes: Uint8Array, by: net.Socket): void => {
    if (!by.destroyed) by.write(bytes);
  };

  const later = (bytes: Uint8Array, waitMs: number, by: net.Socket): void => {
    const now = Date.now();
    freeAtMs = Math.max(freeAtMs, now + waitMs);
    if (freeAtMs <= now) write(bytes, by);
    else setTimeout(() => write(bytes, by), freeAtMs - now);
  };

  const flushHeld = (by: net.Socket): void => {
    if (held.length === 0) return;
    const glued = Buffer.concat(held);
    held = [];
    later(glued, 0, by);
  };

  const leaveOnce = (frame: Uint8Array, by: net.Socket): void => {
    if (random.once(faults.mergeOneIn)) {
      held.push(frame);
      setTimeout(() => flushHeld(by), MERGE_MAX_MS);
      return;
    }
    const whole = Buffer.concat([...held, frame]);
    held = [];
    const waitMs = random.once(faults.delayOneIn) ? random.between(1, faults.delayMs) : 0;
    if (random.once(faults.splitOneIn)) {
      const at = random.between(1, whole.length - 1);
      later(whole.subarray(0, at), waitMs, by);
      later(whole.subarray(at), SPLIT_PAUSE_MS, by);
    } else {
      later(whole, waitMs, by);
    }
  };

  return {
    connect() {
      const made = net.connect({ ...to, noDelay: true });
      socket = made;
      held = [];
      freeAtMs = 0;
      made.on('connect', events.connected);
      made.on('data', events.received);
      made.on('error', () => made.destroy());
      made.on('close', () => {
        if (socket === made) socket = undefined;
        events.disconnected();
      });
    },
    send(frame) {
      const by = socket;
      if (by === undefined || by.destroyed || random.once(faults.dropOneIn)) return;
      leaveOnce(frame, by);
      if (random.once(faults.duplicateOneIn)) leaveOnce(frame, by);
      if (random.once(faults.disconnectOneIn)) setTimeout(() => by.destroy(), 5);
    },
    drop: () => socket?.end(),
  };
}
