import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import { expect, test } from 'vitest';
import { EventQueue, type Reporter } from './event-queue.ts';
import { deferred, FakeSite } from './testing/fake-site.ts';

const event = (pileTimeMs: number): PileEvent => ({ type: 'ClockAnswered', pileTimeMs });

function reporter(refused: unknown[] = []): Reporter {
  return {
    pileNo: 'p',
    vendor: 'v',
    capabilities: [],
    send: () => undefined,
    close: () => undefined,
    unheard: (_event, error) => void refused.push(error),
  };
}

/** A site whose answers a test gives one by one. */
function slowSite() {
  const site = new FakeSite();
  const answers: ReturnType<typeof deferred>[] = [];
  site.answer = () => {
    const answer = deferred();
    answers.push(answer);
    return answer.promise;
  };
  return { site, answers };
}

const turn = () => new Promise((done) => setImmediate(done));

test('[PILE-2] events are handed over in order, one at a time', async () => {
  const { site, answers } = slowSite();
  const queue = new EventQueue(site, { pauseAt: 8, resumeAt: 2 });
  for (let n = 0; n < 3; n += 1) queue.push(reporter(), event(n));
  for (let n = 0; n < 3; n += 1) {
    expect(site.told).toHaveLength(n + 1);
    answers[n]?.resolve();
    await turn();
  }
  expect(site.told.map((told) => told.event)).toEqual([event(0), event(1), event(2)]);
  expect(queue.length).toBe(0);
});

test('[PILE-3] it says when it is full, short and empty', async () => {
  const { site, answers } = slowSite();
  const queue = new EventQueue(site, { pauseAt: 3, resumeAt: 1 });
  const said: string[] = [];
  queue.whenShort(() => said.push('short at once'));
  queue.whenEmpty(() => said.push('empty at once'));
  for (let n = 0; n < 3; n += 1) {
    expect(queue.full).toBe(false);
    queue.push(reporter(), event(n));
  }
  expect(queue.full).toBe(true);
  queue.whenEmpty(() => said.push('empty'));
  queue.whenShort(() => said.push('short'));
  for (let n = 0; n < 3; n += 1) {
    answers[n]?.resolve();
    await turn();
    if (n === 1) expect(said).toEqual(['short at once', 'empty at once', 'short']);
  }
  expect(said.at(-1)).toBe('empty');
});

test('[PILE-4] what the site refuses is told to whoever reported it; the rest goes on', async () => {
  const { site, answers } = slowSite();
  const queue = new EventQueue(site, { pauseAt: 8, resumeAt: 2 });
  const refused: unknown[] = [];
  queue.push(reporter(refused), event(0));
  queue.push(reporter(refused), event(1));
  answers[0]?.reject('disk full');
  await turn();
  expect(refused).toEqual(['disk full']);
  expect(site.told).toHaveLength(2);
});

test('[PILE-4] a site that throws at once is told the same way', async () => {
  const site = new FakeSite();
  site.answer = () => {
    throw new RangeError('bug');
  };
  const queue = new EventQueue(site, { pauseAt: 8, resumeAt: 2 });
  const refused: unknown[] = [];
  queue.push(reporter(refused), event(0));
  queue.push(reporter(refused), event(1));
  await turn();
  expect(refused).toHaveLength(2);
  expect(queue.length).toBe(0);
});
