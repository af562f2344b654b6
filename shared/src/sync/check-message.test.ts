import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answerOf, commandAnswerOf, commandMessageOf, presenceOf } from './check-message.ts';
import type { Ack, CommandMessage, Gone, Refused, Welcome } from './messages.ts';
import { helloOf } from './testing.ts';

const gone: Gone = { type: 'gone', siteId: 'site-1', storeId: 'store-a', link: 'l' };
const welcome: Welcome = {
  type: 'welcome',
  storeId: 'store-a',
  link: 'l',
  epoch: 1,
  sessionNo: 4,
  proto: 3,
  hubMs: 1_752_543_600_000,
  streams: [
    { lane: 'money', watermark: 9, check: { day: '2025-07-15', count: 9, hash: 'f'.repeat(64) } },
    { lane: 'backlog', watermark: 0, credit: 0, notBeforeMs: 5 },
  ],
  spreadMs: 30_000,
};
const refused: Refused = {
  type: 'refused',
  storeId: 'store-a',
  link: 'l',
  reason: 'conflict',
  text: 'two of them',
  retryAfterMs: 1,
};
const ack: Ack = {
  type: 'ack',
  vendor: 'ykc',
  lane: 'money',
  epoch: 1,
  sessionNo: 4,
  watermark: 9,
  credit: 4,
  notBeforeMs: 9,
  gap: true,
  hubMs: 1_752_543_600_000,
  check: { day: '2025-07-15', count: 9, hash: '0'.repeat(64) },
};
const command: CommandMessage = {
  type: 'command',
  command: {
    id: '01JZ8Q0000000000000000000A',
    vendor: 'ykc',
    pileNo: '32010600213533',
    connectorNo: 1,
    op: 'start',
    deadlineMs: 1_752_543_600_000,
    fence: { orderNo: 'o' },
    start: { account: 'a', balance: '50.00' },
  },
  hubMs: 1_752_543_600_000,
};

test('[SYNC-10a] every message is read as it was sent', () => {
  for (const message of [helloOf(), helloOf({ replaces: 'store-0' }), gone]) {
    expect(presenceOf(JSON.parse(JSON.stringify(message)))).toEqual({ ok: true, value: message });
  }
  for (const message of [welcome, refused, ack]) {
    expect(answerOf(JSON.parse(JSON.stringify(message)))).toEqual({ ok: true, value: message });
  }
  expect(commandMessageOf(command)).toEqual({ ok: true, value: command });
});

test('[SYNC-11c] messages with more fields are read, lanes and reasons of a newer side included', () => {
  expect(answerOf({ ...ack, more: 1 })).toEqual({ ok: true, value: ack });
  const lanes = [...welcome.streams, { lane: 'video', watermark: 3 }];
  expect(answerOf({ ...welcome, streams: lanes })).toEqual({ ok: true, value: welcome });
  expect(answerOf({ ...refused, reason: 'full-moon' })).toMatchObject({
    ok: true,
    value: { reason: 'version' },
  });
});

test('[SYNC-7b] a command that cannot be read still gives its id, so that it can be answered', () => {
  const newer = { ...command, command: { ...command.command, op: 'dance' } };
  expect(commandMessageOf(newer)).toMatchObject({ ok: false, id: command.command.id });
  expect(commandMessageOf({ type: 'command' })).not.toHaveProperty('id');
});

test.each([
  ['another site', { ...helloOf(), siteId: 'a/b' }],
  ['versions that are none', { ...helloOf(), proto: [1] }],
  ['a store without an id', { ...helloOf(), storeId: 7 }],
  ['an endless link', { ...helloOf(), link: 'x'.repeat(65) }],
  ['too many lanes', { ...helloOf(), streams: Array(17).fill(helloOf().streams[0]) }],
  ['a clock that is none', { ...helloOf(), clock: { ...helloOf().clock, quality: 4 } }],
])('[SYNC-10a] a HELLO with %s is refused', (_what, json) => {
  expect(presenceOf(json)).toMatchObject({ ok: false });
});

test('[SYNC-10a] whatever JSON arrives, reading answers and never throws', () => {
  const types = ['hello', 'gone', 'ack', 'welcome', 'refused', 'command'] as const;
  const messages = { hello: helloOf(), gone, ack, welcome, refused, command } as const;
  const broken = fc
    .tuple(fc.constantFrom(...types), fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue())
    .chain(([type, more, value]) =>
      fc
        .constantFrom(...Object.keys(messages[type]))
        .map((field) => ({ ...messages[type], ...more, [field]: value })),
    );
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), broken), (json) => {
      for (const read of [presenceOf, answerOf, commandMessageOf, commandAnswerOf]) {
        const got = read(json);
        expect(got.ok || got.reason !== '').toBe(true);
      }
    }),
  );
});
