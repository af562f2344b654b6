import type { JfyBody } from '@holdfast/protocols/jfy/codec';
import { PROFILE_0 } from '@holdfast/protocols/jfy/profile-0';
import type { BookEntry } from '../books.ts';
import type { Reading, Register } from '../ocpp/register.ts';
import type { PileSetup } from '../setup.ts';

/** A car at a gun and how its driver pays. */
export interface Visit {
  readonly pays: 'card' | 'vin' | 'remote';
  readonly cardNo: string;
  readonly chargeMs: number;
  /** How often the driver has shown the card. */
  readonly asks: number;
}

/** How a charge was begun; `user`: our order number, as the platform gave it. */
export interface Start {
  readonly user: string;
  readonly startedBy: Visit['pays'];
}

/** A charge that runs now. */
export interface Charge extends Start {
  readonly clockOffsetMs: number;
  readonly recordIndex: number;
  /** The register at the begin, at each half hour of the pile's clock, and at the last look. */
  readonly readings: readonly Reading[];
}

export type GunPhase = 'empty' | 'plugged' | 'asking' | 'beginning' | 'charging' | 'leaving';

export interface Gun {
  readonly no: number;
  readonly phase: GunPhase;
  readonly visit: Visit | null;
  readonly charge: Charge | null;
  readonly register: Register;
  /** A start that waits for a plug, or for the current to flow. */
  readonly waits: Start | null;
}

/** A record in the pile's flash: it survives a power cut and goes up until it is confirmed. */
export interface StoredRecord {
  readonly entry: BookEntry;
  readonly body: JfyBody<'record'>;
}

export interface PileState {
  readonly setup: PileSetup;
  readonly powered: boolean;
  readonly connected: boolean;
  readonly signedIn: boolean;
  /** Has been signed in once and may charge. */
  readonly ready: boolean;
  /** No more cars come: the show is ending. */
  readonly closing: boolean;
  /** Pile's clock minus the true one. */
  readonly clockOffsetMs: number;
  readonly heartbeatSeconds: number;
  readonly statusSeconds: number;
  readonly heartbeats: number;
  readonly startCount: number;
  /** Limits in force, W, by gun; 0: the whole pile. */
  readonly limits: Readonly<Record<number, number>>;
  readonly guns: readonly Gun[];
  /** By record index. */
  readonly stored: ReadonlyMap<number, StoredRecord>;
}

export function initialState(setup: PileSetup): PileState {
  const { random, faults, connectorCount, powerW } = setup;
  const wrongClock = random.once(faults.wrongClockOneIn);
  return {
    setup,
    powered: true,
    connected: false,
    signedIn: false,
    ready: false,
    closing: false,
    clockOffsetMs: wrongClock ? random.between(-12, 12) * 3_600_000 : 0,
    heartbeatSeconds: PROFILE_0.heartbeatSeconds,
    statusSeconds: PROFILE_0.statusSeconds,
    heartbeats: 0,
    startCount: 0,
    limits: {},
    guns: Array.from({ length: connectorCount }, (_, i) => ({
      no: i + 1,
      phase: 'empty',
      visit: null,
      charge: null,
      register: {
        flowedWh: 0n,
        zero: BigInt(random.between(1_000, 9_000_000)),
        rest: 0,
        powerW,
        atMs: 0,
      },
      waits: null,
    })),
    stored: new Map(),
  };
}
