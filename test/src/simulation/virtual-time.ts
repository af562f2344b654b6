import type { Clock, Timers } from '@holdfast/edge-agent/ports/clock';
import type { PileTime } from '../piles/surroundings.ts';

interface Due {
  readonly atMs: number;
  readonly no: number;
  readonly task: () => void;
}

/** Time that passes only when it is told to: an hour takes as long as its events. */
export interface VirtualTime {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly pile: PileTime;
  /** Carries out everything that is due until `untilMs`, each with what it sets off, in order. */
  readonly runUntil: (untilMs: number) => Promise<void>;
}

/** Lets everything that a task has set off come to rest: promises of the site and its ledger. */
const rest = (): Promise<void> => new Promise((done) => setImmediate(done));

/** A heap by time, and by order of arming where times are equal: the same run every time. */
function queue() {
  const heap: Due[] = [];
  const before = (a: Due, b: Due): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.no < b.no);
  const at = (i: number): Due => heap[i] as Due;
  const swap = (i: number, j: number): void => {
    [heap[i], heap[j]] = [at(j), at(i)];
  };
  return {
    peek: (): Due | undefined => heap[0],
    push(due: Due): void {
      heap.push(due);
      let i = heap.length - 1;
      while (i > 0 && before(at(i), at((i - 1) >> 1))) {
        swap(i, (i - 1) >> 1);
        i = (i - 1) >> 1;
      }
    },
    pop(): Due | undefined {
      const [first] = heap;
      const last = heap.pop();
      if (last === undefined || heap.length === 0) return first;
      heap[0] = last;
      for (let i = 0; ; ) {
        const left = 2 * i + 1;
        const right = left + 1;
        if (left >= heap.length) break;
        const child = right < heap.length && before(at(right), at(left)) ? right : left;
        if (!before(at(child), at(i))) break;
        swap(i, child);
        i = child;
      }
      return first;
    },
  };
}

export function virtualTime(startMs: number): VirtualTime {
  const due = queue();
  const cancelled = new Set<number>();
  let nowMs = startMs;
  let armed = 0;
  const after = (ms: number, task: () => void): (() => void) => {
    if (!Number.isFinite(ms)) throw new RangeError(`a timer of ${ms} ms`);
    const no = armed++;
    due.push({ atMs: nowMs + Math.max(0, ms), no, task });
    return () => cancelled.add(no);
  };
  const monoMs = (): number => nowMs - startMs;
  return {
    clock: {
      nowMs: () => nowMs,
      monoMs,
      reading: () => ({ wallMs: nowMs, monoMs: monoMs(), bootNo: 1, quality: 2 }),
    },
    timers: { after },
    pile: { nowMs: () => nowMs, after },
    async runUntil(untilMs) {
      for (let next = due.peek(); next !== undefined && next.atMs <= untilMs; next = due.peek()) {
        due.pop();
        if (cancelled.delete(next.no)) continue;
        nowMs = next.atMs;
        next.task();
        await rest();
      }
      nowMs = untilMs;
    },
  };
}
