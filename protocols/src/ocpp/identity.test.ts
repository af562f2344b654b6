import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IDENTITY_CHARS_MAX, identityOf } from './identity.ts';

test.each([
  ['/CP001', 'CP001'],
  ['/ocpp/CP001', 'CP001'],
  ['/ocpp/1.6/CP001/', 'CP001'],
  ['/ocpp/CP001?token=a/b', 'CP001'],
  ['/ocpp/CP001/?x=1#y', 'CP001'],
  ['/cp001', 'cp001'],
  ['/a%7Cb', 'a|b'],
  ['/a|b', 'a|b'],
  ['/%E5%85%85%E7%94%B5%E6%A1%A9-01', '充电桩-01'],
  ['/RDAM%20123', 'RDAM 123'],
  ['/100%2525', '100%25'],
  ['ws://host:8080/ocpp/CP001', 'CP001'],
  [`/${'x'.repeat(IDENTITY_CHARS_MAX)}`, 'x'.repeat(IDENTITY_CHARS_MAX)],
  [`/${'%E6%A1%A9'.repeat(IDENTITY_CHARS_MAX)}`, '桩'.repeat(IDENTITY_CHARS_MAX)],
])('[OCPP-A3] %s is the identity %s', (target, identity) => {
  expect(identityOf(target)).toEqual({ ok: true, identity });
});

test.each([
  ['/CP%', 'bad-encoding'],
  ['/CP%zz', 'bad-encoding'],
  ['/CP%ff', 'bad-encoding'],
  ['/%C0%AF', 'bad-encoding'],
  ['', 'empty'],
  ['/', 'empty'],
  ['//', 'empty'],
  ['/CP001//', 'empty'],
  ['/?CP001', 'empty'],
  [`/${'x'.repeat(IDENTITY_CHARS_MAX + 1)}`, 'too-long'],
  ['/CP:1', 'bad-character'],
  ['/CP%3A1', 'bad-character'],
  ['/a%2Fb', 'bad-character'],
  ['/a%5Cb', 'bad-character'],
  ['/..', 'bad-character'],
  ['/%2e%2e', 'bad-character'],
  ['/CP%00', 'bad-character'],
  ['/CP%0a1', 'bad-character'],
  ['/CP1%E2%80%8B', 'bad-character'],
  ['/%20CP1', 'bad-character'],
])('[OCPP-A3] %s is refused: %s', (target, fault) => {
  expect(identityOf(target)).toEqual({ ok: false, status: 400, fault });
});

test('[OCPP-A3] any target gives an identity that is safe, or status 400', () => {
  const piece = fc.constantFrom(
    '/',
    '%',
    '%2',
    '%2F',
    '?',
    ':',
    '桩',
    'CP',
    '.',
    '|',
    '#',
    '\u0000',
  );
  const anyTarget = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(piece).map((p) => p.join('')),
  );
  fc.assert(
    fc.property(anyTarget, (target) => {
      const read = identityOf(target);
      if (!read.ok) return read.status === 400;
      return /^[^:/\\\0]+$/.test(read.identity) && [...read.identity].length <= IDENTITY_CHARS_MAX;
    }),
    { numRuns: 500 },
  );
});
