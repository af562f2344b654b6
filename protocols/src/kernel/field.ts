import {
  type EnergyStep,
  energyStep,
  type Fen,
  fen,
  type MoneyStep,
  moneyStep,
  type PriceStep,
  priceStep,
} from '@holdfast/shared/units';
import { putUint, u8, u16, u24, u32, u40 } from './bytes.ts';
import { ProtocolError } from './errors.ts';
import type { Shape } from './frame.ts';

/** What values a field holds. The reference page, the technician's view and the fuzz generator read it. */
export type Domain =
  | IntegerDomain
  | {
      readonly kind: 'exact';
      /** Largest number on the wire. */
      readonly max: bigint;
      readonly unit: string;
      /** Decimals of the unit that one step of the value is, and those that are worth showing. */
      readonly places: number;
      readonly shown: number;
      /** Steps of the value in one count of the wire. */
      readonly factor: bigint;
    }
  | { readonly kind: 'celsius' }
  | { readonly kind: 'digits'; readonly decimal: boolean }
  | { readonly kind: 'octets' }
  | { readonly kind: 'text' }
  | { readonly kind: 'time' }
  | { readonly kind: 'utc' }
  | { readonly kind: 'bcd-time' }
  | { readonly kind: 'choice'; readonly choices: readonly ChoiceRow[] }
  | { readonly kind: 'bits'; readonly max: number; readonly bits: readonly BitRow[] }
  | { readonly kind: 'list'; readonly item: Shape; readonly countedBy: string | null }
  | { readonly kind: 'counted-text'; readonly countedBy: string }
  | { readonly kind: 'rest' };

export interface IntegerDomain {
  readonly kind: 'integer';
  readonly min: number;
  readonly max: number;
  /** Decimals of the unit that one count is; `null` for plain counts and codes. */
  readonly places: number | null;
  readonly unit: string;
  /** What a code says, where it is one. */
  readonly meaningOf?: (code: number) => string | undefined;
}

export interface ChoiceRow {
  readonly code: number;
  readonly name: string;
  readonly zh: string;
}

/** `width` bits from bit `at`; `names[v - 1]` says what value v means, 0 is silent. */
export interface BitRow {
  readonly at: number;
  readonly width: 1 | 2;
  readonly names: readonly string[];
}

/** One field of a frame: how wide, what it may hold, how it is read and written. */
export interface Field<T> {
  /** Chinese name in the published protocol. */
  readonly zh: string;
  /** As the protocol writes it: "BCD 7". */
  readonly wire: string;
  readonly bytes: number;
  readonly domain: Domain;
  readonly note?: string;
  read(b: Uint8Array, at: number): T;
  write(b: Uint8Array, at: number, value: T): void;
}

/** A last field whose length the body decides. */
export interface Rest<T> {
  readonly zh: string;
  readonly wire: string;
  readonly bytes: null;
  readonly domain: Domain;
  readonly note?: string;
  /** Bytes that it takes of `room`, given the fields before it. */
  taken(before: Readonly<Record<string, unknown>>, room: number): number;
  sizeOf(value: T): number;
  read(b: Uint8Array, at: number, length: number): T;
  write(b: Uint8Array, at: number, value: T): void;
}

type Width = 1 | 2 | 3 | 4 | 5;
const READERS = { 1: u8, 2: u16, 3: u24, 4: u32, 5: u40 } as const;

function putChecked(b: Uint8Array, at: number, bytes: Width, raw: number): void {
  if (!Number.isInteger(raw) || raw < 0 || raw >= 2 ** (8 * bytes)) {
    throw new ProtocolError('bad-value', `${raw} does not fit BIN ${bytes}`);
  }
  putUint(b, at, bytes, raw);
}

export interface IntegerOptions {
  readonly note?: string;
  readonly meaningOf?: (code: number) => string | undefined;
}

/** Little-endian unsigned integer: a count or a code. */
export function uint(zh: string, bytes: Width, options: IntegerOptions = {}): Field<number> {
  return {
    zh,
    wire: `BIN ${bytes}`,
    bytes,
    domain: {
      kind: 'integer',
      min: 0,
      max: 2 ** (8 * bytes) - 1,
      places: null,
      unit: '',
      ...(options.meaningOf && { meaningOf: options.meaningOf }),
    },
    ...(options.note !== undefined && { note: options.note }),
    read: READERS[bytes],
    write: (b, at, value) => putChecked(b, at, bytes, value),
  };
}

