import { FaultError } from '@holdfast/shared/errors/fault';
import { expect, test } from 'vitest';
import { memoryLedger } from '../adapters/ledger/memory.ts';
import type { Commit, OutgoingEvent } from '../ports/ledger.ts';
import { measurementOutlet, noteOutlet } from './outlet.ts';
import { virtualTime } from './testing/virtual-time.ts';
import { IDLE } from './testing/world.ts';

function setUp() {
  const time = virtualTime(0);
  const commits: Commit[] = [];
  const bulks: (readonly OutgoingEvent[])[] = [];
  const state = { refusing: false, slow: false };
  let release = (): void => undefined;
  const wait = async (): Promise<void> => {
    if (state.refusing) throw new FaultError('ledger-full', 'no space');
    if (state.slow) await new Promise<void>((done) => (release = done));
  };
  const ledger = {
    ...memoryLedger('s1'),
    async commit(commit: Commit) {
      await wait();
      commits.push(commit);
    },
    async commitBulk(events: readonly OutgoingEvent[]) {
      await wait();
      bulks.push(events);
    },
  };
  const refusals: unknown[] = [];
  const options = { ledger, timers: time.timers, onRefused: (e: unknown) => refusals.push(e) };
  return { time, commits, bulks, state, refusals, options, release: () => release() };
}

const alarm = (code: string): OutgoingEvent => ({
  stream: { vendor: 'ykc', lane: 'control' },
  event: { kind: 'AlarmRaised', code, pileNo: null, text: '' },
  atMs: 0,
});
const note = (key: string, code?: string) => ({
  key,
  changes: [],
  events: code === undefined ? [] : [alarm(code)],
});
const measured = (connectorNo: number): OutgoingEvent => ({
  stream: { vendor: 'ykc', lane: 'telemetry' },
  event: { kind: 'Measured', pileNo: '1', measurement: { ...IDLE, connectorNo } },
  atMs: 0,
});
const codesOf = (commits: readonly Commit[]) =>
  commits.map(({ events }) => events.map(({ event }) => ('code' in event ? event.code : '')));

test('notes of a short time are one commit, of each key the newest, in order', async () => {
  const { time, commits, options } = setUp();
  const outlet = noteOutlet({ ...options, most: 10 });
  outlet.put(note('a', 'a1'));
  outlet.put(note('b', 'b1'));
  outlet.put(note('a', 'a2'));
  outlet.put(note('b'));
  await time.pass(100);
  expect(codesOf(commits)).toEqual([['a2', 'b1']]);
});

test('one write at a time; what comes meanwhile is the next', async () => {
  const { time, commits, state, options, release } = setUp();
  const outlet = noteOutlet({ ...options, most: 10 });
  state.slow = true;
  outlet.put(note('a', 'a1'));
  await time.pass(100);
  outlet.put(note('a', 'a2'));
  await time.pass(10_000);
  expect(commits).toEqual([]);
  state.slow = false;
  release();
  await time.pass(100);
  expect(codesOf(commits)).toEqual([['a1'], ['a2']]);
});

test('what the ledger refuses is kept for later, unless something newer has come', async () => {
  const { time, commits, state, refusals, options } = setUp();
  const outlet = noteOutlet({ ...options, most: 10 });
  state.refusing = true;
  outlet.put(note('a', 'a1'));
  outlet.put(note('b', 'b1'));
  await time.pass(100);
  outlet.put(note('a', 'a2'));
  expect([commits.length, refusals.length, outlet.waiting()]).toEqual([0, 1, 2]);
  state.refusing = false;
  await time.pass(5_000);
  expect(codesOf(commits).flat().sort()).toEqual(['a2', 'b1']);
});

test('only so many notes wait; closing writes what is left', async () => {
  const { commits, options } = setUp();
  const outlet = noteOutlet({ ...options, most: 2 });
  for (const key of ['a', 'b', 'c']) outlet.put(note(key, key));
  await outlet.close();
  expect([codesOf(commits), outlet.dropped()]).toEqual([[['b', 'c']], 1]);
});

test('of measurements the oldest are given up, and a refusal gives up the rest', async () => {
  const { time, bulks, state, options } = setUp();
  const outlet = measurementOutlet({ ...options, most: 10 });
  for (let n = 1; n <= 11; n += 1) outlet.put(measured(n));
  await time.pass(100);
  expect(bulks.flat()).toHaveLength(10);
  expect(bulks[0]?.[0]).toEqual(measured(2));
  state.refusing = true;
  outlet.put(measured(1));
  await time.pass(100);
  expect([outlet.waiting(), outlet.dropped()]).toEqual([0, 2]);
});
