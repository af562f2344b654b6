import { expect, test } from 'vitest';
import { type PileCounts, pileCountsOf, pilesOption, spokenIn } from './pile-counts.ts';
import { PROTOCOL_NAMES } from './protocols.ts';

test('a number is for every protocol, a list is for those that it names', () => {
  const all = pileCountsOf('3', 100);
  expect(spokenIn(all ?? {})).toEqual(PROTOCOL_NAMES);
  expect(pileCountsOf('ocpp2.1=2, ykc=6', 100)).toEqual({ ykc: 6, 'ocpp2.1': 2 });
  expect(spokenIn({ ykc: 0, 'ocpp1.6': 1 })).toEqual(['ocpp1.6']);
});

test.each(['', 'ykc', 'ykc=', 'smoke=3', '-1', '1.5', '101', 'ykc=101'])(
  '%j is no count',
  (text) => {
    expect(pileCountsOf(text, 100)).toBeUndefined();
  },
);

test('the show has piles of every protocol', () => {
  const shown = pilesOption().defaultValue as PileCounts;
  expect(spokenIn(shown)).toEqual(PROTOCOL_NAMES);
});
