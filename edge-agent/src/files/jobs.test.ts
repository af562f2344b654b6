import { describe, expect, test } from 'vitest';
import { JOB_LIMITS, type JobsOptions, openJobs } from './jobs.ts';

const HERE = '10.0.0.7';

function jobsAt(limits: JobsOptions['limits'] = {}) {
  let now = 0;
  let made = 0;
  const jobs = openJobs({
    limits,
    nowMs: () => now,
    secret: () => {
      made += 1;
      return `s${made}`;
    },
    same: (a, b) => a === b,
  });
  const open = () => jobs.open({ pileNo: 'P1', does: 'fetch', fileId: 'f', name: 'fw.bin' });
  return {
    jobs,
    open,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

describe('jobs', () => {
  test('[FILE-1] credentials are of one job and end with its tries or its day', () => {
    const { jobs, open, pass } = jobsAt({ tries: 2 });
    const job = open();
    const other = open();
    expect(job?.user).not.toBe(other?.user);
    const user = job?.user ?? '';
    expect(jobs.admit(user, job?.password ?? '', HERE)?.fileId).toBe('f');
    expect(jobs.admit(user, other?.password ?? '', HERE)).toBeUndefined();
    expect([jobs.use(user), jobs.use(user), jobs.use(user)]).toEqual([true, true, false]);
    pass(JOB_LIMITS.lifeMs);
    expect(jobs.admit(user, job?.password ?? '', HERE)).toBeUndefined();
    expect(jobs.list()).toEqual([]);
  });

  test('[FILE-1] a file that was brought ends its job', () => {
    const { jobs } = jobsAt();
    const job = jobs.open({ pileNo: 'P1', does: 'bring', fileId: null, name: '' });
    jobs.brought(job?.user ?? '', 'log');
    expect(jobs.list()).toMatchObject([{ fileId: 'log', left: 0 }]);
    expect(jobs.use(job?.user ?? '')).toBe(false);
  });

  test('[FILE-2] wrong credentials shut an address out for a while, and no other', () => {
    const { jobs, open, pass } = jobsAt({ wrong: 3 });
    const job = open();
    const right = (address: string) => jobs.admit(job?.user ?? '', job?.password ?? '', address);
    for (let n = 0; n < 3; n += 1) expect(jobs.admit('nobody', 'x', HERE)).toBeUndefined();
    expect(right(HERE)).toBeUndefined();
    expect(right('10.0.0.8')).toBeDefined();
    pass(JOB_LIMITS.lockMs + 1);
    expect(right(HERE)).toBeDefined();
  });

  test('[FILE-3] more jobs than the limit are refused until one is over', () => {
    const { jobs, open } = jobsAt({ open: 2 });
    const first = open();
    open();
    expect(open()).toBeUndefined();
    jobs.close(first?.user ?? '');
    expect(open()).toBeDefined();
  });
});
