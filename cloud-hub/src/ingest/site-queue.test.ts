import { describe, expect, test } from 'vitest';
import { type SiteQueueLimits, siteQueues, type Task } from './site-queue.ts';

const LIMITS: SiteQueueLimits = { perSite: 3, total: 8, inFlight: 2 };

/** Tasks that end when the test says so, and a record of what began and ended. */
function stage() {
  const log: string[] = [];
  const ends = new Map<string, () => void>();
  const task = (name: string, alone = false): Task => ({
    alone,
    run: () => {
      log.push(`${name} begins`);
      return new Promise<void>((resolve) => {
        ends.set(name, () => {
          log.push(`${name} ends`);
          resolve();
        });
      });
    },
  });
  const end = async (name: string): Promise<void> => {
    ends.get(name)?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { log, task, end };
}

describe('what one site sends', () => {
  test('begins in its order, a few at a time', async () => {
    const { log, task, end } = stage();
    const queues = siteQueues(LIMITS);
    for (const name of ['1', '2', '3']) queues.push('a', task(name));
    expect(log).toEqual(['1 begins', '2 begins']);
    await end('2');
    expect(log.slice(2)).toEqual(['2 ends', '3 begins']);
  });

  test('that must be alone waits for all before it, and all after it wait', async () => {
    const { log, task, end } = stage();
    const queues = siteQueues(LIMITS);
    queues.push('a', task('1'));
    queues.push('a', task('hello', true));
    queues.push('a', task('2'));
    expect(log).toEqual(['1 begins']);
    await end('1');
    expect(log.slice(2)).toEqual(['hello begins']);
    await end('hello');
    expect(log.slice(4)).toEqual(['2 begins']);
  });

  test('does not wait for other sites', () => {
    const { log, task } = stage();
    const queues = siteQueues(LIMITS);
    queues.push('a', task('a', true));
    queues.push('b', task('b', true));
    expect(log).toEqual(['a begins', 'b begins']);
  });

  test('has bounded room, and so have all together', async () => {
    const { task, end } = stage();
    const queues = siteQueues(LIMITS);
    const room = (site: string) =>
      [1, 2, 3, 4, 5, 6].map((n) => queues.push(site, task(`${site}${n}`)));
    expect(room('a')).toEqual([true, true, true, true, true, false]);
    expect(room('b')).toEqual([true, true, true, false, false, false]);
    expect(queues.waiting()).toBe(8);
    await end('a1');
    expect(queues.waiting()).toBe(7);
  });

  test('is done when nothing waits or runs', async () => {
    const { task, end } = stage();
    const queues = siteQueues(LIMITS);
    await queues.settled();
    queues.push('a', task('1'));
    queues.push('b', task('2'));
    let isSettled = false;
    const settled = queues.settled().then(() => {
      isSettled = true;
    });
    await end('1');
    expect(isSettled).toBe(false);
    await end('2');
    await settled;
  });
});
