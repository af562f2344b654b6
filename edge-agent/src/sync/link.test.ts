import type { Refused } from '@holdfast/shared/sync/messages';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  closed,
  connected,
  fenced,
  LINK_POLICY,
  type Link,
  type LinkStep,
  minted,
  mintedElsewhere,
  mintFailed,
  newLink,
  refused,
  started,
  stopped,
  ticked,
  welcomed,
} from './link.ts';

const P = LINK_POLICY;
const at = (nowMs: number, random = 0.999_999) => ({ nowMs, random: () => random });
const refusal = (reason: Refused['reason'], retryAfterMs = 60_000): Refused => ({
  type: 'refused',
  storeId: 's',
  link: 'l',
  reason,
  text: 'why',
  retryAfterMs,
});
const does = ({ effects }: LinkStep) => effects.map((effect) => effect.do);

const greeting = (nowMs = 0): Link => connected(started(newLink).link, at(nowMs), P).link;
const open = (nowMs = 0): Link => welcomed(greeting(nowMs), 30_000, at(nowMs));
/** Lets a waiting link connect again. */
const reconnected = (link: Link): Link => ticked(link, at(link.wakeAtMs ?? 0), P).link;

test('[SYNC-10a] HELLO is the first word of every connection, and said again until it is answered', () => {
  const first = connected(started(newLink).link, at(0), P);
  expect(does(first)).toEqual(['hello']);
  let { link } = first;
  const waits: number[] = [];
  let nowMs = 0;
  for (let i = 0; i < 10; i += 1) {
    waits.push(Math.round((link.wakeAtMs ?? 0) - nowMs));
    nowMs = link.wakeAtMs ?? 0;
    const step = ticked(link, at(nowMs), P);
    expect(does(step)).toEqual(['hello']);
    link = step.link;
  }
  expect(waits.slice(0, 2)).toEqual([6_000, 9_000]);
  expect(waits.at(-1)).toBe(72_000);
  expect(welcomed(link, 1, at(nowMs))).toMatchObject({ phase: 'open', wakeAtMs: null });
});

test('[SYNC-6f] failed connections wait rand(0, min(60 s, 1 s · 2^n))', () => {
  let { link } = started(newLink);
  const mostMs: number[] = [];
  for (let i = 0; i < 9; i += 1) {
    expect(closed(link, 'network', at(0, 0), P).link.wakeAtMs).toBe(0);
    link = closed(link, 'network', at(0), P).link;
    mostMs.push(Math.round(link.wakeAtMs ?? 0) / 1_000);
    link = reconnected(link);
    expect(link.phase).toBe('connecting');
  }
  expect(mostMs).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
});

test('[SYNC-6f] n counts from 0 again only after five good minutes, and then the hub sets the spread', () => {
  let { link } = started(newLink);
  for (let i = 0; i < 5; i += 1) link = reconnected(closed(link, 'network', at(0), P).link);
  const session = welcomed(connected(link, at(0), P).link, 30_000, at(0));
  const short = closed(session, 'network', at(P.stableMs - 1), P).link;
  expect(short.wakeAtMs).toBeCloseTo(P.stableMs - 1 + 32_000, -1);
  const long = closed(session, 'network', at(P.stableMs), P).link;
  expect(long).toMatchObject({ failures: 0 });
  expect(long.wakeAtMs).toBeCloseTo(P.stableMs + 30_000, -1);
});

test('[SYNC-6g] a refused login waits up to a quarter of an hour and is told once', () => {
  let { link } = started(newLink);
  const mostMs: number[] = [];
  const alarms: string[] = [];
  for (let i = 0; i < 9; i += 1) {
    const step = closed(link, 'login-refused', at(0), P);
    alarms.push(...does(step));
    mostMs.push(Math.round((step.link.wakeAtMs ?? 0) / 1_000));
    link = reconnected(step.link);
  }
  expect(mostMs).toEqual([10, 20, 40, 80, 160, 320, 640, 900, 900]);
  expect(alarms).toEqual(['alarm']);
});

test('[SYNC-10h] three quick closes within a minute mean another box: rest one to five minutes, and say so', () => {
  let link = open(0);
  let step: LinkStep = { link, effects: [] };
  for (const nowMs of [1_000, 8_000, 15_000]) {
    step = closed(link, 'network', at(nowMs, 0), P);
    if (step.effects.length === 0)
      link = welcomed(connected(reconnected(step.link), at(nowMs), P).link, 1, at(nowMs));
  }
  expect(step.effects).toEqual([
    { do: 'alarm', code: 'sync-identity-in-use', text: expect.any(String) },
  ]);
  expect(step.link.wakeAtMs).toBe(15_000 + 60_000);
  expect(closed(open(0), 'taken-over', at(90_000), P).link.wakeAtMs).toBeCloseTo(390_000, -1);
});

test('[SYNC-10h] closes with a broker that cannot be reached between them are no other box', () => {
  let link = open(0);
  for (let nowMs = 1_000; nowMs < 9_000; nowMs += 1_000) {
    link = reconnected(closed(link, 'network', at(nowMs, 0), P).link);
    const unreachable = closed(link, 'network', at(nowMs, 0), P);
    expect(unreachable.effects).toEqual([]);
    link = welcomed(connected(reconnected(unreachable.link), at(nowMs), P).link, 1, at(nowMs));
  }
  expect(link.phase).toBe('open');
});

