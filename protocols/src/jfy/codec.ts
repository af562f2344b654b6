import { type BodyCodec, bodyCodec } from '../kernel/body.ts';
import { hex1, hexOf, putHex, putUint, u8, u16 } from '../kernel/bytes.ts';
import { ProtocolError } from '../kernel/errors.ts';
import type { Body, FrameTable, Message, MessageOf, Side } from '../kernel/frame.ts';
import { frames } from './frames.ts';
import { PROFILE_0 } from './profile-0.ts';

/**
 * 晶福源 profile-0: AA F5 | length (2) | INFO | SEQ | command (2) | body | sum of command and body (1).
 * The length is that of the whole frame. All little-endian.
 */
const [FIRST, SECOND] = PROFILE_0.start;
export const START = FIRST;
const LENGTH_AT = 2;
const SEQ_AT = 4;
const CMD_AT = 6;
export const BODY_AT = 8;
export const CHECKSUM_BYTES = 1;
const FRAME_BYTES_MIN = BODY_AT + CHECKSUM_BYTES;
export const FRAME_BYTES_MAX = PROFILE_0.frameBytesMax;

export type Frames = typeof frames;
export type JfyName = keyof Frames;
export type JfyBody<N extends JfyName> = Body<Frames[N]>;
/** Any frame of the table that `F` sends. `seq` is INFO and SEQ as hex. */
export type JfyKnown<F extends Side = Side> = Message<Frames, F>;

/** A frame with a good checksum whose body is not read. It re-encodes to the same bytes. */
export interface JfyUnknown {
  readonly name: 'unknown';
  readonly seq: string;
  readonly why: 'unknown-command' | 'short-body' | 'encrypted';
  readonly code: number;
  readonly body: { readonly raw: string };
}

export type JfyMessage<F extends Side = Side> = JfyKnown<F> | JfyUnknown;

/** Bytes of the frame that begins at `at`; 0 when none can begin so. Needs four bytes. */
export function frameSizeAt(b: Uint8Array, at: number): number {
  const size = u16(b, at + LENGTH_AT);
  return b[at + 1] !== SECOND || size < FRAME_BYTES_MIN ? 0 : size;
}

/** The checksum that a frame ought to have. */
export function checksumOf(b: Uint8Array, at: number, size: number): number {
  let sum = 0;
  for (let i = at + CMD_AT; i < at + size - CHECKSUM_BYTES; i += 1) sum += u8(b, i);
  return sum & 0xff;
}

export const isSound = (b: Uint8Array, at: number, size: number): boolean =>
  b[at + size - CHECKSUM_BYTES] === checksumOf(b, at, size);

/** Refuses bytes that are not exactly one sound frame. */
export function checkFrame(b: Uint8Array): void {
  if (b.length === 0) throw new ProtocolError('truncated', 'no bytes');
  if (b[0] !== FIRST || (b.length > 1 && b[1] !== SECOND)) {
    throw new ProtocolError('bad-start', `begins with ${hexOf(b.subarray(0, 2))}, not AAF5`);
  }
  if (b.length < FRAME_BYTES_MIN) throw new ProtocolError('truncated', `${b.length} bytes`);
  const size = frameSizeAt(b, 0);
  if (size === 0 || size > FRAME_BYTES_MAX) {
    throw new ProtocolError('bad-length', `the length is ${u16(b, LENGTH_AT)}`);
  }
  if (b.length < size) throw new ProtocolError('truncated', `${b.length} bytes of ${size}`);
  if (b.length > size) throw new ProtocolError('bad-length', `${b.length} bytes, not ${size}`);
  if (isSound(b, 0, size)) return;
  const expected = hex1(Uint8Array.of(checksumOf(b, 0, size)), 0);
  throw new ProtocolError('bad-checksum', `expected ${expected}, found ${hex1(b, size - 1)}`);
}

interface Row {
  readonly name: string;
  readonly code: number;
  readonly body: BodyCodec;
}

const rowOf = (name: JfyName): Row => ({
  name,
  code: frames[name].code,
  body: bodyCodec((frames satisfies FrameTable)[name]),
});

