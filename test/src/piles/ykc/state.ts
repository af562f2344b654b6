import type { YkcBody } from '@holdfast/protocols/ykc/codec';
import type { BookEntry, PileTariff } from '../books.ts';
import type { Flow } from '../meter.ts';
import type { PileSetup } from '../setup.ts';

/** A car at a gun and how its driver pays. */
export interface Visit {
  readonly pays: 'card' | 'vin' | 'remote';
  readonly cardNo: string;
  readonly chargeMs: number;
  /** How often the driver has shown the card. */
  readonly asks: number;
}

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

export type GunPhase = 'empty' | 'plugged' | 'asking' | 'charging' | 'leaving';

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
}

/** A record in the pile's flash: it survives a power cut and goes up until it is confirmed. */
export interface StoredRecord {
  readonly entry: BookEntry;
  readonly body: YkcBody<'order'>;
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
  /** How far off the platform's clock was when it set the pile's. */
  readonly platformOffsetMs: number;
  readonly guns: readonly Gun[];
  readonly stored: ReadonlyMap<string, StoredRecord>;
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
    })),
    stored: new Map(),
  };
}
