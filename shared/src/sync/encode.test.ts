import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeEvent, encodeEvent } from './encode.ts';
import { anyEvent } from './testing.ts';

test('[SYNC-1a] every event comes back exactly from the text that was stored', () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      const { kind, kindVersion, key, body } = encodeEvent(event);
      expect(decodeEvent(kind, kindVersion, key, JSON.parse(body))).toEqual({
        ok: true,
        value: event,
      });
    }),
  );
});

test('[SYNC-14a] the text of a body is the same again after it was parsed and written', () => {
  fc.assert(
    fc.property(anyEvent, (event) => {
      const { body } = encodeEvent(event);
      expect(JSON.stringify(JSON.parse(body))).toBe(body);
    }),
  );
});

test('[SYNC-11c] fields that a newer edge adds are passed over', () => {
  fc.assert(
    fc.property(anyEvent, fc.jsonValue(), (event, more) => {
      const { kind, kindVersion, key, body } = encodeEvent(event);
      const newer = { ...JSON.parse(body), fromTheFuture: more };
      expect(decodeEvent(kind, kindVersion, key, newer)).toEqual({ ok: true, value: event });
    }),
  );
});

test('[SYNC-11d] a kind or a version from the future is told apart from a broken body', () => {
  const { kind, kindVersion, key, body } = encodeEvent({
    kind: 'ClockStepped',
    fromMs: 1,
    toMs: 9_000,
  });
  const json: unknown = JSON.parse(body);
  expect(decodeEvent('SunRisen', 1, key, json)).toMatchObject({ ok: false, unknown: true });
  expect(decodeEvent('constructor', 1, key, json)).toMatchObject({ ok: false, unknown: true });
  expect(decodeEvent(kind, kindVersion + 1, key, json)).toMatchObject({ ok: false, unknown: true });
  expect(decodeEvent(kind, 0, key, json)).toMatchObject({ ok: false, unknown: true });
  expect(decodeEvent(kind, kindVersion, key, {})).toMatchObject({ ok: false, unknown: false });
  expect(decodeEvent(kind, kindVersion, 'else', json)).toMatchObject({
    ok: false,
    unknown: false,
    reason: 'key: "" is wanted, "else" came',
  });
});

test('[SYNC-13a] whatever body arrives, reading answers and never throws', () => {
  const anyKind = anyEvent.map((event) => event.kind);
  fc.assert(
    fc.property(anyKind, fc.jsonValue(), (kind, json) => {
      const read = decodeEvent(kind, 1, '', json);
      expect(read.ok ? '' : read.reason).not.toBe('');
    }),
  );
});
