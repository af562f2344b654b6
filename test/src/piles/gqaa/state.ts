import type { GqaaBody, GqaaKnown } from '@holdfast/protocols/gqaa/codec';
import type { BookEntry, PileTariff } from '../books.ts';
import type { Flow } from '../meter.ts';
import type { PileSetup } from '../setup.ts';
import type { GunPhase, Visit } from '../ykc/state.ts';

/** A charge that runs now. */
export interface Charge {
  readonly tradeNo: string;
  readonly startedBy: 'card' | 'vin' | 'remote';
  readonly startedAtMs: number;
  readonly clockOffsetMs: number;
  /** How far off the platform's clock was when it set the pile's. */
  readonly platformOffsetMs: number;
  readonly tariff: PileTariff;
  readonly balanceFen: bigint;
  readonly meterStart: bigint;
  readonly flow: Flow;
}

export interface Gun {
  readonly no: number;
  readonly phase: GunPhase;
  readonly visit: Visit | null;
  readonly charge: Charge | null;
  /** Reading of the gun's meter, 1e-4 kWh. */
  readonly meter: bigint;
  /** A remote start that met an empty socket: it still holds when a plug comes within 60 s. */
  readonly lateStart: {
    readonly tradeNo: string;
    readonly balanceFen: bigint;
    readonly untilMs: number;
  } | null;
  /** Set-point in force, W; `null`: none. */
  readonly limitW: number | null;
}

/** A record in the pile's flash: it survives a power cut and goes up until it is confirmed. */
export interface StoredRecord {
  readonly entry: BookEntry;
  readonly body: GqaaBody<'order'>;
}

/** Something that the pile has said and nobody has acknowledged. */
export interface Said {
  readonly message: GqaaKnown<'pile'>;
  readonly tries: number;
}

/** A command that was carried out; the same, sent again, gets the same answer. */
export interface Done {
  readonly seq: string;
  readonly code: number;
  readonly answer: GqaaKnown<'pile'>;
}

export interface PileState {
  readonly setup: PileSetup;
  readonly powered: boolean;
  readonly connected: boolean;
  readonly loggedIn: boolean;
  /** Knows its prices and may charge. */
  readonly ready: boolean;
  /** No more cars come: the show is ending. */
  readonly closing: boolean;
  readonly tariff: PileTariff | null;
  /** Pile's clock minus the true one. */
  readonly clockOffsetMs: number;
  readonly platformOffsetMs: number;
  readonly guns: readonly Gun[];
  readonly stored: ReadonlyMap<string, StoredRecord>;
  /** Our own sequence counter on this connection. */
  readonly count: number;
  readonly said: readonly Said[];
  readonly done: readonly Done[];
}

export function initialState(setup: PileSetup): PileState {
  const wrongClock = setup.random.once(setup.faults.wrongClockOneIn);
  return {
    setup,
    powered: true,
    connected: false,
    loggedIn: false,
    ready: false,
    closing: false,
    tariff: null,
    clockOffsetMs: wrongClock ? setup.random.between(-12, 12) * 3_600_000 : 0,
    platformOffsetMs: 0,
    guns: Array.from({ length: setup.connectorCount }, (_, i) => ({
      no: i + 1,
      phase: 'empty',
      visit: null,
      charge: null,
      meter: BigInt(setup.random.between(10_000, 90_000_000)),
      lateStart: null,
      limitW: null,
    })),
    stored: new Map(),
    count: 0,
    said: [],
    done: [],
  };
}
