import type { Faults } from '../faults.ts';
import type { Random } from '../random.ts';
import type { OcppSurroundings, StationCall, TextEvents, TextWire } from './surroundings.ts';

/** A WebSocket over a bad antenna: whole messages are late, doubled or lost, or nothing passes at all. */
export interface BadTextLine {
  readonly connect: () => void;
  readonly send: (text: string) => void;
  readonly drop: () => void;
  /** Breaks it without a farewell. */
  readonly destroy: () => void;
}

const BREAK_MS = 5;
/** How long a connection may stay open that carries nothing. */
const HALF_OPEN_MS: readonly [number, number] = [5_000, 15_000];

/** One connection of the line. */
interface Open {
  readonly wire: TextWire;
  carries: boolean;
  /** Everything leaves in its order; a delay holds back what comes after it too. */
  freeAtMs: number;
}

export function badTextLine(
  { time, open }: OcppSurroundings,
  station: StationCall,
  faults: Faults,
  random: Random,
  events: TextEvents,
): BadTextLine {
  let now: Open | undefined;

  const leave = (text: string, by: Open): void => {
    const atMs = time.nowMs();
    const waitMs = random.once(faults.delayOneIn) ? random.between(1, faults.delayMs) : 0;
    by.freeAtMs = Math.max(by.freeAtMs, atMs + waitMs);
    const write = (): void => {
      if (by.carries) by.wire.write(text);
    };
    if (by.freeAtMs <= atMs) write();
    else time.after(by.freeAtMs - atMs, write);
  };
  const fallSilent = (by: Open): void => {
    by.carries = false;
    time.after(random.between(...HALF_OPEN_MS), by.wire.destroy);
  };

  return {
    connect() {
      const wire = open(station, {
        connected: events.connected,
        disconnected() {
          if (now?.wire === wire) now = undefined;
          events.disconnected();
        },
        received(text) {
          if (now?.wire === wire && now.carries) events.received(text);
        },
      });
      now = { wire, carries: true, freeAtMs: 0 };
    },
    send(text) {
      const by = now;
      if (by === undefined || random.once(faults.dropOneIn)) return;
      leave(text, by);
      if (random.once(faults.duplicateOneIn)) leave(text, by);
      if (random.once(faults.halfOpenOneIn)) fallSilent(by);
      if (random.once(faults.disconnectOneIn)) time.after(BREAK_MS, by.wire.destroy);
    },
    drop: () => now?.wire.end(),
    destroy: () => now?.wire.destroy(),
  };
}
