/** A frame as it was on the wire. `up`: from the pile. */
export interface CapturedFrame {
  readonly atMs: number;
  readonly up: boolean;
  readonly hex: string;
}

/** Time (6 bytes), direction and length (2 bytes) stand before each frame. */
const MARK = 8;
const UP = 0x80;
const LENGTH_MAX = 0x7fff;
const FIRST_BYTES = 512;
const HIGH = 0x1_0000_0000;
/** Of piles that have not said anything yet. */
const NO_BYTES: Uint8Array = new Uint8Array(0);

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** The last frames of one pile in one block of bytes: a few kilobytes and no garbage. */
export class Tape {
  readonly #bytesMax: number;
  readonly #framesMax: number;
  readonly #keepToo: Tape['keep'] | undefined;
  #bytes = NO_BYTES;
  /** Where the oldest entry begins. */
  #start = 0;
  #used = 0;
  #frames = 0;

  /** `keepToo`: gets every frame, whole. */
  constructor(bytesMax: number, framesMax: number, keepToo?: Tape['keep']) {
    this.#bytesMax = bytesMax;
    this.#framesMax = framesMax;
    this.#keepToo = keepToo;
  }

  /** Keeps a copy of a frame; one that is longer than the tape is cut. */
  keep(atMs: number, up: boolean, frame: Uint8Array): void {
    this.#keepToo?.(atMs, up, frame);
    const room = this.#bytesMax - MARK;
    if (room <= 0 || this.#framesMax <= 0) return;
    const length = Math.min(frame.length, room, LENGTH_MAX);
    const size = MARK + length;
    if (this.#used + size > this.#bytes.length) this.#grow(size);
    while (this.#frames >= this.#framesMax || this.#used + size > this.#bytes.length) this.#drop();
    const high = Math.floor(atMs / HIGH);
    const low = atMs % HIGH;
    this.#put(high >>> 8);
    this.#put(high);
    this.#put(low >>> 24);
    this.#put(low >>> 16);
    this.#put(low >>> 8);
    this.#put(low);
    this.#put((length >>> 8) | (up ? UP : 0));
    this.#put(length);
    this.#putAll(length === frame.length ? frame : frame.subarray(0, length));
    this.#frames += 1;
  }

  /** Oldest first. */
  frames(): readonly CapturedFrame[] {
    const out: CapturedFrame[] = [];
    for (let at = 0; at < this.#used; at += MARK + this.#lengthAt(at)) out.push(this.#read(at));
    return out;
  }

  #put(byte: number): void {
    let at = this.#start + this.#used;
    if (at >= this.#bytes.length) at -= this.#bytes.length;
    this.#bytes[at] = byte;
    this.#used += 1;
  }

  /** In two pieces where the block ends. */
  #putAll(bytes: Uint8Array): void {
    const size = this.#bytes.length;
    const at = (this.#start + this.#used) % size;
    const first = Math.min(bytes.length, size - at);
    this.#bytes.set(first === bytes.length ? bytes : bytes.subarray(0, first), at);
    if (first < bytes.length) this.#bytes.set(bytes.subarray(first), 0);
    this.#used += bytes.length;
  }

  /** The byte that lies `at` after the oldest. */
  #byte(at: number): number {
    return this.#bytes[(this.#start + at) % this.#bytes.length] ?? 0;
  }

  #lengthAt(at: number): number {
    return ((this.#byte(at + 6) << 8) | this.#byte(at + 7)) & LENGTH_MAX;
  }

  #drop(): void {
    const size = MARK + this.#lengthAt(0);
    this.#start = (this.#start + size) % this.#bytes.length;
    this.#used -= size;
    this.#frames -= 1;
  }

  /** Doubles the block until `size` more bytes fit or the limit is reached. */
  #grow(size: number): void {
    let room = Math.max(this.#bytes.length, Math.min(FIRST_BYTES, this.#bytesMax));
    while (room < this.#used + size && room < this.#bytesMax) {
      room = Math.min(room * 2, this.#bytesMax);
    }
    if (room === this.#bytes.length) return;
    const bytes = new Uint8Array(room);
    for (let i = 0; i < this.#used; i += 1) bytes[i] = this.#byte(i);
    this.#bytes = bytes;
    this.#start = 0;
  }

  #read(at: number): CapturedFrame {
    let atMs = 0;
    for (let i = 0; i < 6; i += 1) atMs = atMs * 256 + this.#byte(at + i);
    const length = this.#lengthAt(at);
    let hex = '';
    for (let i = 0; i < length; i += 1) hex += HEX[this.#byte(at + MARK + i)] ?? '';
    return { atMs, up: (this.#byte(at + 6) & UP) !== 0, hex };
  }
}