test('[SYNC-10e] a set-back store is minted anew and says HELLO at once', () => {
  const step = refused(greeting(), refusal('regressed'), at(5), P);
  expect(does(step)).toEqual(['disconnect', 'alarm', 'mint']);
  expect(closed(step.link, 'network', at(6), P)).toEqual({ link: step.link, effects: [] });
  expect(does(minted(step.link))).toEqual(['connect']);
  expect(mintFailed(step.link, at(6), P).link).toMatchObject({ phase: 'waiting' });
});

test('[SYNC-10e] a refusal that comes after WELCOME is about a HELLO that went astray', () => {
  const link = open();
  expect(refused(link, refusal('regressed'), at(5), P)).toEqual({ link, effects: [] });
});

test.each([
  ['conflict', 'sync-store-conflict'],
  ['version', 'sync-version-unsupported'],
  ['unknown-site', 'sync-site-unknown'],
] as const)('[SYNC-10g] refused for %s: off the line, an alarm, later again', (reason, code) => {
  const step = refused(greeting(), refusal(reason), at(0), P);
  expect(step.effects).toEqual([{ do: 'disconnect' }, { do: 'alarm', code, text: 'why' }]);
  expect(step.link.wakeAtMs).toBeCloseTo(72_000, -1);
  expect(refused(greeting(), refusal(reason, 0), at(0, 0), P).link.wakeAtMs).toBe(1_000);
});

test('[SYNC-10d] a fenced session leaves its connection and comes back with a new one', () => {
  const step = fenced(open(), at(5), P);
  expect(does(step)).toEqual(['disconnect']);
  expect(does(ticked(step.link, at(step.link.wakeAtMs ?? 0), P))).toEqual(['connect']);
});

test('[SYNC-10f] a store that is minted for one vendor takes the others off the line meanwhile', () => {
  const step = mintedElsewhere(open());
  expect(does(step)).toEqual(['disconnect']);
  expect(does(minted(step.link))).toEqual(['connect']);
  const idle = closed(open(), 'network', at(1), P).link;
  expect(mintedElsewhere(idle)).toEqual({ link: idle, effects: [] });
});

test('after stop nothing happens any more', () => {
  const { link, effects } = stopped(open());
  expect(effects).toEqual([{ do: 'disconnect' }]);
  for (const step of [
    closed(link, 'network', at(1), P),
    connected(link, at(1), P),
    ticked(link, at(1e9), P),
    refused(link, refusal('conflict'), at(1), P),
    fenced(link, at(1), P),
    minted(link),
  ]) {
    expect(step).toEqual({ link, effects: [] });
  }
  expect(welcomed(link, 1, at(1))).toBe(link);
});

test('[SYNC-6f] whatever happens, there is one connection at most, and the line is always tried again', () => {
  const anyInput = fc.constantFrom(
    (link: Link, m: ReturnType<typeof at>) => connected(link, m, P),
    (link: Link, m: ReturnType<typeof at>) => closed(link, 'network', m, P),
    (link: Link, m: ReturnType<typeof at>) => closed(link, 'login-refused', m, P),
    (link: Link, m: ReturnType<typeof at>) => closed(link, 'taken-over', m, P),
    (link: Link, m: ReturnType<typeof at>) => ({ link: welcomed(link, 9, m), effects: [] }),
    (link: Link, m: ReturnType<typeof at>) => refused(link, refusal('conflict'), m, P),
    (link: Link, m: ReturnType<typeof at>) => refused(link, refusal('regressed'), m, P),
    (link: Link, m: ReturnType<typeof at>) => fenced(link, m, P),
    (link: Link) => minted(link),
    (link: Link, m: ReturnType<typeof at>) => mintFailed(link, m, P),
    (link: Link) => mintedElsewhere(link),
    (link: Link, m: ReturnType<typeof at>) => ticked(link, m, P),
  );
  const anySteps = fc.array(
    fc.tuple(anyInput, fc.nat(400_000), fc.double({ min: 0, max: 0.999, noNaN: true })),
  );
  fc.assert(
    fc.property(anySteps, (steps) => {
      let { link } = started(newLink);
      let isUp = true;
      let nowMs = 0;
      for (const [input, passedMs, random] of steps) {
        nowMs += passedMs;
        const before = link.phase;
        const step = input(link, at(nowMs, random));
        // The other side may close only what there is.
        if (before !== 'waiting' && step.link.phase === 'waiting') isUp = false;
        for (const effect of step.effects) {
          if (effect.do === 'disconnect') isUp = false;
          if (effect.do !== 'connect') continue;
          expect(isUp).toBe(false);
          isUp = true;
        }
        link = step.link;
        if (before !== 'waiting' && link.phase === 'waiting') {
          expect(link.wakeAtMs).toBeGreaterThanOrEqual(nowMs);
          expect((link.wakeAtMs ?? 0) - nowMs).toBeLessThanOrEqual(900_000);
        }
        if (link.phase === 'greeting') expect(link.wakeAtMs).not.toBeNull();
      }
    }),
  );
});
