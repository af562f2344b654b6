import { decimalOf, type EnergyStep, energyStep, energyText } from '@holdfast/shared/units';
import { type Fields, fieldsAt, integerAt, isFields, textAt, textsIn } from '../ocpp/fields.ts';
import { type MeterNotes, meterNotes, metersOf } from '../ocpp/meter-notes.ts';
import type { Make } from '../ocpp/quirks.ts';
import { type Numbering, numberingOf } from './connectors.ts';

/** What a station is, as its newest boot said. */
export interface BootNote extends Make {
  readonly serial: string;
  readonly dc: boolean;
}

/** The part of a station's device model that the driver acts on. */
export interface ModelNote {
  /** It was read, and set, under this firmware ([OCPP-D3]). */
  readonly firmware: string;
  /** Actual values by `Component.Variable`, with EVSE and instances where there are any. */
  readonly values: Readonly<Record<string, string>>;
  /** Something was set that counts only after a restart ([OCPP-D2]). */
  readonly rebootPending: boolean;
}

/** How limits get through to a station ([OCPP-D6]). */
export interface LimitNote {
  /** Which of the station's ways worked, or is tried next. */
  readonly way: number;
  /** EVSEs that hold the safe limit. */
  readonly based: readonly number[];
  /** The station takes no safe limit under ours: ours carries its own fall-back ([OCPP-D8]). */
  readonly alone: boolean;
}

/** The list that the station holds, as far as we know ([OCPP-D11]). */
export interface ListNote {
  readonly version: number;
  readonly cards: readonly string[];
}

/** A token as 2.x has them (`IdTokenType`). */
export interface Token {
  readonly idToken: string;
  readonly type: string;
}

/** A transaction without a payer, or without a place: a car or a card is there, nothing has flowed. */
export interface PendingNote {
  readonly connectorNo: number | null;
  readonly token: Token | null;
  readonly startedAtMs: number | null;
  /** The same by the station's own clock. */
  readonly ownStartMs: number | null;
  readonly meterStart: EnergyStep | null;
}

/** What the driver remembers of a station across connections and restarts. */
export interface Memory {
  readonly boot: BootNote | null;
  readonly connectors: Numbering;
  readonly model: ModelNote | null;
  /** Messages that it does not send when it is asked ([OCPP-D9]). */
  readonly deafTo: readonly string[];
  readonly limit: LimitNote;
  readonly list: ListNote;
  /** Changes of availability that wait for the end of a charge, by whom they are of ([OCPP-D10]). */
  readonly availability: Readonly<Record<string, string>>;
  /** By transaction. */
  readonly pending: Readonly<Record<string, PendingNote>>;
  /** Transactions whose meter was reset while they ran. */
  readonly meters: MeterNotes;
}

export const NO_MEMORY: Memory = {
  boot: null,
  connectors: {},
  model: null,
  deafTo: [],
  limit: { way: 0, based: [], alone: false },
  list: { version: 0, cards: [] },
  availability: {},
  pending: {},
  meters: {},
};

/** A note holds 64 kB: so many values, so long. */
export const VALUES_MAX = 300;
export const VALUE_CHARS = 150;
/** Transactions without a payer: no station has more connectors. */
const PENDING_MAX = 64;
const ENERGY_PLACES = 4;

function bootOf(note: unknown): BootNote | null {
  if (!isFields(note)) return null;
  return {
    vendor: textAt(note, 'vendor'),
    model: textAt(note, 'model'),
    firmware: textAt(note, 'firmware'),
    serial: textAt(note, 'serial'),
    dc: note['dc'] === true,
  };
}

const textsOf = (note: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(isFields(note) ? note : {}).flatMap(([key, value]) =>
      typeof value === 'string' ? [[key, value] as const] : [],
    ),
  );

function modelOf(note: unknown): ModelNote | null {
  if (!isFields(note)) return null;
  return {
    firmware: textAt(note, 'firmware'),
    values: textsOf(note['values']),
    rebootPending: note['rebootPending'] === true,
  };
}

const numbersIn = (value: unknown): readonly number[] =>
  Array.isArray(value) ? value.filter((item) => Number.isSafeInteger(item)) : [];

function pendingOf(note: Fields): PendingNote {
  const meter = decimalOf(textAt(note, 'meterStart'), ENERGY_PLACES);
  const token = fieldsAt(note, 'token');
  const [idToken, type] = [textAt(token, 'idToken'), textAt(token, 'type')];
  return {
    connectorNo: integerAt(note, 'connectorNo') ?? null,
    token: type === '' && idToken === '' ? null : { idToken, type },
    startedAtMs: integerAt(note, 'startedAtMs') ?? null,
    ownStartMs: integerAt(note, 'ownStartMs') ?? integerAt(note, 'startedAtMs') ?? null,
    meterStart: meter === undefined ? null : energyStep(meter),
  };
}

/** Notes of a station as they come back from the site; one that is not as it was written is forgotten. */
export function readMemory(notes: ReadonlyMap<string, unknown>): Memory {
  const at = (key: string): Fields => {
    const note = notes.get(key);
    return isFields(note) ? note : {};
  };
  const pending = Object.entries(at('pending')).flatMap(([key, note]) =>
    isFields(note) ? [[key, pendingOf(note)] as const] : [],
  );
  return {
    boot: bootOf(notes.get('boot')),
    connectors: numberingOf(at('connectors')),
    model: modelOf(notes.get('model')),
    deafTo: textsIn(at('triggers')['deafTo']),
    limit: {
      way: integerAt(at('limit'), 'way') ?? 0,
      based: numbersIn(at('limit')['based']),
      alone: at('limit')['alone'] === true,
    },
    list: {
      version: integerAt(at('local-list'), 'version') ?? 0,
      cards: textsIn(at('local-list')['cards']),
    },
    availability: textsOf(notes.get('availability')),
    pending: Object.fromEntries(pending.slice(-PENDING_MAX)),
    meters: metersOf(at('meters')),
  };
}

const pendingNote = ({ meterStart, ...note }: PendingNote) => ({
  ...note,
  meterStart: meterStart === null ? null : energyText(meterStart),
});

/** The note that each part of the memory is kept in. */
export const NOTES = {
  boot: (memory: Memory): unknown => memory.boot,
  connectors: (memory: Memory): unknown => memory.connectors,
  model: (memory: Memory): unknown => memory.model,
  triggers: ({ deafTo }: Memory): unknown => ({ deafTo }),
  limit: (memory: Memory): unknown => memory.limit,
  'local-list': (memory: Memory): unknown => memory.list,
  availability: (memory: Memory): unknown => memory.availability,
  pending: ({ pending }: Memory): unknown =>
    Object.fromEntries(
      Object.entries(pending)
        .slice(-PENDING_MAX)
        .map(([key, note]) => [key, pendingNote(note)]),
    ),
  meters: ({ meters }: Memory): unknown => meterNotes(meters),
} as const;
export type NoteKey = keyof typeof NOTES;
