/** How a connection is found to be dead (pitfall A6). Times in milliseconds. */
export interface LivenessLimits {
  /** A station that has been quiet for so long is pinged. */
  readonly pingMs: number;
  /** After the last ping that counts the answer may take so long. */
  readonly pongMs: number;
  /** Pings without any sign of life after which a connection is dead. */
  readonly pingsMissed: number;
  /** Assumed where the station has not been told an interval yet. */
  readonly heartbeatMs: number;
  /** Heartbeats without any sign of life, for stations that never answered a ping. */
  readonly heartbeatsMissed: number;
}

export const LIVENESS_LIMITS: LivenessLimits = {
  pingMs: 20_000,
  pongMs: 10_000,
  pingsMissed: 2,
  heartbeatMs: 300_000,
  heartbeatsMissed: 2.5,
};

/** What is known of a station's habits, longer than a connection lasts. */
export interface Habits {
  /** Whether it ever answered a ping: some never do, and are alive. */
  answersPings: boolean;
  /** As it was told at its last boot; `null`: not yet. */
  heartbeatMs: number | null;
}

export type Look =
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'ping'; readonly ms: number }
  | { readonly do: 'end' };

/** After a stall of ours the signs of life may lie unread: a second look, so much later. */
const SECOND_LOOK_MS = 1_000;

/** Whether the other side of a connection is still there. Every frame counts as life, of any kind. */
export class Liveness {
  readonly #limits: LivenessLimits;
  readonly #habits: Habits;
  #heardMono: number;
  /** Pings since it was last heard. */
  #pings = 0;
  #isSuspected = false;

  constructor(limits: LivenessLimits, habits: Habits, nowMono: number) {
    this.#limits = limits;
    this.#habits = habits;
    this.#heardMono = nowMono;
  }

  heard(nowMono: number): void {
    this.#heardMono = nowMono;
    this.#pings = 0;
    this.#isSuspected = false;
  }

  ponged(nowMono: number): void {
    this.#habits.answersPings = true;
    this.heard(nowMono);
  }

  /** What to do now, and when to look again. */
  look(nowMono: number): Look {
    const { pingMs, pongMs, pingsMissed } = this.#limits;
    const quietMs = nowMono - this.#heardMono;
    const patienceMs = this.#patienceMs();
    if (quietMs >= patienceMs) {
      if (this.#isSuspected) return { do: 'end' };
      this.#isSuspected = true;
      return { do: 'wait', ms: SECOND_LOOK_MS };
    }
    const leftMs = patienceMs - quietMs;
    const untilPingMs = (this.#pings + 1) * pingMs - quietMs;
    if (untilPingMs > 0) return { do: 'wait', ms: Math.min(untilPingMs, leftMs) };
    this.#pings += 1;
    const waitMs = this.#pings === pingsMissed ? pongMs : pingMs;
    return { do: 'ping', ms: Math.min(waitMs, leftMs) };
  }

  /** How long it may be quiet. */
  #patienceMs(): number {
    const { heartbeatMs, heartbeatsMissed, pingMs, pongMs, pingsMissed } = this.#limits;
    const untilPongMs = pingsMissed * pingMs + pongMs;
    if (this.#habits.answersPings) return untilPongMs;
    return Math.max((this.#habits.heartbeatMs ?? heartbeatMs) * heartbeatsMissed, untilPongMs);
  }
}
