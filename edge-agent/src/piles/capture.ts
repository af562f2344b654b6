/** A frame as it was on the wire. `up`: from the pile. */
export interface CapturedFrame {
  readonly atMs: number;
  readonly up: boolean;
  readonly hex: string;
}

export interface CaptureLimits {
  /** Bytes kept for one pile, frames and their marks together. */
  readonly bytesPerPile: number;
  /** Frames kept for one pile. */
  readonly framesPerPile: number;
  /** Piles remembered; the one met first is forgotten first. */
  readonly piles: number;
}

export const CAPTURE_LIMITS: CaptureLimits = {
  bytesPerPile: 4_096,
  framesPerPile: 256,
  piles: 20_000,
};

/** Time (6 bytes), direction and length (2 bytes) stand before each frame. */
const MARK = 8;
const UP = 0x8000;
const LENGTH = 0x7fff;
const FIRST_BYTES = 512;

/** Frames of one pile in one block of bytes, so that a pile costs a few kilobytes and no garbage. */
interface Ring {
  bytes: Uint8Array;
  /** Where the oldest entry begins. */
  start: number;
  used: number;
  frames: number;
}

export interface Capture {
  /** Keeps a copy of a frame; one that is longer than the ring is cut. */
  readonly keep: (key: string, atMs: number, up: boolean, frame: Uint8Array) => void;
  /** The newest frames of a pile, oldest first. */
  readonly frames: (key: string, limit?: number) => readonly CapturedFrame[];
  readonly forget: (key: string) => void;
  readonly keys: () => readonly string[];
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

const byteAt = (ring: Ring, at: number): number => ring.bytes[at % ring.bytes.length] ?? 0;

function put(ring: Ring, byte: number): void {
  ring.bytes[(ring.start + ring.used) % ring.bytes.length] = byte;
  ring.used += 1;
}

const lengthAt = (ring: Ring, at: number): number =>
  ((byteAt(ring, at + 6) << 8) | byteAt(ring, at + 7)) & LENGTH;

function dropOldest(ring: Ring): void {
  const size = MARK + lengthAt(ring, ring.start);
  ring.start = (ring.start + size) % ring.bytes.length;
  ring.used -= size;
  ring.frames -= 1;
}

/** Doubles the block until `needed` more bytes fit or the limit is reached. */
function grow(ring: Ring, needed: number, most: number): void {
  let size = ring.bytes.length;
  while (size < ring.used + needed && size < most) size = Math.min(size * 2, most);
  if (size === ring.bytes.length) return;
  const bytes = new Uint8Array(size);
  for (let i = 0; i < ring.used; i += 1) bytes[i] = byteAt(ring, ring.start + i);
  ring.bytes = bytes;
  ring.start = 0;
}

function readAt(ring: Ring, at: number): CapturedFrame {
  let atMs = 0;
  for (let i = 0; i < 6; i += 1) atMs = atMs * 256 + byteAt(ring, at + i);
  const length = lengthAt(ring, at);
  let hex = '';
  for (let i = 0; i < length; i += 1) hex += HEX[byteAt(ring, at + MARK + i)] ?? '';
  return { atMs, up: (byteAt(ring, at + 6) & (UP >> 8)) !== 0, hex };
}

/** The last frames of every pile, bad ones too, for a technician to read and for `upload-frames`. */
export function openCapture(limits: CaptureLimits = CAPTURE_LIMITS): Capture {
  const rings = new Map<string, Ring>();

  function ringOf(key: string): Ring {
    const known = rings.get(key);
    if (known !== undefined) return known;
    if (rings.size >= limits.piles) {
      const first = rings.keys().next();
      if (first.done !== true) rings.delete(first.value);
    }
    const bytes = new Uint8Array(Math.min(FIRST_BYTES, limits.bytesPerPile));
    const ring: Ring = { bytes, start: 0, used: 0, frames: 0 };
    rings.set(key, ring);
    return ring;
  }

  function keep(key: string, atMs: number, up: boolean, frame: Uint8Array): void {
    const room = limits.bytesPerPile - MARK;
    if (room <= 0 || limits.framesPerPile <= 0) return;
    const length = Math.min(frame.length, room, LENGTH);
    const ring = ringOf(key);
    grow(ring, MARK + length, limits.bytesPerPile);
    while (ring.frames >= limits.framesPerPile || ring.used + MARK + length > ring.bytes.length) {
      dropOldest(ring);
    }
    for (let shift = 40; shift >= 0; shift -= 8) put(ring, Math.floor(atMs / 2 ** shift) & 0xff);
    put(ring, (length >> 8) | (up ? UP >> 8 : 0));
    put(ring, length & 0xff);
    for (let i = 0; i < length; i += 1) put(ring, frame[i] ?? 0);
    ring.frames += 1;
  }

  return {
    keep,
    frames(key, limit = limits.framesPerPile) {
      const ring = rings.get(key);
      if (ring === undefined) return [];
      const out: CapturedFrame[] = [];
      for (let at = 0; at < ring.used; at += MARK + lengthAt(ring, ring.start + at)) {
        out.push(readAt(ring, ring.start + at));
      }
      return limit <= 0 ? [] : out.slice(-limit);
    },
    forget: (key) => void rings.delete(key),
    keys: () => [...rings.keys()],
  };
}
