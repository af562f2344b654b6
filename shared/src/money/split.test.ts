import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fen, fenText } from '../units.ts';
import { channelFeeOf, splitOf } from './split.ts';
import { yuan } from './testing.ts';
import { e10 } from './vectors/cases.ts';

const sum = (shares: readonly bigint[]) => shares.reduce((all, share) => all + share, 0n);

test('[E10] shares are rounded down and the first takes the remainder', () => {
  expect(splitOf(yuan(e10.amount), e10.percent)?.map(fenText)).toEqual(e10.shares);
});

test("[E10] the channel's fee is rounded once", () => {
  expect(e10.channel_rate).toBe('0.006');
  expect(fenText(channelFeeOf(yuan(e10.channel_base), 6_000n))).toBe(e10.channel_fee);
});

test.each([[[]], [[100, 1]], [[50, 49]], [[33.3, 66.7]], [[150, -50]], [[Number.NaN, 100]]])(
  '%j are no percents of a whole',
  (percents) => {
    expect(splitOf(fen(100n), percents)).toBeUndefined();
  },
);

test('shares sum to the amount, and a refund is split as its payment was', () => {
  const percents = fc.tuple(fc.nat(100), fc.nat(100)).map(([a, b]) => {
    const [low, high] = a < b ? [a, b] : [b, a];
    return [low, high - low, 100 - high];
  });
  fc.assert(
    fc.property(fc.bigInt(0n, 10n ** 9n), percents, (amount, parts) => {
      const shares = splitOf(fen(amount), parts) ?? [];
      expect(sum(shares)).toBe(amount);
      expect(shares.every((share) => share >= 0n)).toBe(true);
      expect(splitOf(fen(-amount), parts)).toEqual(shares.map((share) => -share));
    }),
  );
});
