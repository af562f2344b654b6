import type { FrameReader, Reading } from './protocol.ts';

/** Longest line that is looked at: 100 frames of the largest size, written with spaces. */
export const LINE_CHARS_MAX = 100_000;

export type HexInput =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly error: 'bad-hex' | 'too-long'; readonly hint: string };

/** What people put between bytes: spaces, commas, colons, dashes, and a prefix before each. */
const SEPARATORS = /[\s,;:._-]+/g;
const PREFIXES = /0x|\\x/gi;

/** Reads hex as people paste it. Says what is wrong where it is not hex. */
export function hexInput(text: string): HexInput {
  if (text.length > LINE_CHARS_MAX) {
    return {
      ok: false,
      error: 'too-long',
      hint: `a line holds at most ${LINE_CHARS_MAX} characters`,
    };
  }
  const digits = text.replace(PREFIXES, ' ').replace(SEPARATORS, '');
  const strange = /[^0-9a-f]/i.exec(digits);
  if (strange !== null) {
    const hint = `"${strange[0]}" is not a hex digit 不是十六进制字符`;
    return { ok: false, error: 'bad-hex', hint };
  }
  if (digits.length % 2 === 1) {
    const hint = `${digits.length} hex digits, an odd number: one is missing or too many 位数为奇数`;
    return { ok: false, error: 'bad-hex', hint };
  }
  return { ok: true, bytes: Uint8Array.from(Buffer.from(digits, 'hex')) };
}

/** How much of a text that is no hex is shown again. */
const TEXT_SHOWN = 120;

/** A reader of bytes as one of hex text. */
export function hexReader(reader: {
  /** Reads every frame in the bytes, good or bad, in their order. */
  readonly read: (bytes: Uint8Array) => readonly Reading[];
  /** Whether the bytes hold at least the one frame that they begin with. */
  readonly isWhole: (bytes: Uint8Array) => boolean;
}): Pick<FrameReader, 'read' | 'isWhole'> {
  return {
    read(text) {
      const input = hexInput(text);
      if (input.ok) return reader.read(input.bytes);
      const shortened = text.length > TEXT_SHOWN ? `${text.slice(0, TEXT_SHOWN)}…` : text;
      return [{ ok: false, error: input.error, hint: input.hint, text: shortened }];
    },
    isWhole(text) {
      const input = hexInput(text);
      return input.ok && reader.isWhole(input.bytes);
    },
  };
}

/** What is said of frames that are written as hex. */
export const HEX = {
  written: 'hex',
  notes: [
    'Spaces, commas, colons and 0x between bytes do not matter; several frames may stick together.',
    '字节之间的空格、逗号、冒号、0x 均可；多帧相连也可以。',
  ],
} as const;

/** The lines of a stream, each cut off where it is longer than a line may be. */
export async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let line = '';
  for await (const chunk of chunks) {
    const parts = chunk.split(/\r?\n/);
    for (const [i, part] of parts.entries()) {
      // One character over the limit is enough for `hexInput` to say that it is too long.
      line += part.slice(0, LINE_CHARS_MAX + 1 - line.length);
      if (i === parts.length - 1) break;
      yield line;
      line = '';
    }
  }
  if (line !== '') yield line;
}
