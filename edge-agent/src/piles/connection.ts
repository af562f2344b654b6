import type { TlsSession } from '../ports/doorkeeper.ts';
import type { Capture } from './capture.ts';
import type { ConnectionCodec, LostWhy, PileProtocol } from './driver.ts';
import type { EventQueue } from './event-queue.ts';
import type { ConnectionLimits } from './limits.ts';
import { Noise } from './noise.ts';
import { type Carrier, Session, type SessionRoom } from './session.ts';
import type { Tape } from './tape.ts';

/** The socket, as far as a connection needs it. */
export interface Wire {
  readonly address: string;
  /** Left out: a plain connection. */
  readonly tls?: TlsSession | null;
  readonly write: (bytes: Uint8Array) => void;
  readonly pause: () => void;
  readonly resume: () => void;
  /** Sends what is written and closes. */
  readonly end: () => void;
}

/** What every connection of a front shares. */
export interface ConnectionRoom<State, Up, Down> extends SessionRoom<State, Up, Down> {
  readonly protocol: PileProtocol<State, Up, Down>;
  readonly capture: Capture;
  readonly limits: ConnectionLimits;
  /** Whether an address may log in now. */
  readonly mayLogIn: (address: string) => boolean;
  /** Whether whoever says to be a pile may be it; asked once for each connection. */
  readonly mayServe?: (visit: {
    readonly address: string;
    readonly identity: string;
    readonly tls: TlsSession | null;
  }) => boolean;
}

/** Bytes that are read at a time, so that a paused connection stops within a few frames. */
const SLICE_BYTES = 2_048;
/** After a stall of ours the bytes of the pile may lie unread: it gets so long to be heard. */
const SECOND_LOOK_MS = 1_000;
const NOTHING = new Uint8Array(0);
const NO_FRAMES: readonly Uint8Array[] = [];

/**
 * One socket's worth of piles: bytes to frames, frames to the session of their pile. It alone decides
 * when a connection is paused, silent, or not worth keeping.
 */
export class Connection<State, Up, Down> implements Carrier<Down> {
  readonly #room: ConnectionRoom<State, Up, Down>;
  readonly #wire: Wire;
  readonly #codec: ConnectionCodec<Up, Down>;
  /** Mostly one; a concentrator has a few. */
  #sessions: readonly Session<State, Up, Down>[] = [];
  readonly #noise = new Noise();
  readonly #openedMono: number;
  /** Both clocks as they were when the bytes came that are being read. */
  #nowMs: number;
  #monoMs: number;
  #heardMono: number;
  #suspected = false;
  #cancelWatch: () => void;
  #partialWatched = false;
  #held: Set<EventQueue> | null = null;
  /** What a paused connection had already been given. */
  #unread: Uint8Array = NOTHING;
  /** Frames to send when the slice that is being read is done: one write for all of them. */
  #out: readonly Uint8Array[] | null = null;
  #over = false;

  constructor(room: ConnectionRoom<State, Up, Down>, wire: Wire) {
    this.#room = room;
    this.#wire = wire;
    this.#codec = room.protocol.openCodec(room.limits.partialMs);
    this.#openedMono = room.clock.monoMs();
    this.#monoMs = this.#openedMono;
    this.#nowMs = room.clock.nowMs();
    this.#heardMono = this.#openedMono;
    const { silenceMs, loginMs } = room.limits;
    this.#cancelWatch = room.timers.after(Math.min(silenceMs, loginMs), this.#watch);
  }

