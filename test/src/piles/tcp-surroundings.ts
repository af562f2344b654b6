import net from 'node:net';
import type { PileTime, Surroundings } from './surroundings.ts';

/** The machine's own time. */
export const realTime: PileTime = {
  nowMs: () => Date.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
};

/** Real time and real TCP to one platform. */
export const tcpSurroundings = (to: {
  readonly host: string;
  readonly port: number;
}): Surroundings => ({
  time: realTime,
  open(events) {
    const socket = net.connect({ ...to, noDelay: true });
    socket.on('connect', events.connected);
    socket.on('data', events.received);
    socket.on('error', () => socket.destroy());
    socket.on('close', events.disconnected);
    return {
      write(bytes) {
        if (!socket.destroyed) socket.write(bytes);
      },
      end: () => void socket.end(),
      destroy: () => void socket.destroy(),
    };
  },
});
