import type { EnergyStep } from '@holdfast/shared/units';
import type { OpenCharge } from '../../ports/site.ts';
import type { DriverView } from '../driver.ts';
import { type MeterRegister, registerFrom } from '../ocpp/meter-register.ts';
import { type LineCurrents, NO_EVIDENCE, type PhaseEvidence } from '../ocpp/phase-learning.ts';
import { NO_QUIRKS, type Quirks, quirksOf } from '../ocpp/quirks.ts';
import { NO_READOUT, type Readout } from '../ocpp/readout.ts';
import { type ClockMoment, NEW_CLOCK, offsetOf, type StationClock } from '../ocpp/station-clock.ts';
import { type Memory, NO_MEMORY } from './memory.ts';
import type { Ocpp16Settings } from './settings.ts';

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
  /** Current of each line, and what it has shown of the wiring ([OCPP-E11]). */
  readonly lines: LinesAt | null;
  readonly wiring: PhaseEvidence;
  /** What may be drawn now, as far as we set it; `null`: no limit of ours. */
  readonly limit: Limit | null;
}

/** Currents of three lines by the station's repaired clock. */
export interface LinesAt {
  readonly atMs: number;
  readonly currents: LineCurrents;
}

/** A limit that is wanted, and where it stands. */
export interface Limit {
  readonly maxW: number;
  readonly validSeconds: number;
  /** Set at the station at this time; 0: under way. */
  readonly setAtMs: number;
  /** When the connector was last told to pause ([OCPP-D7]). */
  readonly pausedAtMs: number;
  /** The way in which it was put when the station was asked what it makes of it; `null`: it was not. */
  readonly checkedWay: number | null;
}

/** A charge that runs, or whose stop may still be repeated. */
export interface Running {
  readonly orderNo: string;
  readonly no: number;
  readonly key: string;
  readonly connectorNo: number;
  readonly idTag: string;
  readonly startedAtMs: number | null;
  /** The same as the station's own clock had it. */
  readonly ownStartMs: number | null;
  readonly meterStart: EnergyStep | null;
  readonly register: MeterRegister;
  /** Time and meter of its stop, once it came ([OCPP-C17]). */
  readonly stop: string | null;
  /** What was known of the clock when it stopped: all its times are told in ours by that. */
  readonly stopClock: ClockMoment | null;
  /** When the station last told of it by its number; `null`: never. */
  readonly namedAtMs: number | null;
}

/** A call of the station that waits for the site. */
export interface Waiting {
  readonly request: string;
  readonly call: number;
  readonly about: 'card' | 'begin' | 'stop';
  readonly late: boolean;
  readonly idTag: string;
  /** Of a start: the charge as it will be. */
  readonly charge: Running | null;
}