/**
 * A measured quantity as an integer count of its wire step (0.1 V, 0.01 V …), with the offset
 * already taken off: a current of −12.5 A is −125.
 */
export function measure(
  zh: string,
  bytes: Width,
  unit: string,
  places: number,
  offset = 0,
): Field<number> {
  const read = READERS[bytes];
  return {
    zh,
    wire: `BIN ${bytes}`,
    bytes,
    domain: { kind: 'integer', min: offset, max: 2 ** (8 * bytes) - 1 + offset, places, unit },
    read: offset === 0 ? read : (b, at) => read(b, at) + offset,
    write: (b, at, value) => putChecked(b, at, bytes, value - offset),
  };
}

/** GB/T temperature: °C + 50 on the wire, 0 meaning "not reported". −50 °C itself cannot be said. */
export function celsius(zh: string): Field<number | null> {
  return {
    zh,
    wire: 'BIN 1',
    bytes: 1,
    domain: { kind: 'celsius' },
    read(b, at) {
      const raw = u8(b, at);
      return raw === 0 ? null : raw - 50;
    },
    write(b, at, value) {
      if (value === -50) throw new ProtocolError('bad-value', '-50 °C means "not reported"');
      putChecked(b, at, 1, value === null ? 0 : value + 50);
    },
  };
}

interface Exact<T> {
  readonly zh: string;
  readonly bytes: Width;
  readonly unit: string;
  readonly places: number;
  readonly shown?: number;
  readonly factor?: bigint;
  readonly brand: (n: bigint) => T;
}

/** Money and energy: an exact count of steps, never a float. */
function exact<T extends bigint>(options: Exact<T>): Field<T> {
  const { zh, bytes, unit, places, shown = places, factor = 1n, brand } = options;
  const readRaw = READERS[bytes];
  const max = 2n ** BigInt(8 * bytes) - 1n;
  return {
    zh,
    wire: `BIN ${bytes}`,
    bytes,
    domain: { kind: 'exact', max, unit, places, shown, factor },
    read:
      factor === 1n
        ? (b, at) => brand(BigInt(readRaw(b, at)))
        : (b, at) => brand(BigInt(readRaw(b, at)) * factor),
    write(b, at, value) {
      if (value < 0n || value % factor !== 0n || value / factor > max) {
        throw new ProtocolError('bad-value', `${value} does not fit BIN ${bytes}`);
      }
      putUint(b, at, bytes, Number(value / factor));
    },
  };
}

/** 1e-4 kWh a count. */
export const energy = (zh: string, bytes: 4 | 5 = 4): Field<EnergyStep> =>
  exact({ zh, bytes, unit: 'kWh', places: 4, brand: energyStep });

/** Energy that the wire gives in 0.01 or 0.001 kWh; the value is in steps of 1e-4 kWh all the same. */
export const meterEnergy = (zh: string, places: 2 | 3): Field<EnergyStep> =>
  exact({
    zh,
    bytes: 4,
    unit: 'kWh',
    places: 4,
    shown: places,
    factor: places === 2 ? 100n : 10n,
    brand: energyStep,
  });

/** Energy that the wire gives in 0.1 kWh; the value is in steps of 1e-4 kWh all the same. */
export const coarseEnergy = (zh: string): Field<EnergyStep> =>
  exact({ zh, bytes: 2, unit: 'kWh', places: 4, shown: 1, factor: 1_000n, brand: energyStep });

/** 1e-4 yuan a count: what piles count and show. */
export const amount = (zh: string): Field<MoneyStep> =>
  exact({ zh, bytes: 4, unit: 'yuan', places: 4, brand: moneyStep });

/** 1e-5 yuan per kWh a count. */
export const price = (zh: string): Field<PriceStep> =>
  exact({ zh, bytes: 4, unit: 'yuan/kWh', places: 5, brand: priceStep });

/** A balance in fen; `factor` 100n where a dialect sends whole yuan. */
export const balance = (zh: string, factor = 1n): Field<Fen> =>
  exact({ zh, bytes: 4, unit: 'yuan', places: 2, factor, brand: fen });
