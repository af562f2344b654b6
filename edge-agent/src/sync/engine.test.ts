import type { LaneName } from '@holdfast/shared/sync/lanes';
import { expect, test } from 'vitest';
import { nextLane } from './engine.ts';
import { newSender, opened, type Sender, sliceRead } from './stream.ts';

const moment = { nowMs: 0, random: () => 0.5 };
const slice = { prev: 0, last: 1, rows: [], gaps: [], check: undefined, full: false };

const reading = (lane: LaneName): Sender =>
  opened(newSender(lane), { watermark: 0 }, moment).sender;
const ready = (lane: LaneName): Sender => {
  const sender = reading(lane);
  return sliceRead(sender, sender.turn, slice, moment).sender;
};
const idle = (lane: LaneName): Sender => {
  const sender = reading(lane);
  return sliceRead(sender, sender.turn, { ...slice, last: 0 }, moment).sender;
};
const paused = (lane: LaneName): Sender => ({ ...ready(lane), resumeAtMs: 1 });
const lanes = (...senders: Sender[]) => new Map(senders.map((sender) => [sender.lane, sender]));

test('[SYNC-5a] the most important lane that may send is the next', () => {
  expect(nextLane(lanes(ready('frames'), ready('backlog'), ready('state')))).toBe('state');
  expect(nextLane(lanes(ready('telemetry'), idle('money'), ready('backlog')))).toBe('telemetry');
  expect(nextLane(lanes(ready('control'), ready('money')))).toBe('money');
  expect(nextLane(lanes(idle('money')))).toBeUndefined();
});

test('[SYNC-5a] a more important lane that is being read is waited for', () => {
  expect(nextLane(lanes(ready('state'), reading('money')))).toBeUndefined();
  expect(nextLane(lanes(ready('state'), reading('backlog')))).toBe('state');
});

test('[SYNC-5b] a lane that is paused or full keeps nobody waiting', () => {
  expect(nextLane(lanes(ready('state'), paused('money')))).toBe('state');
  const full = { ...ready('money'), window: 0 };
  expect(nextLane(lanes(ready('state'), full))).toBe('state');
  expect(nextLane(lanes(ready('state'), { ...reading('money'), window: 0 }))).toBe('state');
});
