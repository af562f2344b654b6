import type { Faults } from './faults.ts';
import type { Random } from './random.ts';
import type { LineEvents, Surroundings, Wire } from './surroundings.ts';

/** The connection of a pile with a bad antenna: what is sent may be late, cut, glued, doubled or lost. */
export interface BadLine {
  readonly connect: () => void;
  readonly send: (frame: Uint8Array) => void;
  readonly drop: () => void;
}

const SPLIT_PAUSE_MS = 30;
const MERGE_MAX_MS = 1_500;
const BREAK_MS = 5;

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function badLine(
  { time, open }: Surroundings,
  faults: Faults,
  random: Random,
  events: LineEvents,
): BadLine {
  let wire: Wire | undefined;
  let held: Uint8Array[] = [];
  /** Everything leaves in its order; a delay holds back what comes after it too. */
  let freeAtMs = 0;

  const later = (bytes: Uint8Array, waitMs: number, by: Wire): void => {
    const now = time.nowMs();
    freeAtMs = Math.max(freeAtMs, now + waitMs);
    if (freeAtMs <= now) by.write(bytes);
    else time.after(freeAtMs - now, () => by.write(bytes));
  };
  const flushHeld = (by: Wire): void => {
    if (held.length === 0 || wire !== by) return;
    const glued = joined(held);
    held = [];
    later(glued, 0, by);
  };
  const leaveOnce = (frame: Uint8Array, by: Wire): void => {
    if (random.once(faults.mergeOneIn)) {
      held.push(frame);
      time.after(MERGE_MAX_MS, () => flushHeld(by));
      return;
    }
    const whole = joined([...held, frame]);
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
      held = [];
      freeAtMs = 0;
      const made: Wire = open({
        ...events,
        disconnected() {
          if (wire === made) wire = undefined;
          events.disconnected();
        },
      });
      wire = made;
    },
    send(frame) {
      const by = wire;
      if (by === undefined || random.once(faults.dropOneIn)) return;
      leaveOnce(frame, by);
      if (random.once(faults.duplicateOneIn)) leaveOnce(frame, by);
      if (random.once(faults.disconnectOneIn)) time.after(BREAK_MS, by.destroy);
    },
    drop: () => wire?.end(),
  };
}
