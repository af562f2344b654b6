import type { Timers } from '../ports/clock.ts';
import type { Change, Ledger, OutgoingEvent } from '../ports/ledger.ts';

/** What several events of a short time are written in one go for. */
const LINGER_MS = 100;
/** After the ledger has refused. */
const AGAIN_MS = 5_000;
const MOST_AT_ONCE = 500;

/** Something that nobody waits for: a state, an alarm. */
export interface Note {
  /** A later note of the same key replaces this one. */
  readonly key: string;
  readonly changes: readonly Change[];
  readonly events: readonly OutgoingEvent[];
}

export interface Outlet<T> {
  readonly put: (item: T) => void;
  /** Writes what waits; resolves when it is written or refused. */
  readonly flush: () => Promise<void>;
  readonly waiting: () => number;
  /** How many were given up because too many waited. */
  readonly dropped: () => number;
  readonly close: () => Promise<void>;
}

interface OutletWork<T> {
  readonly timers: Timers;
  readonly waiting: () => number;
  /** Takes the next part of what waits; empty: nothing waits. */
  readonly take: () => readonly T[];
  readonly write: (items: readonly T[]) => Promise<void>;
  /** The ledger refused them: put them back, or give them up. */
  readonly refused: (items: readonly T[], error: unknown) => void;
}

/** One write at a time, a little after the first item; again later when it was refused. */
function pump<T>({ timers, waiting, take, write, refused }: OutletWork<T>) {
  let cancel: (() => void) | undefined;
  let running: Promise<void> | undefined;
  let closed = false;

  function wake(ms: number): void {
    if (cancel !== undefined || running !== undefined || closed) return;
    cancel = timers.after(ms, () => {
      cancel = undefined;
      void flush();
    });
  }

  /** Resolves with how long to wait before what is left is tried. */
  async function drain(): Promise<number> {
    for (let items = take(); items.length > 0; items = take()) {
      try {
        await write(items);
      } catch (error) {
        refused(items, error);
        return AGAIN_MS;
      }
    }
    return LINGER_MS;
  }

  function flush(): Promise<void> {
    cancel?.();
    cancel = undefined;
    running ??= drain().then((ms) => {
      running = undefined;
      if (waiting() > 0) wake(ms);
    });
    return running;
  }

  return {
    wake: () => wake(LINGER_MS),
    flush,
    async close(): Promise<void> {
      await flush();
      closed = true;
      cancel?.();
    },
  };
}

interface OutletOptions {
  readonly ledger: Ledger;
  readonly timers: Timers;
  /** More wait never; the oldest is given up. */
  readonly most: number;
  readonly onRefused: (error: unknown) => void;
}

/** Notes for the core file: the newest of each key, kept until the ledger takes them. */
export function noteOutlet({ ledger, timers, most, onRefused }: OutletOptions): Outlet<Note> {
  const notes = new Map<string, Note>();
  let dropped = 0;
  const keep = (note: Note): void => {
    const before = notes.get(note.key);
    notes.delete(note.key);
    // A note without an event only saves more of the same; what was to be told is still told.
    const events = note.events.length === 0 ? (before?.events ?? []) : note.events;
    notes.set(note.key, { ...note, events });
    const oldest = notes.size > most ? notes.keys().next().value : undefined;
    if (oldest === undefined) return;
    notes.delete(oldest);
    dropped += 1;
  };
  const work = pump<Note>({
    timers,
    waiting: () => notes.size,
    take() {
      const items = [...notes.values()].slice(0, MOST_AT_ONCE);
      for (const { key } of items) notes.delete(key);
      return items;
    },
    write: (items) =>
      ledger.commit({
        changes: items.flatMap((note) => note.changes),
        events: items.flatMap((note) => note.events),
      }),
    refused(items, error) {
      // What has come meanwhile under the same key is newer.
      for (const note of items) if (!notes.has(note.key)) keep(note);
      onRefused(error);
    },
  });
  return {
    put(note) {
      keep(note);
      work.wake();
    },
    flush: work.flush,
    waiting: () => notes.size,
    dropped: () => dropped,
    close: work.close,
  };
}

/** Measurements for the bulk file. When the disk does not follow, the oldest are given up and counted. */
export function measurementOutlet(options: OutletOptions): Outlet<OutgoingEvent> {
  const { ledger, timers, most, onRefused } = options;
  let queue: OutgoingEvent[] = [];
  let dropped = 0;
  const work = pump<OutgoingEvent>({
    timers,
    waiting: () => queue.length,
    take() {
      const items = queue.slice(0, MOST_AT_ONCE);
      queue = queue.slice(items.length);
      return items;
    },
    write: (items) => ledger.commitBulk(items),
    refused(items, error) {
      dropped += items.length;
      onRefused(error);
    },
  });
  return {
    put(event) {
      queue.push(event);
      if (queue.length > most) {
        const surplus = Math.ceil(most / 10);
        queue = queue.slice(surplus);
        dropped += surplus;
      }
      work.wake();
    },
    flush: work.flush,
    waiting: () => queue.length,
    dropped: () => dropped,
    close: work.close,
  };
}
