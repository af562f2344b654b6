import type { PileTariff } from '../books.ts';
import type { PileSetup } from '../setup.ts';
import { type CardMemory, NO_CARDS } from './cards.ts';
import type { Payload } from './payload.ts';
import type { Profile } from './profiles.ts';
import { REGISTER_WH, type Reading, type Register } from './register.ts';

/** What an OCPP pile is given: it knows no prices, so its books need the site's tariff. */
export interface OcppSetup extends PileSetup {
  readonly tariff: PileTariff;
}

/** A car at a gun and how its driver pays. */
export interface Visit {
  readonly pays: 'card' | 'remote';
  readonly card: string;
  readonly chargeMs: number;
  readonly asks: number;
}

/** Who begins a charge. */
export interface Starter {
  readonly startedBy: 'card' | 'remote';
  readonly card: string;
  /** What kind of token it is (2.x). */
  readonly tokenType: string;
  /** Number of the remote start that it answers (2.x). */
  readonly remoteStartId: number | null;
}

/** A charge that runs now. */
export interface Charge extends Starter {
  /** The pile's own name for it; 2.x sends it as the transaction's id. */
  readonly ref: string;
  /** Register at the begin, at every half hour and at samples, in order. */
  readonly readings: readonly Reading[];
  readonly clockOffsetMs: number;
  /** Events of it so far (2.x counts them). */
  readonly events: number;
}

export type GunPhase = 'empty' | 'plugged' | 'asking' | 'charging' | 'leaving';

export interface Reservation {
  readonly id: number;
  readonly card: string;
  readonly untilMs: number;
}

export interface Gun {
  readonly no: number;
  readonly phase: GunPhase;
  readonly visit: Visit | null;
  readonly charge: Charge | null;
  readonly register: Register;
  /** A remote start that waits for a plug until then. */
  readonly waits: (Starter & { readonly untilMs: number }) | null;
  readonly operative: boolean;
  readonly reserved: Reservation | null;
  /** The status that the other side was told last. */
  readonly told: Status | null;
}

/** State of a gun in words that every version has names for. */
export type Status =
  | 'available'
  | 'preparing'
  | 'charging'
  | 'suspended'
  | 'finishing'
  | 'reserved'
  | 'unavailable';

export interface Call {
  readonly action: string;
  readonly payload: Payload;
}

/** A message of a charge in the pile's flash: it goes up in order, until it is confirmed. */
export interface Kept extends Call {
  readonly no: number;
  /** The charge that it is of. */
  readonly ref: string;
  readonly what: 'begin' | 'sample' | 'end';
  /** How often it was answered with an error. */
  readonly errors: number;
  /** It was confirmed, and goes up once more all the same. */
  readonly repeats: boolean;
}

export interface Outbox {
  readonly kept: readonly Kept[];
  /** Number of the one that is on its way. */
  readonly flying: number | null;
  readonly next: number;
}

export interface PileState {
  readonly setup: OcppSetup;
  readonly powered: boolean;
  readonly connected: boolean;
  /** The other side has accepted it since it was powered. */
  readonly accepted: boolean;
  /** It has a time that it believes. */
  readonly clockKnown: boolean;
  readonly clockOffsetMs: number;
  /** It never believes what time it is told. */
  readonly deafToTime: boolean;
  readonly closing: boolean;
  /** A reset waits until no charge runs (2.x). */
  readonly resetsWhenIdle: boolean;
  readonly heartbeatMs: number;
  readonly guns: readonly Gun[];
  readonly outbox: Outbox;
  /** Status reports that nobody heard yet, with the times of then. */
  readonly unsaid: readonly Call[];
  readonly cards: CardMemory;
  readonly profiles: readonly Profile[];
  /** Transaction numbers that it was given, by charge; −1: it never got one (1.6). */
  readonly numbers: ReadonlyMap<string, number>;
  readonly settings: ReadonlyMap<string, string>;
  readonly charges: number;
}

/** What happens to a pile from outside of the protocol. */
export type World =
  | { readonly world: 'connected' }
  | { readonly world: 'disconnected' }
  | { readonly world: 'close-the-shop' }
  /** A job of the runner is over. */
  | { readonly world: 'job'; readonly job: Job; readonly done: boolean; readonly text: string };

/** What a pile has done by its runner: files and keys are nothing for a pure pile. */
export type Job =
  | { readonly job: 'download'; readonly url: string; readonly request: number | null }
  | { readonly job: 'upload'; readonly url: string; readonly request: number | null }
  | { readonly job: 'sign'; readonly commonName: string };

const HEARTBEAT_MS = 30_000;
const HOUR_MS = 3_600_000;

/** A clock that lost the time while the power was off. */
export const wrongOffsetOf = ({ random }: OcppSetup): number => random.between(-12, 12) * HOUR_MS;

function gunOf(setup: OcppSetup, no: number): Gun {
  const { random, faults, powerW } = setup;
  const nearEnd = random.once(faults.rolloverOneIn);
  const wh = BigInt(random.between(1_000, 9_000_000));
  const zero = nearEnd ? REGISTER_WH - BigInt(random.between(1, 800)) : wh;
  return {
    no,
    phase: 'empty',
    visit: null,
    charge: null,
    register: { flowedWh: 0n, zero, rest: 0, powerW, atMs: 0 },
    waits: null,
    operative: true,
    reserved: null,
    told: null,
  };
}

export function initialState(setup: OcppSetup, settings: ReadonlyMap<string, string>): PileState {
  const { random, faults } = setup;
  const deafToTime = random.once(faults.deafToTimeOneIn);
  const wrong = deafToTime || random.once(faults.wrongClockOneIn);
  return {
    setup,
    powered: true,
    connected: false,
    accepted: false,
    clockKnown: false,
    clockOffsetMs: wrong ? wrongOffsetOf(setup) : 0,
    deafToTime,
    closing: false,
    resetsWhenIdle: false,
    heartbeatMs: HEARTBEAT_MS,
    guns: Array.from({ length: setup.connectorCount }, (_, i) => gunOf(setup, i + 1)),
    outbox: { kept: [], flying: null, next: 1 },
    unsaid: [],
    cards: NO_CARDS,
    profiles: [],
    numbers: new Map(),
    settings,
    charges: 0,
  };
}
