import { type AnswerCache, answerCache } from '@holdfast/protocols/ocpp/rpc/answers';
import type { Habits } from './liveness.ts';

/** The connection that speaks for a station now. */
export interface StationLine {
  readonly address: string;
  /** Another connection of the same station takes over; the station's loss is told before this returns. */
  readonly replace: () => void;
  /** Pings, and tells whether an answer came in time. */
  readonly probe: (ms: number) => Promise<boolean>;
}

/** What outlives the connections of a station. */
export interface StationMemory extends Habits {
  readonly identity: string;
  /** [OCPP-B4]: of 2.x, where message ids are a station's and not a connection's. */
  readonly answers: AnswerCache;
  line: StationLine | null;
  /** When it connected, of late. */
  arrivals: readonly number[];
  flappingToldMono: number;
}

export interface StationsLimits {
  /** Stations remembered; of those without a connection the first met is forgotten first. */
  readonly stations: number;
  /** More connections of one station in a minute are an alarm. */
  readonly arrivalsPerMinute: number;
}

export const STATIONS_LIMITS: StationsLimits = { stations: 20_000, arrivalsPerMinute: 10 };

const MINUTE_MS = 60_000;

/** Every OCPP station that was here, shared by all OCPP fronts of a site. */
export class Stations {
  readonly #limits: StationsLimits;
  readonly #memories = new Map<string, StationMemory>();

  constructor(limits: StationsLimits = STATIONS_LIMITS) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#memories.size;
  }

  /** Only for stations that have passed the door: identities are easily made up. */
  memoryOf(identity: string): StationMemory {
    const known = this.#memories.get(identity);
    if (known !== undefined) return known;
    if (this.#memories.size >= this.#limits.stations) this.#forgetOne();
    const memory: StationMemory = {
      identity,
      answers: answerCache(),
      answersPings: false,
      heartbeatMs: null,
      line: null,
      arrivals: [],
      flappingToldMono: Number.NEGATIVE_INFINITY,
    };
    this.#memories.set(identity, memory);
    return memory;
  }

  /** The connection that speaks for a station. */
  lineOf(identity: string): StationLine | null {
    return this.#memories.get(identity)?.line ?? null;
  }

  /** Notes an arrival; `true` when an alarm is due, at most once a minute. */
  arrived(memory: StationMemory, nowMono: number): boolean {
    const most = this.#limits.arrivalsPerMinute;
    memory.arrivals = [...memory.arrivals, nowMono]
      .filter((at) => nowMono - at < MINUTE_MS)
      .slice(-most - 1);
    if (memory.arrivals.length <= most) return false;
    if (nowMono - memory.flappingToldMono < MINUTE_MS) return false;
    memory.flappingToldMono = nowMono;
    return true;
  }

  #forgetOne(): void {
    for (const [identity, { line }] of this.#memories) {
      if (line !== null) continue;
      this.#memories.delete(identity);
      return;
    }
  }
}
