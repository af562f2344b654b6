import type { OcppVersion } from '@holdfast/protocols/ocpp/version';
import type { DriverView } from '../driver.ts';
import { NO_QUIRKS, type Quirks, quirksOf } from '../ocpp/quirks.ts';
import { NO_READOUT, type Readout } from '../ocpp/readout.ts';
import { NEW_CLOCK, type StationClock } from '../ocpp/station-clock.ts';
import { type Charge, chargeOfOpen, chargeOfPending, newCharge } from './charge.ts';
import { countOf } from './connectors.ts';
import { type Memory, NO_MEMORY, type Token } from './memory.ts';
import type { Ocpp2Settings, VariableWish } from './settings.ts';

/** The versions that this driver speaks. */
export type Version2 = Exclude<OcppVersion, '1.6'>;

/**
 * `new`: the socket is there. `unserved`: not adopted; nothing but its boot is answered. `served`:
 * adopted.
 */
export type Phase = 'new' | 'unserved' | 'served';

/** A connector as its newest reports have it. */
export interface Connector {
  /** As the standard names it; empty while nothing was said. */
  readonly status: string;
  /** When that was, by the station's repaired clock ([OCPP-C5]). */
  readonly statusAtMs: number;
  readonly faults: readonly string[];
  readonly faulted: boolean | null;
  readonly readout: Readout;
  readonly shownAtMs: number;
  /** What may be drawn now, as far as we set it; `null`: no limit of ours. */
  readonly limit: Limit | null;
}

/** A limit that is wanted, and where it stands. */
export interface Limit {
  readonly maxW: number;
  /** It holds until then, and leaves what is safe. */
  readonly untilMs: number;
  /** When the connector was last told to pause ([OCPP-D7]). */
  readonly pausedAtMs: number;
}

/** Something that the site has been asked, and the call of the station that waits for it. */
export interface Waiting {
  readonly request: string;
  /** `null`: no call waits; only what the site made of it matters. */
  readonly call: number | null;
  readonly about: 'card' | 'begin' | 'record';
  readonly late: boolean;
  /** The charge; empty for a card alone. */
  readonly key: string;
  /** The token in the message, which the answer must speak of. */
  readonly token: Token | null;
}

/** An operation that somebody asked for by name. */
export interface Asked {
  readonly request: string;
  readonly operation: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** An unlock that waits until the charge at its connector has ended ([OCPP-D15]). */
export interface Drain {
  readonly key: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly tag: string;
}

export interface ListPart {
  readonly full: boolean;
  readonly add: readonly string[];
  readonly remove: readonly string[];
  readonly version: number;
}

/** What the driver knows of one station on one connection. */
export interface Ocpp2State {
  readonly pileNo: string;
  readonly version: Version2;
  readonly settings: Ocpp2Settings;
  readonly phase: Phase;
  /** The site has been told of a login, so it must be told of the loss. */
  readonly announced: boolean;
  readonly openedAtMs: number;
  /** A boot was accepted on this connection. */
  readonly booted: boolean;
  /** Requests given to the site, and reports asked of the station, so far. */
  readonly asked: number;
  readonly memory: Memory;
  readonly quirks: Quirks;
  readonly clock: StationClock;
  readonly connectors: Readonly<Record<number, Connector>>;
  readonly charges: readonly Charge[];
  readonly waiting: readonly Waiting[];
  readonly operations: readonly Asked[];
  readonly drains: readonly Drain[];
  /** Kinds of deviations that were told. */
  readonly deviations: readonly string[];
  /** Newest state of each kind of file transfer, so that floods are told once ([OCPP-D14]). */
  readonly transfers: Readonly<Record<string, string>>;
  /** The report that tells the device model, while it comes in parts. */
  readonly reading: Reading | null;
  /** Variables that are still to be set. */
  readonly toSet: readonly VariableWish[];
  /** Parts of the local list that are still to be sent. */
  readonly listQueue: readonly ListPart[];
}

export interface Reading {
  readonly requestId: number;
  readonly values: Readonly<Record<string, string>>;
}

/** Calls that may wait for the site; a station that sends more is answered when it sends again. */
export const WAITING_MAX = 64;
/** Charges that are known at once, those that ended included. */
const CHARGES_MAX = 64;

export const beginState = (
  pileNo: string,
  version: Version2,
  settings: Ocpp2Settings,
): Ocpp2State => ({
  pileNo,
  version,
  settings,
  phase: 'new',
  announced: false,
  openedAtMs: 0,
  booted: false,
  asked: 0,
  memory: NO_MEMORY,
  quirks: NO_QUIRKS,
  clock: NEW_CLOCK,
  connectors: {},
  charges: [],
  waiting: [],
  operations: [],
  drains: [],
  deviations: [],
  transfers: {},
  reading: null,
  toSet: [],
  listQueue: [],
});

const UNKNOWN_CONNECTOR: Connector = {
  status: '',
  statusAtMs: 0,
  faults: [],
  faulted: null,
  readout: NO_READOUT,
  shownAtMs: 0,
  limit: null,
};

export const connectorOf = (state: Ocpp2State, connectorNo: number): Connector =>
  state.connectors[connectorNo] ?? UNKNOWN_CONNECTOR;

export const withConnector = (
  state: Ocpp2State,
  connectorNo: number,
  change: Partial<Connector>,
): Ocpp2State => ({
  ...state,
  connectors: {
    ...state.connectors,
    [connectorNo]: { ...connectorOf(state, connectorNo), ...change },
  },
});

/** With the quirks of what it says it is. */
export function withMemory(state: Ocpp2State, change: Partial<Memory>): Ocpp2State {
  const memory = { ...state.memory, ...change };
  const { boot } = memory;
  const quirks = boot === null ? NO_QUIRKS : quirksOf(boot);
  return { ...state, memory, quirks };
}

/** The charges that are known: this connection's own, what the site knows, and what was noted. */
export function chargesOf(state: Ocpp2State, view: DriverView): readonly Charge[] {
  const { charges, clock, memory, pileNo } = state;
  const own = new Set(charges.map(({ key }) => key));
  const stored = view.site
    .openCharges(pileNo)
    .flatMap((open) => chargeOfOpen(open, memory.meters, clock))
    .filter(({ key }) => !own.has(key));
  const known = new Set([...own, ...stored.map(({ key }) => key)]);
  const pending = Object.entries(memory.pending)
    .filter(([key]) => !known.has(key))
    .map(([key, note]) => chargeOfPending(key, note));
  return stored.length + pending.length === 0 ? charges : [...pending, ...stored, ...charges];
}

export const chargeNamed = (state: Ocpp2State, key: string, view: DriverView): Charge =>
  chargesOf(state, view).findLast((charge) => charge.key === key) ?? newCharge(key);

/** Keeps a charge as it is now; of too many the oldest goes. */
export function withCharge(state: Ocpp2State, charge: Charge): Ocpp2State {
  const others = state.charges.filter(({ key }) => key !== charge.key);
  return { ...state, charges: [...others, charge].slice(-CHARGES_MAX) };
}

/** The charge with an order that runs at a connector now. */
export const chargeAt = (
  state: Ocpp2State,
  connectorNo: number,
  view: DriverView,
): Charge | undefined =>
  chargesOf(state, view).findLast(
    (charge) =>
      charge.connectorNo === connectorNo &&
      charge.ended === null &&
      charge.stored !== null &&
      !charge.vanished,
  );

/** Connectors that the station has, as far as it said. */
export const connectorNosOf = ({ memory }: Ocpp2State): readonly number[] =>
  Array.from({ length: countOf(memory.connectors) }, (_, n) => n + 1);