/** An operation that somebody asked for by name. */
export interface Asked {
  readonly request: string;
  readonly operation: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** A reset or an unlock that waits until its charges have ended ([OCPP-D15], [OCPP-D16]). */
export interface Drain {
  readonly call: 'Reset' | 'UnlockConnector';
  readonly payload: Readonly<Record<string, unknown>>;
  readonly tag: string;
  readonly connectors: readonly number[];
}

/** What the driver knows of one station on one connection. */
export interface Ocpp16State {
  readonly pileNo: string;
  readonly settings: Ocpp16Settings;
  readonly phase: Phase;
  /** The site has been told of a login, so it must be told of the loss. */
  readonly announced: boolean;
  readonly openedAtMs: number;
  /** A boot was accepted on this connection. */
  readonly booted: boolean;
  /** Requests given to the site so far. */
  readonly asked: number;
  readonly memory: Memory;
  readonly quirks: Quirks;
  readonly clock: StationClock;
  readonly connectors: Readonly<Record<number, Connector>>;
  /** What the main meter (connector 0) last said of its lines. */
  readonly grid: LinesAt | null;
  readonly charges: readonly Running[];
  readonly waiting: readonly Waiting[];
  readonly operations: readonly Asked[];
  readonly drains: readonly Drain[];
  /** Kinds of deviations that were told. */
  readonly deviations: readonly string[];
  /** Newest state of each kind of file transfer, so that floods are told once ([OCPP-D14]). */
  readonly transfers: Readonly<Record<string, string>>;
  /** Keys of the configuration that are still to be asked for, or set. */
  readonly toRead: readonly string[];
  /** Parts of the local list that are still to be sent. */
  readonly listQueue: readonly ListPart[];
}

export interface ListPart {
  readonly full: boolean;
  readonly add: readonly string[];
  readonly remove: readonly string[];
  readonly version: number;
}

/** Calls that may wait for the site; of more the oldest is given up, for nobody waits for it any more. */
export const WAITING_MAX = 64;
/** Charges that are known at once, those that ended included. */
const CHARGES_MAX = 64;

export const beginState = (pileNo: string, settings: Ocpp16Settings): Ocpp16State => ({
  pileNo,
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
  grid: null,
  charges: [],
  waiting: [],
  operations: [],
  drains: [],
  deviations: [],
  transfers: {},
  toRead: [],
  listQueue: [],
});

const UNKNOWN_CONNECTOR: Connector = {
  status: '',
  statusAtMs: 0,
  faults: [],
  faulted: null,
  readout: NO_READOUT,
  shownAtMs: 0,
  lines: null,
  wiring: NO_EVIDENCE,
  limit: null,
};

export const connectorOf = (state: Ocpp16State, connectorNo: number): Connector =>
  state.connectors[connectorNo] ?? UNKNOWN_CONNECTOR;

export const withConnector = (
  state: Ocpp16State,
  connectorNo: number,
  change: Partial<Connector>,
): Ocpp16State => ({
  ...state,
  connectors: {
    ...state.connectors,
    [connectorNo]: { ...connectorOf(state, connectorNo), ...change },
  },
});

/** With the quirks of what it says it is. */
export function withMemory(state: Ocpp16State, change: Partial<Memory>): Ocpp16State {
  const memory = { ...state.memory, ...change };
  const { boot } = memory;
  const quirks = boot === null ? NO_QUIRKS : quirksOf(boot);
  return { ...state, memory, quirks };
}

/** The station's own time of a start, as the natural key of its charge has it ([OCPP-C3]). */
function ownStartIn(key: string): number | null {
  const text = key.split('|')[2] ?? '';
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/** A charge as the site's open orders know it, after a reconnect or a restart. */
function runningOf(open: OpenCharge, { memory, clock }: Ocpp16State): Running[] {
  const { charge, orderNo, connectorNo, chargingAtMs, openedAtMs } = open;
  if (charge === undefined) return [];
  const startedAtMs = chargingAtMs ?? openedAtMs;
  const ownStartMs = ownStartIn(charge.key) ?? startedAtMs - offsetOf(clock);
  const meter = memory.meters[charge.no];
  return [
    {
      orderNo,
      no: charge.no,
      key: charge.key,
      connectorNo,
      idTag: charge.key.split('|')[1] ?? '',
      startedAtMs,
      ownStartMs,
      meterStart: charge.meterStart,
      register:
        meter === undefined
          ? registerFrom(charge.meterStart, ownStartMs)
          : registerFrom(meter.register, meter.atMs, meter.energy),
      stop: null,
      stopClock: null,
      namedAtMs: null,
    },
  ];
}

/** The charges that are known: this connection's own, and what the site knows besides. */
export function chargesOf(state: Ocpp16State, view: DriverView): readonly Running[] {
  const own = new Set(state.charges.map(({ no }) => no));
  const others = view.site
    .openCharges(state.pileNo)
    .filter(({ charge }) => charge !== undefined && !own.has(charge.no));
  return others.length === 0
    ? state.charges
    : [...others.flatMap((open) => runningOf(open, state)), ...state.charges];
}

/** Keeps a charge as it is now; of too many the oldest goes. */
export function withCharge(state: Ocpp16State, charge: Running): Ocpp16State {
  const others = state.charges.filter(({ no }) => no !== charge.no);
  return { ...state, charges: [...others, charge].slice(-CHARGES_MAX) };
}

/** The charge that runs at a connector now. */
export const chargeAt = (
  state: Ocpp16State,
  connectorNo: number,
  view: DriverView,
): Running | undefined =>
  chargesOf(state, view).findLast(
    (charge) => charge.connectorNo === connectorNo && charge.stop === null,
  );

/** Connectors that the station has, as far as it said. */
export const connectorNosOf = ({ memory }: Ocpp16State): readonly number[] =>
  Array.from({ length: memory.boot?.connectors ?? 1 }, (_, n) => n + 1);
