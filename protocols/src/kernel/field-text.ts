import { hex1, hex7, hex8, hexOf, putHex } from './bytes.ts';
import { ProtocolError } from './errors.ts';
import type { Field } from './field.ts';

/** Hex text of a fixed width. The width is fixed at the call, so each field gets the fastest reader. */
function hexReader(bytes: number): (b: Uint8Array, at: number) => string {
  if (bytes === 1) return hex1;
  if (bytes === 7) return hex7;
  if (bytes === 8) return hex8;
  if (bytes === 16) return (b, at) => hex8(b, at) + hex8(b, at + 8);
  return (b, at) => hexOf(b, at, bytes);
}

function digits(zh: string, bytes: number, decimal: boolean, note?: string): Field<string> {
  return {
    zh,
    wire: `${decimal ? 'BCD' : 'raw'} ${bytes}`,
    bytes,
    domain: { kind: 'digits', decimal },
    ...(note !== undefined && { note }),
    read: hexReader(bytes),
    write: (b, at, value) => putHex(b, at, bytes, value),
  };
}

/**
 * Packed BCD as digits, most significant first. Piles put non-decimal digits there too (ICCIDs,
 * model tags): those stay hex text, upper case, so nothing is refused and nothing is lost.
 */
export const bcd = (zh: string, bytes: number, note?: string): Field<string> =>
  digits(zh, bytes, true, note);

/** Bytes without a meaning of their own, as upper-case hex. */
export const raw = (zh: string, bytes: number, note?: string): Field<string> =>
  digits(zh, bytes, false, note);

/** One small number a byte, e.g. the rate kind of each half hour. */
export function octets(zh: string, bytes: number, note?: string): Field<readonly number[]> {
  return {
    zh,
    wire: `BIN ${bytes}×1`,
    bytes,
    domain: { kind: 'octets' },
    ...(note !== undefined && { note }),
    read: (b, at) => Array.from(b.subarray(at, at + bytes)),
    write(b, at, value) {
      if (value.length !== bytes || value.some((n) => !Number.isInteger(n) || n < 0 || n > 255)) {
        throw new ProtocolError('bad-value', `not ${bytes} bytes: ${value.join(' ')}`);
      }
      b.set(value, at);
    },
  };
}

/** One character a byte (Latin-1), so any bytes survive. */
export function textOf(b: Uint8Array, at: number, length: number): string {
  let text = '';
  for (let i = at; i < at + length; i += 1) text += String.fromCharCode(b[i] as number);
  return text;
}

/** Writes text into `room` bytes, the rest zero; refuses what is too long or not one byte a character. */
export function putText(b: Uint8Array, at: number, room: number, text: string): void {
  if (text.length > room) throw new ProtocolError('bad-value', `"${text}" is over ${room} bytes`);
  for (let i = 0; i < room; i += 1) {
    const code = i < text.length ? text.charCodeAt(i) : 0;
    if (code > 0xff) throw new ProtocolError('bad-value', `"${text}" is not ASCII`);
    b[at + i] = code;
  }
}

const withoutPadding = (text: string): string => {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0) end -= 1;
  return text.slice(0, end);
};

/** Zero-padded text. Only zeros at the end are taken for padding, so any bytes re-encode the same. */
export function ascii(zh: string, bytes: number, note?: string): Field<string> {
  return {
    zh,
    wire: `ASCII ${bytes}`,
    bytes,
    domain: { kind: 'text' },
    ...(note !== undefined && { note }),
    read: (b, at) => withoutPadding(textOf(b, at, bytes)),
    write: (b, at, value) => putText(b, at, bytes, value),
  };
}

/** Text whose bytes are sent last to first (the VIN of 0x31 and 0xA1). */
export function reversedAscii(zh: string, bytes: number, note?: string): Field<string> {
  return {
    zh,
    wire: `ASCII ${bytes} reversed`,
    bytes,
    domain: { kind: 'text' },
    ...(note !== undefined && { note }),
    read: (b, at) =>
      withoutPadding(textOf(Uint8Array.from(b.subarray(at, at + bytes)).reverse(), 0, bytes)),
    write(b, at, value) {
      putText(b, at, bytes, value);
      b.subarray(at, at + bytes).reverse();
    },
  };
}
