/** One file for one pile, once: a pile fetches it, or brings it. */
export interface FileJob {
  /** User name of the job; the password is its own too. */
  readonly user: string;
  readonly password: string;
  readonly pileNo: string;
  readonly does: 'fetch' | 'bring';
  /** The file to fetch; `null` while nothing has been brought. */
  readonly fileId: string | null;
  /** For people, and the last part of its address. */
  readonly name: string;
  readonly untilMs: number;
  /** Times that it may still be fetched or brought: a line that breaks costs one. */
  readonly left: number;
}

/** Limits of the jobs; times in milliseconds. */
export interface JobLimits {
  readonly open: number;
  readonly tries: number;
  readonly lifeMs: number;
  /** Wrong credentials of one address within `lockMs` that shut it out for as long. */
  readonly wrong: number;
  readonly lockMs: number;
  readonly addresses: number;
}

export const JOB_LIMITS: JobLimits = {
  open: 1_000,
  tries: 5,
  lifeMs: 24 * 3_600_000,
  wrong: 10,
  lockMs: 10 * 60_000,
  addresses: 10_000,
};

export interface JobsOptions {
  readonly limits?: Partial<JobLimits>;
  readonly nowMs: () => number;
  /** A name that nobody can guess, letters and digits. */
  readonly secret: () => string;
  /** Compares without telling by its time how much was right. */
  readonly same: (a: string, b: string) => boolean;
}

/** Who may fetch or bring what, and for how long. */
export interface Jobs {
  /** `undefined`: too many jobs are open. */
  readonly open: (
    wish: Pick<FileJob, 'pileNo' | 'does' | 'fileId' | 'name'>,
  ) => FileJob | undefined;
  /** The job of these credentials; `undefined`: wrong, over, or the address is shut out. */
  readonly admit: (user: string, password: string, address: string) => FileJob | undefined;
  /** One try begins; false when there is none left. */
  readonly use: (user: string) => boolean;
  /** The file is here: the job is over. */
  readonly brought: (user: string, fileId: string) => void;
  readonly close: (user: string) => void;
  readonly list: () => readonly FileJob[];
}

/** Counts wrong credentials by address, in bounded memory. */
function lockOut({ wrong, lockMs, addresses }: JobLimits, nowMs: () => number) {
  const byAddress = new Map<string, { sinceMs: number; wrong: number }>();
  const entryOf = (address: string) => {
    const entry = byAddress.get(address);
    return entry === undefined || nowMs() - entry.sinceMs > lockMs ? undefined : entry;
  };
  return {
    isOut: (address: string): boolean => (entryOf(address)?.wrong ?? 0) >= wrong,
    count(address: string): void {
      const entry = entryOf(address);
      if (entry !== undefined) {
        entry.wrong += 1;
        return;
      }
      if (byAddress.size >= addresses) byAddress.clear();
      byAddress.set(address, { sinceMs: nowMs(), wrong: 1 });
    },
  };
}

/** [FILE-1] to [FILE-3]: credentials of one job each, in memory alone: a restart ends them. */
export function openJobs(options: JobsOptions): Jobs {
  const { nowMs, secret, same } = options;
  const limits: JobLimits = { ...JOB_LIMITS, ...options.limits };
  const jobs = new Map<string, FileJob>();
  const lock = lockOut(limits, nowMs);
  const tidy = (): void => {
    for (const [user, { untilMs }] of jobs) if (untilMs <= nowMs()) jobs.delete(user);
  };
  return {
    open(wish) {
      tidy();
      if (jobs.size >= limits.open) return undefined;
      const job: FileJob = {
        ...wish,
        user: secret(),
        password: secret(),
        untilMs: nowMs() + limits.lifeMs,
        left: limits.tries,
      };
      jobs.set(job.user, job);
      return job;
    },
    admit(user, password, address) {
      if (lock.isOut(address)) return undefined;
      const job = jobs.get(user);
      const fits = same(job?.password ?? '', password);
      if (job !== undefined && fits && job.untilMs > nowMs()) return job;
      lock.count(address);
      return undefined;
    },
    use(user) {
      const job = jobs.get(user);
      if (job === undefined || job.left <= 0) return false;
      jobs.set(user, { ...job, left: job.left - 1 });
      return true;
    },
    brought(user, fileId) {
      const job = jobs.get(user);
      if (job !== undefined) jobs.set(user, { ...job, fileId, left: 0 });
    },
    close: (user) => void jobs.delete(user),
    list() {
      tidy();
      return [...jobs.values()];
    },
  };
}
