import { type BodyCodec, bodyCodec } from '../kernel/body.ts';
import { hex1, hexOf, putHex, putUint, u8, u16 } from '../kernel/bytes.ts';
import { crc16Modbus } from '../kernel/crc.ts';
import { ProtocolError } from '../kernel/errors.ts';
import type { Body, Frame, FrameTable, Message, Side, UnknownMessage } from '../kernel/frame.ts';
import { frames } from './frames.ts';

/**
 * 云快充 V1.x: 68 | length | sequence (2) | encryption | type | body | checksum (2).
 * The length counts from the sequence to the body. V2 has another header around like bodies; it
 * would be another file beside this one.
 */
export const START = 0x68;
/** Where the body begins. */
export const BODY_AT = 6;
export const CHECKSUM_BYTES = 2;
/** What the length byte counts besides the body. */
const COUNTED = 4;
/** Longest body that one length byte can tell. The text's limit of 200 is broken by its own frames. */
export const BODY_BYTES_MAX = 0xff - COUNTED;
export const FRAME_BYTES_MIN = BODY_AT + CHECKSUM_BYTES;
export const FRAME_BYTES_MAX = BODY_AT + BODY_BYTES_MAX + CHECKSUM_BYTES;

export type Frames = typeof frames;
export type YkcName = keyof Frames;
export type YkcBody<N extends YkcName> = Body<Frames[N]>;
/** Any frame of the table that `F` sends. */
export type YkcKnown<F extends Side = Side> = Message<Frames, F>;
export type YkcMessage<F extends Side = Side> = YkcKnown<F> | UnknownMessage;

/** Byte order of the checksum: low byte first is the standard, some piles send it high byte first. */
export type CrcOrder = 'LE' | 'BE';

/** Bytes of the frame that begins at `at`; 0 when its length byte is less than a header. */
export function frameSizeAt(b: Uint8Array, at: number): number {
  const length = u8(b, at + 1);
  return length < COUNTED ? 0 : length + BODY_AT + CHECKSUM_BYTES - COUNTED;
}

/** In which order the checksum of a whole frame is right; `both` when its two bytes are equal. */
export function crcOrderOf(b: Uint8Array, at: number, size: number): CrcOrder | 'both' | undefined {
  const end = at + size - CHECKSUM_BYTES;
  const crc = crc16Modbus(b, at + 2, end);
  const low = crc & 0xff;
  const high = crc >>> 8;
  const [first, second] = [b[end], b[end + 1]];
  if (first === low && second === high) return low === high ? 'both' : 'LE';
  return first === high && second === low ? 'BE' : undefined;
}

/** Refuses bytes that are not exactly one sound frame; otherwise says the order of its checksum. */
export function checkFrame(b: Uint8Array): CrcOrder {
  if (b.length === 0) throw new ProtocolError('truncated', 'no bytes');
  if (b[0] !== START) throw new ProtocolError('bad-start', `begins with ${hex1(b, 0)}, not 68`);
  if (b.length < FRAME_BYTES_MIN) throw new ProtocolError('truncated', `${b.length} bytes`);
  const size = frameSizeAt(b, 0);
  if (size === 0) throw new ProtocolError('bad-length', `the length byte is ${b[1]}, less than 4`);
  if (b.length < size) throw new ProtocolError('truncated', `${b.length} bytes of ${size}`);
  if (b.length > size) throw new ProtocolError('bad-length', `${b.length} bytes, not ${size}`);
  const order = crcOrderOf(b, 0, size);
  if (order !== undefined) return order === 'both' ? 'LE' : order;
  const wanted = new Uint8Array(CHECKSUM_BYTES);
  putUint(wanted, 0, CHECKSUM_BYTES, crc16Modbus(b, 2, size - CHECKSUM_BYTES));
  const found = hexOf(b, size - CHECKSUM_BYTES, CHECKSUM_BYTES);
  throw new ProtocolError('bad-checksum', `expected ${hexOf(wanted)}, found ${found}`);
}

interface Row {
  readonly name: string;
  readonly code: number;
  readonly body: BodyCodec;
}