  /** Bytes from the socket. */
  data(chunk: Uint8Array): void {
    if (this.#over) return;
    this.#room.counts.bytesIn += chunk.length;
    if (this.#held === null) this.#read(chunk);
    else this.#unread = joined([this.#unread, chunk]);
  }

  /** The socket is gone. */
  lost(): void {
    this.#close('closed', 'socket closed');
  }

  /** Ends the connection from this side. */
  close(why: string): void {
    this.#close('closed', why);
  }

  transmit(message: Down, tape: Tape): void {
    const { counts, clock, log } = this.#room;
    try {
      const bytes = this.#codec.encode(message);
      counts.framesOut += 1;
      if (this.#out === null) {
        tape.keep(clock.nowMs(), false, bytes);
        this.#write(bytes);
      } else {
        tape.keep(this.#nowMs, false, bytes);
        this.#out = this.#out.length === 0 ? [bytes] : [...this.#out, bytes];
      }
    } catch (error) {
      counts.errors += 1;
      // Without the message: it may hold a password. The error names the field.
      log.error({ address: this.#wire.address, err: error }, 'frame-not-encoded');
    }
  }

  hold(queue: EventQueue): void {
    if (this.#over || this.#held?.has(queue) === true) return;
    this.#held ??= new Set();
    this.#held.add(queue);
    this.#room.counts.pauses += 1;
    this.#wire.pause();
    queue.whenShort(() => this.#release(queue));
  }

  release(pileNo: string, why: string): void {
    this.#sessions = this.#sessions.filter((session) => session.pileNo !== pileNo);
    if (!this.#serves()) this.#close('closed', why);
  }

  #serves(): boolean {
    return this.#sessions.some(({ admitted }) => admitted);
  }

  #release(queue: EventQueue): void {
    if (this.#over || this.#held === null) return;
    this.#held.delete(queue);
    if (this.#held.size > 0) return;
    this.#held = null;
    // Nobody listened meanwhile: that was no silence of the pile.
    this.#heardMono = this.#room.clock.monoMs();
    const unread = this.#unread;
    this.#unread = NOTHING;
    this.#read(unread);
    if (this.#held === null && !this.#over) this.#wire.resume();
  }

  #read(chunk: Uint8Array): void {
    this.#nowMs = this.#room.clock.nowMs();
    this.#monoMs = this.#room.clock.monoMs();
    let at = 0;
    while (at < chunk.length && this.#held === null && !this.#over) {
      const end = Math.min(at + SLICE_BYTES, chunk.length);
      const whole = at === 0 && end === chunk.length;
      this.#out = NO_FRAMES;
      this.#decode(whole ? chunk : chunk.subarray(at, end));
      this.#flush();
      at = end;
    }
    // Copied: the socket may use its buffer again.
    if (at < chunk.length && !this.#over) this.#unread = Uint8Array.from(chunk.subarray(at));
  }

  #decode(slice: Uint8Array): void {
    const { stream } = this.#codec;
    stream.push(slice, this.#monoMs, this.#onFrame);
    if (stream.pendingBytes() > 0) this.#watchPartial();
    const bad = this.#noise.rise(stream.counts());
    if (bad === 0) return;
    const { counts, limits } = this.#room;
    counts.badFrames += bad;
    const sole = this.#sole();
    (sole?.tape ?? this.#addressTape()).keep(this.#nowMs, true, slice);
    if (this.#noise.score(bad, this.#monoMs) <= limits.badFramesPerMinute) return;
    counts.endedForBadFrames += 1;
    this.#close('closed', 'too many bad frames');
  }

  #onFrame = (raw: Uint8Array): void => {
    if (this.#over) return;
    const { protocol, counts, mayLogIn } = this.#room;
    this.#heardMono = this.#monoMs;
    this.#suspected = false;
    counts.framesIn += 1;
    const message = this.#codec.decode(raw);
    const pileNo = protocol.pileNoOf(message);
    const session = pileNo === undefined ? this.#sole() : this.#sessionOf(pileNo);
    (session?.tape ?? this.#addressTape()).keep(this.#nowMs, true, raw);
    if (protocol.isLogin(message) && !mayLogIn(this.#wire.address)) {
      counts.endedForLogins += 1;
      this.#close('closed', 'too many logins');
      return;
    }
    session?.receive(message, raw, this.#nowMs);
  };

  #sessionOf(pileNo: string): Session<State, Up, Down> | undefined {
    for (const session of this.#sessions) if (session.pileNo === pileNo) return session;
    const { limits, counts, site, capture, mayServe } = this.#room;
    if (this.#sessions.length >= limits.pilesPerConnection) {
      counts.endedForPiles += 1;
      this.#close('closed', 'too many piles');
      return undefined;
    }
    // Piles that the site never met are kept by address: numbers are easily made up.
    const { address, tls = null } = this.#wire;
    if (mayServe?.({ address, identity: pileNo, tls }) === false) {
      counts.endedAtDoor += 1;
      this.#close('closed', 'not let in');
      return undefined;
    }
    const tape = site.pile(pileNo) === undefined ? this.#addressTape() : capture.tapeOf(pileNo);
    const session = new Session(this.#room, this, pileNo, tape);
    this.#sessions = [...this.#sessions, session];
    return session;
  }

  /** The pile of this connection when it carries one: some frames do not say theirs. */
  #sole(): Session<State, Up, Down> | undefined {
    return this.#sessions.length === 1 ? this.#sessions[0] : undefined;
  }

  #addressTape(): Tape {
    return this.#room.capture.tapeAt(this.#wire.address);
  }

  #watchPartial(): void {
    if (this.#partialWatched) return;
    this.#partialWatched = true;
    const { timers, limits, clock } = this.#room;
    timers.after(limits.partialMs, () => {
      this.#partialWatched = false;
      if (this.#over) return;
      const { stream } = this.#codec;
      this.#out = NO_FRAMES;
      this.#nowMs = clock.nowMs();
      this.#monoMs = clock.monoMs();
      stream.expire(this.#monoMs, this.#onFrame);
      this.#flush();
      if (stream.pendingBytes() > 0) this.#watchPartial();
    });
  }

  /** One look at the time since the last frame, instead of a timer that every frame would restart. */
  #watch = (): void => {
    const { clock, limits, counts, timers } = this.#room;
    const now = clock.monoMs();
    if (this.#held !== null) this.#heardMono = now;
    const served = this.#serves();
    if (!served && now - this.#openedMono >= limits.loginMs) {
      counts.endedWithoutLogin += 1;
      this.#close('closed', 'no login');
      return;
    }
    const untilSilent = limits.silenceMs - (now - this.#heardMono);
    if (untilSilent <= 0 && this.#suspected) {
      counts.endedSilent += 1;
      this.#close('silent', 'silent');
      return;
    }
    this.#suspected = untilSilent <= 0;
    const wait = this.#suspected ? SECOND_LOOK_MS : untilSilent;
    const untilLogin = served ? wait : this.#openedMono + limits.loginMs - now;
    this.#cancelWatch = timers.after(Math.min(wait, untilLogin), this.#watch);
  };

  #close(lost: LostWhy, why: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#cancelWatch();
    this.#held = null;
    this.#unread = NOTHING;
    for (const session of this.#sessions) session.end(lost);
    const piles = this.#sessions.map(({ pileNo }) => pileNo);
    this.#room.log.info({ address: this.#wire.address, piles, why }, 'connection-ended');
    this.#sessions = [];
    this.#flush();
    this.#wire.end();
  }

  #flush(): void {
    const out = this.#out;
    this.#out = null;
    const [first] = out ?? [];
    if (out === null || first === undefined) return;
    this.#write(out.length === 1 ? first : joined(out));
  }

  #write(bytes: Uint8Array): void {
    this.#room.counts.bytesOut += bytes.length;
    this.#wire.write(bytes);
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
