import type { OcppSurroundings, StationCall } from '../piles/ocpp/surroundings.ts';
import type { VirtualTime } from './virtual-time.ts';

/** Way of a message through the site's own network. */
const HOP_MS = 2;

/** The platform's end of one WebSocket. */
export interface Accepted {
  readonly received: (text: string) => void;
  readonly lost: () => void;
}

/** `undefined`: the handshake is refused. */
export type AcceptText = (
  station: StationCall,
  wire: { readonly write: (text: string) => void; readonly end: () => void },
) => Accepted | undefined;

export interface CutLine {
  readonly accept: AcceptText;
  readonly cut: () => void;
  readonly restore: () => void;
}

/** A line that can be cut: what is open breaks, and nobody gets through until it is restored. */
export function cutLine(accept: AcceptText): CutLine {
  const open = new Set<() => void>();
  let isUp = true;
  return {
    accept(station, wire) {
      if (!isUp) return undefined;
      const platform = accept(station, wire);
      if (platform === undefined) return undefined;
      open.add(wire.end);
      return {
        received: platform.received,
        lost() {
          open.delete(wire.end);
          platform.lost();
        },
      };
    },
    cut() {
      isUp = false;
      for (const end of open) end();
    },
    restore() {
      isUp = true;
    },
  };
}

/** WebSockets without a network: what one side writes the other reads a moment later, in order. */
export const textSurroundings = (time: VirtualTime, accept: AcceptText): OcppSurroundings => ({
  time: time.pile,
  carryOut: async () => ({ done: true, text: '-----BEGIN CERTIFICATE REQUEST-----' }),
  open(station, events) {
    let isOpen = true;
    const soon = (task: () => void): void => void time.timers.after(HOP_MS, task);
    const close = (): void => {
      if (!isOpen) return;
      isOpen = false;
      platform?.lost();
      events.disconnected();
    };
    let platform: Accepted | undefined;
    soon(() => {
      if (!isOpen) return;
      platform = accept(station, {
        write: (text) =>
          soon(() => {
            if (isOpen) events.received(text);
          }),
        end: () => soon(close),
      });
      if (platform === undefined) close();
      else events.connected();
    });
    return {
      write: (text) =>
        soon(() => {
          if (isOpen) platform?.received(text);
        }),
      end: () => soon(close),
      destroy: () => soon(close),
    };
  },
});
