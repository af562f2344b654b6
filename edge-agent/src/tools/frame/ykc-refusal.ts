import { hexOf } from '@holdfast/protocols/kernel/bytes';
import {
  type CrcOrder,
  crcOrderOf,
  FRAME_BYTES_MIN,
  frameSizeAt,
  putChecksum,
  START,
} from '@holdfast/protocols/ykc/codec';

type ErrorCode = 'bad-start' | 'truncated' | 'bad-length' | 'bad-checksum';

/** Why bytes are no frame, and what of them to skip. */
export interface Refusal {
  readonly error: ErrorCode;
  /** Bytes that belong to what is refused. */
  readonly bytes: number;
  readonly facts: Readonly<Record<string, string | number>>;
  readonly hint: string;
}

const isSoundAt = (b: Uint8Array, at: number): boolean => {
  if (b[at] !== START || b.length - at < FRAME_BYTES_MIN) return false;
  const size = frameSizeAt(b, at);
  return size > 0 && size <= b.length - at && crcOrderOf(b, at, size) !== undefined;
};

/** Where the next sound frame begins at or after `from`; the end where there is none. */
function nextSound(b: Uint8Array, from: number): number {
  let at = from;
  while (at < b.length && !isSoundAt(b, at)) at += 1;
  return at;
}

function checksumText(b: Uint8Array, at: number, size: number, order: CrcOrder): string {
  const copy = b.slice(at, at + size);
  putChecksum(copy, order);
  return hexOf(copy, size - 2, 2);
}

/** Bytes do not begin a frame: everything up to the next sound frame is refused at once. */
function strayBytes(b: Uint8Array, at: number): Refusal {
  const start = b.indexOf(START, at);
  const until = Math.min(nextSound(b, at), start < 0 ? b.length : start);
  const hint = 'a frame begins with 68 报文以 68 开头';
  return {
    error: 'bad-start',
    bytes: until - at,
    facts: { expected: '68', found: hexOf(b, at, 1) },
    hint,
  };
}

function shortBytes(b: Uint8Array, at: number, size: number): Refusal {
  const until = nextSound(b, at + 1);
  const facts = { expected: size, found: b.length - at };
  const hint = `the length byte asks for ${size} bytes: the end is missing, or the length is wrong 报文不完整或长度错误`;
  return { error: 'truncated', bytes: until - at, facts, hint };
}

/** A checksum that does not fit, unless it does once the length byte is mended. */
function unsoundBytes(b: Uint8Array, at: number, size: number): Refusal {
  const whole = b.length - at;
  const fits = whole > size && crcOrderOf(b, at, whole) !== undefined;
  if (fits) {
    const facts = { expected: whole - 4, found: size - 4 };
    const hint =
      'the checksum is right for all bytes: the length byte is wrong 校验正确，长度字节错误';
    return { error: 'bad-length', bytes: whole, facts, hint };
  }
  const sound = nextSound(b, at + 1);
  const behind = at + size;
  const bytes =
    behind === b.length || b[behind] === START ? Math.min(sound - at, size) : sound - at;
  const facts = {
    expected: checksumText(b, at, size, 'LE'),
    found: hexOf(b, behind - 2, 2),
  };
  const hint = `CRC-16/MODBUS from the sequence to the body is ${facts.expected} low byte first, ${checksumText(b, at, size, 'BE')} high byte first 校验码不符`;
  return { error: 'bad-checksum', bytes, facts, hint };
}

/** Why no frame can be read at `at`; `undefined` when one can. */
export function refusalAt(b: Uint8Array, at: number): Refusal | undefined {
  const left = b.length - at;
  if (b[at] !== START) return strayBytes(b, at);
  if (left < 2) return shortBytes(b, at, FRAME_BYTES_MIN);
  const size = frameSizeAt(b, at);
  if (size === 0) {
    const facts = { expected: 4, found: b[at + 1] ?? 0 };
    const hint =
      'the length byte counts sequence, encryption and type too: never less than 4 长度至少为 4';
    return { error: 'bad-length', bytes: nextSound(b, at + 1) - at, facts, hint };
  }
  if (left < size) return shortBytes(b, at, size);
  return isSoundAt(b, at) ? undefined : unsoundBytes(b, at, size);
}
