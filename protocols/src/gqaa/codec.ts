import { type BodyCodec, bodyCodec } from '../kernel/body.ts';
import { hex1, hex8, hexOf, putHex, putUint, u8, u16 } from '../kernel/bytes.ts';
import { crc16Modbus } from '../kernel/crc.ts';
import { ProtocolError } from '../kernel/errors.ts';
import type { Body, FrameTable, Message, Side } from '../kernel/frame.ts';
import { frames } from './frames.ts';
import { isAnswer, PROFILE_0 } from './profile-0.ts';

/**
 * 广汽 profile-0: 68 | length (2) | sequence (2) | version | encryption | type | cause | pile (8) |
 * gun | body | checksum (2). The length counts what comes after it. All little-endian.
 */
export const START = PROFILE_0.start;
const SEQ_AT = 3;
const VERSION_AT = 5;
const ENCRYPTION_AT = 6;
const TYPE_AT = 7;
const COT_AT = 8;
const PILE_AT = 9;
const GUN_AT = 17;
/** Where the body begins. */
export const BODY_AT = 18;
export const CHECKSUM_BYTES = 2;
/** Bytes that the length does not count. */
const UNCOUNTED = 3;
export const FRAME_BYTES_MIN = BODY_AT + CHECKSUM_BYTES;
export const FRAME_BYTES_MAX = PROFILE_0.frameBytesMax;

export type Frames = typeof frames;
export type GqaaName = keyof Frames;
export type GqaaBody<N extends GqaaName> = Body<Frames[N]>;
/** Any frame of the table that `F` sends. */
export type GqaaKnown<F extends Side = Side> = Message<Frames, F>;

/** A frame with a good checksum whose body is not read. It re-encodes to the same bytes. */
export interface GqaaUnknown {
  readonly name: 'unknown';
  readonly seq: string;
  /** `unreadable`: the key does not open it; `unsealed`: plain, where only encrypted bodies count. */
  readonly why:
    | 'unknown-version'
    | 'unknown-type'
    | 'short-body'
    | 'encrypted'
    | 'unreadable'
    | 'unsealed';
  readonly version: number;
  readonly encryption: number;
  readonly code: number;
  readonly body: {
    readonly cot: number;
    readonly pileNo: string;
    readonly gunNo: number;
    readonly raw: string;
  };
}

export type GqaaMessage<F extends Side = Side> = GqaaKnown<F> | GqaaUnknown;

/** Bytes of the frame that begins at `at`; 0 when its length is less than a header. */
export function frameSizeAt(b: Uint8Array, at: number): number {
  const size = u16(b, at + 1) + UNCOUNTED;
  return size < FRAME_BYTES_MIN ? 0 : size;
}

/** The checksum that a frame ought to have: from the length to the body. */
export const checksumOf = (b: Uint8Array, at: number, size: number): number =>
  crc16Modbus(b, at + 1, at + size - CHECKSUM_BYTES);

export const isSound = (b: Uint8Array, at: number, size: number): boolean =>
  u16(b, at + size - CHECKSUM_BYTES) === checksumOf(b, at, size);

/** Writes length and checksum of a frame whose other bytes stand. */
export function finish(b: Uint8Array): Uint8Array {
  putUint(b, 1, 2, b.length - UNCOUNTED);
  putUint(b, b.length - CHECKSUM_BYTES, CHECKSUM_BYTES, checksumOf(b, 0, b.length));
  return b;
}

/** Refuses bytes that are not exactly one sound frame. */
export function checkFrame(b: Uint8Array): void {
  if (b.length === 0) throw new ProtocolError('truncated', 'no bytes');
  if (b[0] !== START) throw new ProtocolError('bad-start', `begins with ${hex1(b, 0)}, not 68`);
  if (b.length < FRAME_BYTES_MIN) throw new ProtocolError('truncated', `${b.length} bytes`);
  const size = frameSizeAt(b, 0);
  if (size === 0 || size > FRAME_BYTES_MAX) {
    throw new ProtocolError('bad-length', `the length is ${u16(b, 1)}`);
  }
  if (b.length < size) throw new ProtocolError('truncated', `${b.length} bytes of ${size}`);
  if (b.length > size) throw new ProtocolError('bad-length', `${b.length} bytes, not ${size}`);
  if (isSound(b, 0, size)) return;
  const wanted = new Uint8Array(CHECKSUM_BYTES);
  putUint(wanted, 0, CHECKSUM_BYTES, checksumOf(b, 0, size));
  const found = hexOf(b, size - CHECKSUM_BYTES, CHECKSUM_BYTES);
  throw new ProtocolError('bad-checksum', `expected ${hexOf(wanted)}, found ${found}`);
}

interface Row {
  readonly name: string;
  readonly code: number;
  readonly from: Side;
  readonly body: BodyCodec;
}

const ROWS: readonly Row[] = Object.entries(frames satisfies FrameTable).map(([name, row]) => ({
  name,
  code: row.code,
  from: row.from,
  body: bodyCodec(row),
}));
const byName: ReadonlyMap<string, Row> = new Map(ROWS.map((row) => [row.name, row]));

/** Who asks by a type: heartbeats go both ways, told apart by their cause. */
const asker = (code: number): Side | undefined =>
  ROWS.find((row) => row.code === code && !row.name.endsWith('Ack'))?.from;

