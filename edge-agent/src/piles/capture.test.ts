import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Capture } from './capture.ts';
import { Tape } from './tape.ts';

const AT_MS = Date.UTC(2025, 10, 22);
const bytes = (...values: readonly number[]) => Uint8Array.from(values);

test('[PILE-13] frames of both directions come back, oldest first', () => {
  const capture = new Capture();
  capture.tapeOf('p').keep(AT_MS, true, bytes(0x68, 0x0d));
  capture.tapeOf('p').keep(AT_MS + 1, false, bytes(0xff));
  expect(capture.frames('p')).toEqual([
    { atMs: AT_MS, up: true, hex: '680d' },
    { atMs: AT_MS + 1, up: false, hex: 'ff' },
  ]);
  expect(capture.frames('p', 1)).toMatchObject([{ hex: 'ff' }]);
  expect(capture.frames('p', 0)).toEqual([]);
  expect(capture.frames('q')).toEqual([]);
});

test('[PILE-13] what is kept is a copy, whatever happens to the buffer', () => {
  const tape = new Tape(1_000, 10);
  const frame = bytes(1, 2, 3);
  tape.keep(0, true, frame);
  frame.fill(9);
  expect(tape.frames()).toMatchObject([{ hex: '010203' }]);
});

test('[PILE-13] the newest frames are kept, within the bytes and the number', () => {
  const frame = fc.uint8Array({ maxLength: 300 });
  const bounds = fc.record({
    bytesMax: fc.integer({ min: 0, max: 2_000 }),
    framesMax: fc.integer({ min: 0, max: 12 }),
  });
  fc.assert(
    fc.property(bounds, fc.array(frame, { maxLength: 60 }), ({ bytesMax, framesMax }, frames) => {
      const tape = new Tape(bytesMax, framesMax);
      frames.forEach((one, n) => {
        tape.keep(AT_MS + n, n % 3 === 0, one);
      });
      const kept = tape.frames();
      expect(kept.length).toBeLessThanOrEqual(framesMax);
      const size = kept.reduce((sum, { hex }) => sum + 8 + hex.length / 2, 0);
      expect(size).toBeLessThanOrEqual(bytesMax);
      const first = frames.length - kept.length;
      kept.forEach(({ atMs, up, hex }, i) => {
        const n = first + i;
        const whole = Buffer.from(frames[n] ?? []).toString('hex');
        expect({ atMs, up }).toEqual({ atMs: AT_MS + n, up: n % 3 === 0 });
        expect(hex).toBe(whole.slice(0, 2 * (bytesMax - 8)));
      });
      if (framesMax > 0 && bytesMax > 8 && frames.length > 0) expect(kept).not.toEqual([]);
    }),
  );
});

test('[PILE-13] only so many piles are remembered', () => {
  const capture = new Capture({ bytesPerPile: 100, framesPerPile: 5, piles: 2 });
  for (const key of ['a', 'b', 'a', 'c']) capture.tapeAt(key).keep(0, true, bytes(1));
  expect(capture.keys()).toEqual(['b', 'c']);
  capture.forget('b');
  expect(capture.keys()).toEqual(['c']);
});

test('[PILE-16] frames of piles go to the diary whole, those of strangers do not', () => {
  const kept: string[] = [];
  const diary = {
    keep: (pileNo: string, _atMs: number, up: boolean, frame: Uint8Array) =>
      void kept.push(`${pileNo} ${up} ${Buffer.from(frame).toString('hex')}`),
  };
  const capture = new Capture({ bytesPerPile: 10, framesPerPile: 5, piles: 5 }, diary);
  capture.tapeOf('p').keep(AT_MS, true, bytes(1, 2, 3, 4, 5));
  capture.tapeAt('127.0.0.1').keep(AT_MS, true, bytes(9));
  capture.tapeOf('p').keep(AT_MS, false, bytes(6));
  expect(kept).toEqual(['p true 0102030405', 'p false 06']);
});
