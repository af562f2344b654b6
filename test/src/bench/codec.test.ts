import { decode, putChecksum } from '@holdfast/protocols/ykc/codec';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { codecBench } from './codec.ts';
import { decodeRealtimeByHand } from './codec-by-hand.ts';

test('the hand-written decoder gives what the table gives', () => {
  const anyRealtime = fc
    .tuple(
      fc.uint8Array({ minLength: 68, maxLength: 68 }),
      fc.constantFrom<('LE' | 'BE')[]>('LE', 'BE'),
      fc.nat(4),
    )
    .map(([b, order, status]) => {
      b.set([0x68, 64]);
      b.set([0, 0x13], 4);
      b.set([status, status % 3, status % 2], 30);
      putChecksum(b, order);
      return b;
    });
  fc.assert(
    fc.property(anyRealtime, (b) => {
      expect(decodeRealtimeByHand(b)).toEqual(decode(b));
    }),
  );
});

test('the benchmark measures both', () => {
  const { figure, floor, ratio } = codecBench({ rounds: 3, framesPerRound: 500 });
  expect(figure).toBeGreaterThan(0);
  expect(floor).toBeGreaterThan(0);
  expect(ratio).toBeCloseTo(figure / Number(floor), 6);
});