const byName: ReadonlyMap<string, Row> = new Map(
  (Object.keys(frames) as JfyName[]).map((name) => [name, rowOf(name)]),
);
/** Frames of relatives that share a command with one of ours. */
const RELATIVES: readonly string[] = ['shortClock', 'otherStatus'];
const byCode: ReadonlyMap<number, Row> = new Map(
  [...byName.values()]
    .filter(({ name }) => !RELATIVES.includes(name))
    .map((row) => [row.code, row]),
);

const SHORT_CLOCK_BYTES = 39;
const OTHER_STATUS_BYTES = 39;

/** The relative's frame under a command of ours, told by its length. */
function relativeOf(b: Uint8Array, code: number): Row | undefined {
  const bytes = b.length - FRAME_BYTES_MIN;
  if (code === frames.otherStatus.code && bytes >= OTHER_STATUS_BYTES) {
    return byName.get('otherStatus');
  }
  const counted = frames.setText.body.reserved.bytes + 1 + 4;
  const isCounted = u16(b, BODY_AT + counted) === bytes - counted - 2;
  if (code !== frames.shortClock.code || bytes !== SHORT_CLOCK_BYTES || isCounted) return undefined;
  return byName.get('shortClock');
}

const unknown = (b: Uint8Array, why: JfyUnknown['why']): JfyUnknown => ({
  name: 'unknown',
  seq: hexOf(b, SEQ_AT, 2),
  why,
  code: u16(b, CMD_AT),
  body: { raw: hexOf(b, BODY_AT, b.length - FRAME_BYTES_MIN) },
});

/** Reads a frame whose length and checksum are known to be right. Never fails: see `JfyUnknown`. */
export function read(b: Uint8Array): JfyMessage {
  if ((u8(b, SEQ_AT) & PROFILE_0.encryptedBit) !== 0) return unknown(b, 'encrypted');
  const code = u16(b, CMD_AT);
  const row = relativeOf(b, code) ?? byCode.get(code);
  if (row === undefined) return unknown(b, 'unknown-command');
  const body = row.body.read(b, BODY_AT, b.length - CHECKSUM_BYTES);
  if (body === undefined) return unknown(b, 'short-body');
  // The table made both the reader and the type, so they agree.
  return { name: row.name, seq: hexOf(b, SEQ_AT, 2), body } as JfyKnown;
}

/** The bytes of a frame whose body `put` writes. */
function framed(
  { name, seq }: JfyMessage,
  code: number,
  bytes: number,
  put: (b: Uint8Array, at: number) => void,
): Uint8Array {
  const b = new Uint8Array(FRAME_BYTES_MIN + bytes);
  if (b.length > FRAME_BYTES_MAX) {
    throw new ProtocolError('bad-value', `${name}: a frame of ${b.length} bytes`);
  }
  b.set(PROFILE_0.start);
  putUint(b, LENGTH_AT, 2, b.length);
  putHex(b, SEQ_AT, 2, seq);
  putUint(b, CMD_AT, 2, code);
  put(b, BODY_AT);
  b[b.length - CHECKSUM_BYTES] = checksumOf(b, 0, b.length);
  return b;
}

/** The frame of a message; `ProtocolError('bad-value')` names the field that does not fit. */
export function encode(message: JfyMessage): Uint8Array {
  if (message.name === 'unknown') {
    const { raw } = message.body;
    const bytes = raw.length >> 1;
    return framed(message, message.code, bytes, (b, at) => putHex(b, at, bytes, raw));
  }
  const row = byName.get(message.name);
  if (row === undefined) throw new ProtocolError('bad-value', `no frame is named ${message.name}`);
  const { body } = row;
  return framed(message, row.code, body.sizeOf(message.body), (b, at) =>
    body.write(b, at, message.body),
  );
}

/** Checks and reads one frame; `ProtocolError` says what is wrong with it. */
export function decode(b: Uint8Array): JfyMessage {
  checkFrame(b);
  return read(b);
}

/** INFO and SEQ of a frame of our own: the counter wraps at 256. */
export const seqOf = (count: number): string => hexOf(Uint8Array.of(PROFILE_0.info, count & 0xff));

/** A frame by its name. The name decides the type of the body, which the compiler cannot see through. */
export const messageOf = <N extends JfyName>(name: N, seq: string, body: JfyBody<N>) =>
  ({ name, seq, body }) as MessageOf<Frames, N>;
