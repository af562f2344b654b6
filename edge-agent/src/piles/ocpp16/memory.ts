import type { ChargeRef } from '@holdfast/shared/pile/pile-charge';
import { type Fields, fieldsAt, integerAt, isFields, textAt, textsIn } from '../ocpp/fields.ts';
import { type MeterNotes, meterNotes, metersOf } from '../ocpp/meter-notes.ts';
import type { Make } from '../ocpp/quirks.ts';

/** What a station is, as its newest boot said. */
export interface BootNote extends Make {
  readonly serial: string;
  readonly connectors: number;
  readonly dc: boolean;
}

export interface KeyNote {
  readonly value: string;
  readonly readonly: boolean;
}

/** A station's configuration as it was last read. */
export interface ConfigurationNote {
  /** It was read, and set, under this firmware ([OCPP-D3]). */
  readonly firmware: string;
  readonly keys: Readonly<Record<string, KeyNote>>;
  readonly unknown: readonly string[];
  /** Something was set that counts only after a restart ([OCPP-D2]). */
  readonly rebootPending: boolean;
}

/** How limits get through to a station ([OCPP-D6]). */
export interface LimitNote {
  /** Which of the station's ways worked, or is tried next. */
  readonly way: number;
  /** Connectors that hold the safe limit. */
  readonly based: readonly number[];
}

/** The list that the station holds, as far as we know ([OCPP-D11]). */
export interface ListNote {
  readonly version: number;
  readonly cards: readonly string[];
}

/** What the driver remembers of a station across connections and restarts. */
export interface Memory {
  readonly boot: BootNote | null;
  readonly configuration: ConfigurationNote | null;
  /** Messages that it does not send when it is asked ([OCPP-D9]). */
  readonly deafTo: readonly string[];
  readonly limit: LimitNote;
  readonly list: ListNote;
  /** Connectors whose change of availability waits for the end of a charge ([OCPP-D10]). */
  readonly availability: Readonly<Record<string, string>>;
  /** Charges whose meter was reset while they ran, by their number. */
  readonly meters: MeterNotes;
  /** What stops that came without a number have ended, by what they said ([OCPP-C2]). */
  readonly stops: Readonly<Record<string, ChargeRef>>;
  /** How connectors are wired, as their currents showed ([OCPP-E11]). */
  readonly rotation: Readonly<Record<string, string>>;
}

export const NO_MEMORY: Memory = {
  boot: null,
  configuration: null,
  deafTo: [],
  limit: { way: 0, based: [] },
  list: { version: 0, cards: [] },
  availability: {},
  meters: {},
  stops: {},
  rotation: {},
};

const CONNECTORS_MAX = 64;
/** More keys than this no station has. */
export const KEYS_MAX = 400;

export const connectorCountOf = (count: number | undefined): number =>
  Math.min(CONNECTORS_MAX, Math.max(1, count ?? 1));

function bootOf(note: unknown): BootNote | null {
  if (!isFields(note)) return null;
  return {
    vendor: textAt(note, 'vendor'),
    model: textAt(note, 'model'),
    firmware: textAt(note, 'firmware'),
    serial: textAt(note, 'serial'),
    connectors: connectorCountOf(integerAt(note, 'connectors')),
    dc: note['dc'] === true,
  };
}

function keysOf(fields: Fields): Readonly<Record<string, KeyNote>> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([key, note]) =>
      isFields(note)
        ? [[key, { value: textAt(note, 'value'), readonly: note['readonly'] === true }]]
        : [],
    ),
  );
}

function configurationOf(note: unknown): ConfigurationNote | null {
  if (!isFields(note)) return null;
  return {
    firmware: textAt(note, 'firmware'),
    keys: keysOf(fieldsAt(note, 'keys')),
    unknown: textsIn(note['unknown']),
    rebootPending: note['rebootPending'] === true,
  };
}

function stopsOf(note: Fields): Readonly<Record<string, ChargeRef>> {
  return Object.fromEntries(
    Object.entries(note).flatMap(([own, ref]): [string, ChargeRef][] => {
      if (!isFields(ref)) return [];
      const no = integerAt(ref, 'no');
      const key = textAt(ref, 'key');
      if (no !== undefined) return [[own, { by: 'no', no }]];
      return key === '' ? [] : [[own, { by: 'key', key }]];
    }),
  );
}

const numbersIn = (value: unknown): readonly number[] =>
  Array.isArray(value) ? value.filter((item) => Number.isSafeInteger(item)) : [];

const wordsIn = (note: Fields): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(note).flatMap(([connector, word]) =>
      typeof word === 'string' ? [[connector, word] as const] : [],
    ),
  );

/** Notes of a station as they come back from the site; one that is not as it was written is forgotten. */
export function readMemory(notes: ReadonlyMap<string, unknown>): Memory {
  const at = (key: string): Fields => {
    const note = notes.get(key);
    return isFields(note) ? note : {};
  };
  return {
    boot: bootOf(notes.get('boot')),
    configuration: configurationOf(notes.get('configuration')),
    deafTo: textsIn(at('triggers')['deafTo']),
    limit: {
      way: integerAt(at('limit'), 'way') ?? 0,
      based: numbersIn(at('limit')['based']),
    },
    list: {
      version: integerAt(at('local-list'), 'version') ?? 0,
      cards: textsIn(at('local-list')['cards']),
    },
    availability: wordsIn(at('availability')),
    meters: metersOf(at('meters')),
    stops: stopsOf(at('stops')),
    rotation: wordsIn(at('rotation')),
  };
}

/** The note that each part of the memory is kept in. */
export const NOTES = {
  boot: (memory: Memory): unknown => memory.boot,
  configuration: (memory: Memory): unknown => memory.configuration,
  triggers: ({ deafTo }: Memory): unknown => ({ deafTo }),
  limit: (memory: Memory): unknown => memory.limit,
  'local-list': (memory: Memory): unknown => memory.list,
  availability: (memory: Memory): unknown => memory.availability,
  meters: ({ meters }: Memory): unknown => meterNotes(meters),
  stops: ({ stops }: Memory): unknown => stops,
  rotation: ({ rotation }: Memory): unknown => rotation,
} as const;
export type NoteKey = keyof typeof NOTES;