/** Rows by type: the question of a pile, the command of the platform, the answer to either. */
const questions: (Row | undefined)[] = new Array(256).fill(undefined);
const commands: (Row | undefined)[] = new Array(256).fill(undefined);
const answers: (Row | undefined)[] = new Array(256).fill(undefined);
for (const row of ROWS) {
  if (row.name.endsWith('Ack')) answers[row.code] = row;
  else (row.from === 'pile' ? questions : commands)[row.code] = row;
}

function rowOf(code: number, cot: number): Row | undefined {
  if (isAnswer(cot)) return answers[code];
  if (questions[code] === undefined) return commands[code];
  // Piles that say something else than "by itself" are understood all the same.
  return cot === PROFILE_0.cot.command ? (commands[code] ?? questions[code]) : questions[code];
}

/** Who sent a frame, as far as its type and its cause tell. */
export function senderOf(code: number, cot: number): Side | undefined {
  const row = rowOf(code, cot);
  if (row !== undefined) return row.from;
  const by = asker(code);
  return by === undefined || !isAnswer(cot) ? by : by === 'pile' ? 'hub' : 'pile';
}

const unknown = (b: Uint8Array, why: GqaaUnknown['why']): GqaaUnknown => ({
  name: 'unknown',
  seq: hexOf(b, SEQ_AT, 2),
  why,
  version: u8(b, VERSION_AT),
  encryption: u8(b, ENCRYPTION_AT),
  code: u8(b, TYPE_AT),
  body: {
    cot: u8(b, COT_AT),
    pileNo: hex8(b, PILE_AT),
    gunNo: u8(b, GUN_AT),
    raw: hexOf(b, BODY_AT, b.length - BODY_AT - CHECKSUM_BYTES),
  },
});

/** A sound frame, kept unread for a reason that its own bytes do not show. */
export const kept = (b: Uint8Array, why: 'unreadable' | 'unsealed'): GqaaUnknown => unknown(b, why);

/** Reads a frame whose length and checksum are known to be right. Never fails: see `GqaaUnknown`. */
export function read(b: Uint8Array): GqaaMessage {
  if (b[VERSION_AT] !== PROFILE_0.version) return unknown(b, 'unknown-version');
  if (b[ENCRYPTION_AT] !== PROFILE_0.encryption.plain) return unknown(b, 'encrypted');
  const row = rowOf(u8(b, TYPE_AT), u8(b, COT_AT));
  if (row === undefined) return unknown(b, 'unknown-type');
  const body = row.body.read(b, COT_AT, b.length - CHECKSUM_BYTES);
  if (body === undefined) return unknown(b, 'short-body');
  // The table made both the reader and the type, so they agree.
  return { name: row.name, seq: hex1(b, SEQ_AT) + hex1(b, SEQ_AT + 1), body } as GqaaKnown;
}

/** An empty frame that ends at `bytes` bytes of a body, head and all. */
function blank(message: GqaaMessage, bytes: number, code: number): Uint8Array {
  const b = new Uint8Array(COT_AT + bytes + CHECKSUM_BYTES);
  if (b.length > FRAME_BYTES_MAX) {
    throw new ProtocolError('bad-value', `${message.name}: a frame of ${b.length} bytes`);
  }
  b[0] = START;
  putHex(b, SEQ_AT, 2, message.seq);
  b[VERSION_AT] = PROFILE_0.version;
  b[TYPE_AT] = code;
  return b;
}

/** The frame of a message; `ProtocolError('bad-value')` names the field that does not fit. */
export function encode(message: GqaaMessage): Uint8Array {
  if (message.name === 'unknown') {
    const { cot, pileNo, gunNo, raw } = message.body;
    const b = blank(message, BODY_AT - COT_AT + (raw.length >> 1), message.code);
    b[VERSION_AT] = message.version;
    b[ENCRYPTION_AT] = message.encryption;
    b[COT_AT] = cot;
    putHex(b, PILE_AT, 8, pileNo);
    b[GUN_AT] = gunNo;
    putHex(b, BODY_AT, raw.length >> 1, raw);
    return finish(b);
  }
  const row = byName.get(message.name);
  if (row === undefined) throw new ProtocolError('bad-value', `no frame is named ${message.name}`);
  const b = blank(message, row.body.sizeOf(message.body), row.code);
  row.body.write(b, COT_AT, message.body);
  return finish(b);
}

/** Checks and reads one frame; `ProtocolError` says what is wrong with it. */
export function decode(b: Uint8Array): GqaaMessage {
  checkFrame(b);
  return read(b);
}

/** The sequence bytes of a counter: little-endian, wrapping at 65,536 ("0100" is 1). */
export function seqOf(count: number): string {
  const b = new Uint8Array(2);
  putUint(b, 0, 2, count % 0x1_0000);
  return hexOf(b);
}

const PILE_DIGITS = 16;
/** Numbers of this product's piles have 14 digits, those of other makers up to 16. */
const SHORT_DIGITS = 14;

/** A pile's number as the frame has it. */
export const wirePileNo = (pileNo: string): string => pileNo.padStart(PILE_DIGITS, '0');

/** A pile's number as the site knows it: two zeros in front are padding. */
export const pileNoOf = (wire: string): string =>
  wire.startsWith('00') ? wire.slice(PILE_DIGITS - SHORT_DIGITS) : wire;