export interface YkcCodec {
  /** Reads a frame whose length and checksum are known to be right. Never fails: see `UnknownMessage`. */
  readonly read: (frame: Uint8Array) => YkcMessage;
  /** The frame of a message; `ProtocolError('bad-value')` names the field that does not fit. */
  readonly encode: (message: YkcMessage, order?: CrcOrder) => Uint8Array;
}

/** A codec over a frame table that has the names and types of the standard one. */
export function ykcCodec(table: Frames): YkcCodec {
  const byCode: (Row | undefined)[] = new Array(256).fill(undefined);
  const byName = new Map<string, Row>();
  for (const [name, row] of Object.entries(table satisfies FrameTable)) {
    const made = { name, code: row.code, body: bodyCodec(row satisfies Frame) };
    byCode[row.code] = made;
    byName.set(name, made);
  }

  const unknown = (b: Uint8Array, why: UnknownMessage['why']): UnknownMessage => ({
    name: 'unknown',
    seq: hexOf(b, 2, 2),
    why,
    code: u8(b, 5),
    encryption: u8(b, 4),
    body: { raw: hexOf(b, BODY_AT, b.length - BODY_AT - CHECKSUM_BYTES) },
  });

  return {
    read(b) {
      if (b[4] !== 0) return unknown(b, 'encrypted');
      const row = byCode[b[5] as number];
      if (row === undefined) return unknown(b, 'unknown-type');
      const body = row.body.read(b, BODY_AT, b.length - CHECKSUM_BYTES);
      if (body === undefined) return unknown(b, 'short-body');
      // The table made both the reader and the type, so they agree.
      return { name: row.name, seq: hex1(b, 2) + hex1(b, 3), body } as YkcKnown;
    },
    encode(message, order = 'LE') {
      const row = message.name === 'unknown' ? undefined : byName.get(message.name);
      const size = row?.body.sizeOf(message.body) ?? rawSizeOf(message);
      if (size > BODY_BYTES_MAX) {
        throw new ProtocolError(
          'bad-value',
          `${message.name}: a body of ${size} bytes is too long`,
        );
      }
      const b = new Uint8Array(BODY_AT + size + CHECKSUM_BYTES);
      b[0] = START;
      b[1] = COUNTED + size;
      putHex(b, 2, 2, message.seq);
      if (row !== undefined) {
        b[5] = row.code;
        row.body.write(b, BODY_AT, message.body);
      } else if (message.name === 'unknown') {
        b[4] = message.encryption;
        b[5] = message.code;
        putHex(b, BODY_AT, size, message.body.raw);
      }
      putChecksum(b, order);
      return b;
    },
  };
}

const rawSizeOf = (message: YkcMessage): number =>
  message.name === 'unknown' ? message.body.raw.length >> 1 : 0;

/** Writes the checksum into the last two bytes of a whole frame. */
export function putChecksum(b: Uint8Array, order: CrcOrder): void {
  const end = b.length - CHECKSUM_BYTES;
  const crc = crc16Modbus(b, 2, end);
  b[end] = order === 'LE' ? crc & 0xff : crc >>> 8;
  b[end + 1] = order === 'LE' ? crc >>> 8 : crc & 0xff;
}

/** The codec of the published protocol. */
export const ykc = ykcCodec(frames);

/** Checks and reads one frame; `ProtocolError` says what is wrong with it. */
export function decode(b: Uint8Array): { readonly message: YkcMessage; readonly crc: CrcOrder } {
  const crc = checkFrame(b);
  return { message: ykc.read(b), crc };
}

/** The sequence bytes of our own counter: little-endian, wrapping at 65,536 ("0100" is 1). */
export const seqOf = (count: number): string => {
  const b = new Uint8Array(2);
  putUint(b, 0, 2, count % 0x1_0000);
  return hexOf(b);
};

/** Our own counter in the sequence bytes of a message. */
export const countOf = (seq: string): number => {
  const b = new Uint8Array(2);
  putHex(b, 0, 2, seq);
  return u16(b, 0);
};

/** A gun's number from its two BCD digits: "10" is 10. `null` when they are not decimal. */
export const gunNumberOf = (gunNo: string): number | null =>
  /^\d\d$/.test(gunNo) ? Number(gunNo) : null;

/** The two BCD digits of a gun's number. */
export const gunNoOf = (gunNumber: number): string => `${gunNumber}`.padStart(2, '0');
