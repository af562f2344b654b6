import { describe, expect, test } from 'vitest';
import { bytesOf, hexOf } from '../kernel/bytes.ts';
import { ProtocolError } from '../kernel/errors.ts';
import { decode, putChecksum, ykc } from './codec.ts';
import { STANDARD } from './dialects.ts';
import { ykcStream } from './stream.ts';
import { type GoldenFrame, golden, goldenById, placeholders, streams } from './vectors/vectors.ts';
import { viewer } from './view.ts';

const view = viewer(STANDARD);
const sound = golden.filter(({ lengthOk }) => lengthOk);
const errorOf = (bytes: Uint8Array): string => {
  try {
    decode(bytes);
    return 'none';
  } catch (error) {
    return error instanceof ProtocolError ? error.code : 'not a ProtocolError';
  }
};

/**
 * The vectors hold scaled values as JSON numbers, bit words as hex text, and times with the weekday
 * that the pile sent. We show exact text, plain numbers and no weekday.
 */
function agrees(shown: unknown, stated: string | number | null): void {
  if (typeof stated === 'number') expect(Number(shown)).toBe(stated);
  else if (typeof stated === 'string' && /^0x[0-9A-F]+$/.test(stated)) {
    expect(shown).toBe(Number(stated));
  } else expect(shown).toBe(typeof stated === 'string' ? stated.replace(/ \(dow \d\)$/, '') : null);
}

describe('public frames', () => {
  test.each(sound)('$id reads and writes the same bytes', (frame: GoldenFrame) => {
    const { message, crc } = decode(bytesOf(frame.hex));
    expect(crc).toBe(frame.crc.order);
    expect(message.seq).toBe(frame.seqBytes);
    expect(hexOf(ykc.encode(message, crc))).toBe(frame.hex);
  });

  test.each(sound.filter(({ usableForDecoding }) => usableForDecoding))(
    '$id says what its source says',
    ({ hex, name, frameType, decoded = {} }: GoldenFrame) => {
      const shown = view(decode(bytesOf(hex)).message);
      expect({ name: shown.name, type: shown.type }).toEqual({ name, type: frameType });
      expect(Object.keys(shown.body)).toEqual(Object.keys(decoded));
      for (const [field, stated] of Object.entries(decoded)) agrees(shown.body[field], stated);
    },
  );

  test.each([
    // The type byte is a typo for 0x40: it reads as what it says it is, with bytes left over.
    ['jcpp--as-ack', 'priceModelCheckAck', '00000000000000'],
    // The mode is written as four bytes, high first.
    ['jcpp-92', 'reboot', '000001'],
  ])('%s keeps what its table does not have', (id, name, extra) => {
    const { message } = decode(bytesOf(goldenById(id)?.hex ?? ''));
    expect(message).toMatchObject({ name, body: { extra } });
  });

  test.each(['ev-login', 'ev-rt'])('%s is too short to be read and is kept whole', (id) => {
    const frame = goldenById(id);
    expect(decode(bytesOf(frame?.hex ?? '')).message).toMatchObject({
      name: 'unknown',
      why: 'short-body',
      code: Number(frame?.frameType),
    });
  });

  test('a length byte that does not fit is refused though the checksum does', () => {
    const wrong = golden.filter(({ lengthOk }) => !lengthOk);
    expect(wrong.map(({ id }) => id)).toEqual(['jcpp-04', 'jcpp-0A']);
    for (const { hex } of wrong) expect(errorOf(bytesOf(hex))).toBe('bad-length');
  });
});

describe('frames of documents with made-up checksums', () => {
  const whole = placeholders.filter(({ hex }) => hex.length % 2 === 0);

  test('those with an odd number of digits are no bytes at all', () => {
    const odd = placeholders.filter(({ hex }) => hex.length % 2 === 1);
    expect(odd).toHaveLength(9);
    for (const { hex } of odd) expect(() => bytesOf(hex)).toThrow('hex digits');
  });

  test.each(whole)('$id is refused', ({ hex }) => {
    const bytes = bytesOf(hex);
    const claimed = (bytes[1] ?? 0) + 4;
    if (claimed === bytes.length) expect(errorOf(bytes)).toBe('bad-checksum');
    else expect(errorOf(bytes)).toBe(claimed > bytes.length ? 'truncated' : 'bad-length');
  });

  test.each(whole)('$id reads once its length and checksum are mended', ({ id, hex, name }) => {
    const bytes = bytesOf(hex);
    bytes[1] = bytes.length - 4;
    putChecksum(bytes, 'LE');
    const { message } = decode(bytes);
    // The document's sample of 0x61 lacks a byte (ykc.md §10).
    expect(message.name).toBe(id === 'pdf16-61' ? 'unknown' : name);
    expect(ykc.encode(message)).toEqual(bytes);
  });
});

describe('public streams', () => {
  const framesOf = (chunks: readonly string[]): string[] => {
    const stream = ykcStream();
    const got: string[] = [];
    for (const chunk of chunks) stream.push(bytesOf(chunk), 0, (frame) => got.push(hexOf(frame)));
    return got;
  };

  test.each(streams)('$id', ({ chunks, expect: ids }) => {
    const got = framesOf(chunks);
    expect(got).toHaveLength(ids.length);
    for (const [i, id] of ids.entries()) {
      // Two of the frames stand in the streams alone: those are known by their place in the bytes.
      expect(chunks.join('')).toContain(got[i]);
      const known = goldenById(id);
      if (known !== undefined) expect(got[i]).toBe(known.hex);
      expect(decode(bytesOf(got[i] ?? '')).message.name).not.toBe('unknown');
    }
  });
});
