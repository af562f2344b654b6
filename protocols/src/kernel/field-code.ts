import { putUint, u8, u16 } from './bytes.ts';
import { ProtocolError } from './errors.ts';
import type { BitRow, Field } from './field.ts';

/** A code that the table has no name for. It re-encodes to the same byte. */
export interface UnknownCode {
  readonly unknown: number;
}

type Named = Readonly<Record<string, readonly [code: number, zh: string]>>;

/** A code with a name for each value, read as the name. Any other code is kept as `{ unknown }`. */
export function choice<const N extends Named>(
  zh: string,
  named: N,
  note?: string,
): Field<(keyof N & string) | UnknownCode> {
  const names: ((keyof N & string) | undefined)[] = new Array(256).fill(undefined);
  for (const name of Object.keys(named)) names[(named[name] as Named[string])[0]] = name;
  return {
    zh,
    wire: 'BIN 1',
    bytes: 1,
    domain: {
      kind: 'choice',
      choices: Object.entries(named).map(([name, [code, said]]) => ({ code, name, zh: said })),
    },
    ...(note !== undefined && { note }),
    read: (b, at) => names[b[at] as number] ?? { unknown: u8(b, at) },
    write(b, at, value) {
      const code = typeof value === 'string' ? named[value]?.[0] : value.unknown;
      if (code === undefined || !Number.isInteger(code) || code < 0 || code > 255) {
        throw new ProtocolError('bad-value', `${JSON.stringify(value)} has no code`);
      }
      b[at] = code;
    },
  };
}

/** A word of bits, kept whole as a number; the rows only say what the bits mean. */
export function bits(zh: string, bytes: 1 | 2, rows: readonly BitRow[]): Field<number> {
  const max = 2 ** (8 * bytes) - 1;
  return {
    zh,
    wire: `BIN ${bytes} bits`,
    bytes,
    domain: { kind: 'bits', max, bits: rows },
    read: bytes === 1 ? u8 : u16,
    write(b, at, value) {
      if (!Number.isInteger(value) || value < 0 || value > max) {
        throw new ProtocolError('bad-value', `${value} does not fit ${8 * bytes} bits`);
      }
      putUint(b, at, bytes, value);
    },
  };
}

/** What the set bits of a word say, lowest first. Bits that no row names are left out. */
export function bitNamesOf(word: number, rows: readonly BitRow[]): readonly string[] {
  const said: string[] = [];
  for (const { at, width, names } of rows) {
    const value = (word >>> at) & (width === 1 ? 1 : 3);
    if (value !== 0) said.push(names[value - 1] ?? `bits ${at}–${at + width - 1} = ${value}`);
  }
  return said;
}
