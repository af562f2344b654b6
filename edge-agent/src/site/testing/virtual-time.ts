import type { Clock, Timers } from '../../ports/clock.ts';

/** Time that moves only when a test moves it. */
export interface VirtualTime {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Lets everything that is under way come to rest, without time passing. */
  readonly settle: () => Promise<void>;
  /** Passes time; tasks run when theirs has come, in order. */
  readonly pass: (ms: number) => Promise<void>;
  /** Steps the wall clock alone. */
  readonly step: (ms: number) => void;
  readonly armed: () => number;
}

interface Task {
  readonly at: number;
  readonly no: number;
  readonly run: () => void;
}

const turn = (): Promise<void> => new Promise((done) => setImmediate(done));

/** The promises of a commit and what hangs on them need a few turns of the event loop. */
const TURNS = 4;

export function virtualTime(startMs: number): VirtualTime {
  let mono = 0;
  let wallOffset = startMs;
  let made = 0;
  const tasks = new Map<number, Task>();

  async function settle(): Promise<void> {
    for (let n = 0; n < TURNS; n += 1) await turn();
  }

  function nextTask(until: number): Task | undefined {
    let found: Task | undefined;
    for (const task of tasks.values()) {
      if (task.at > until) continue;
      if (
        found === undefined ||
        task.at < found.at ||
        (task.at === found.at && task.no < found.no)
      ) {
        found = task;
      }
    }
    return found;
  }

  return {
    clock: {
      nowMs: () => wallOffset + mono,
      monoMs: () => mono,
      reading: () => ({ wallMs: wallOffset + mono, monoMs: mono, bootNo: 1, quality: 2 }),
    },
    timers: {
      after(ms, run) {
        made += 1;
        const no = made;
        tasks.set(no, { at: mono + ms, no, run });
        return () => void tasks.delete(no);
      },
    },
    settle,
    async pass(ms) {
      const until = mono + ms;
      await settle();
      for (let task = nextTask(until); task !== undefined; task = nextTask(until)) {
        tasks.delete(task.no);
        mono = Math.max(mono, task.at);
        task.run();
        await settle();
      }
      mono = until;
      await settle();
    },
    step(ms) {
      wallOffset += ms;
    },
    armed: () => tasks.size,
  };
}
