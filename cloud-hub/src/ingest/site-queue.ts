export interface SiteQueueLimits {
  /** Messages of one site that may wait. */
  readonly perSite: number;
  /** Messages of all sites that may wait. */
  readonly total: number;
  /** Messages of one site that may be worked on at once; they begin in order. */
  readonly inFlight: number;
}

export const SITE_QUEUE_LIMITS: SiteQueueLimits = { perSite: 64, total: 4_096, inFlight: 8 };

/** `alone`: begins when all before it are done, and is done before the next begins. */
export interface Task {
  readonly alone: boolean;
  /** Must not reject. What it does before its first `await` happens in the order of the queue. */
  readonly run: () => Promise<void>;
}

export interface SiteQueues {
  /** `false`: no room, the task is dropped; the edge sends again. */
  readonly push: (site: string, task: Task) => boolean;
  /** Tasks of all sites, running ones included. */
  readonly waiting: () => number;
  /** Resolves when nothing waits or runs. */
  readonly settled: () => Promise<void>;
}

interface Lineup {
  readonly waiting: Task[];
  running: number;
  aloneRuns: boolean;
}

/** One queue a site: what a site sends is worked on in its order, sites do not wait for each other. */
export function siteQueues(limits: SiteQueueLimits = SITE_QUEUE_LIMITS): SiteQueues {
  const lineups = new Map<string, Lineup>();
  const idle: (() => void)[] = [];
  let total = 0;

  const mayStart = (lineup: Lineup, task: Task): boolean => {
    if (lineup.aloneRuns) return false;
    return task.alone ? lineup.running === 0 : lineup.running < limits.inFlight;
  };
  const pump = (site: string, lineup: Lineup): void => {
    for (let task = lineup.waiting[0]; task !== undefined; task = lineup.waiting[0]) {
      if (!mayStart(lineup, task)) return;
      lineup.waiting.shift();
      start(site, lineup, task);
    }
    if (lineup.running === 0) lineups.delete(site);
  };
  const start = (site: string, lineup: Lineup, task: Task): void => {
    lineup.running += 1;
    lineup.aloneRuns = task.alone;
    void task.run().finally(() => {
      total -= 1;
      lineup.running -= 1;
      lineup.aloneRuns = false;
      pump(site, lineup);
      if (total === 0) for (const resolve of idle.splice(0)) resolve();
    });
  };
  return {
    push: (site, task) => {
      const lineup = lineups.get(site) ?? { waiting: [], running: 0, aloneRuns: false };
      if (total >= limits.total || lineup.waiting.length >= limits.perSite) return false;
      total += 1;
      lineups.set(site, lineup);
      lineup.waiting.push(task);
      pump(site, lineup);
      return true;
    },
    waiting: () => total,
    settled: async () => {
      if (total > 0) await new Promise<void>((resolve) => idle.push(resolve));
    },
  };
}
