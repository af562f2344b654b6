import { scaledOf } from './decimal.ts';
import { type Fields, isFields } from './fields.ts';
import {
  type BaseUnit,
  locationOf,
  type MeterLocation,
  measurandOf,
  type Phase,
  phaseOf,
  UNITS,
} from './measurands.ts';

/** One sampled value of either generation in one shape. Thousandths of its base unit, exact. */
export interface Sample {
  readonly atMs: number;
  /** The standard's name, or the vendor's own as it came. */
  readonly measurand: string;
  readonly milli: bigint;
  readonly unit: BaseUnit;
  readonly phase: Phase | null;
  readonly location: MeterLocation;
  readonly context: string;
  /** As it came: shown and kept, never written anew. */
  readonly raw: unknown;
}

/** A meter's signature, word for word ([OCPP-E12]). */
export interface SignedValue {
  readonly atMs: number;
  readonly context: string;
  readonly raw: unknown;
}

/** What a station did other than its standard says; `rule` as in RULES.md. */
export interface SampleFlaw {
  readonly rule: string;
  readonly path: string;
  readonly seen: string;
  readonly repair: string;
}

export interface Samples {
  readonly samples: readonly Sample[];
  readonly signed: readonly SignedValue[];
  readonly flaws: readonly SampleFlaw[];
}

/** What a vendor is known to mean where it does not say. */
export interface SampleRules {
  /** Unit of energy without a unit. */
  readonly energyUnit: 'Wh' | 'kWh';
  /** Numbers come as strings in 1.6, as numbers in 2.x. */
  readonly numbers: 'string' | 'number';
}

export const NO_SAMPLES: Samples = { samples: [], signed: [], flaws: [] };
/** Samples that one message may bring. */
export const SAMPLES_MAX = 256;

const DEFAULT_MEASURAND = 'Energy.Active.Import.Register';
const SEEN_CHARS = 40;

/** Names are compared as they are, so blanks count. */
const wordAt = (fields: Fields, name: string): string => {
  const value = fields[name];
  return typeof value === 'string' ? value : '';
};

const flawOf = (row: number, path: string, seen: unknown, repair: string): SampleFlaw => ({
  rule: `OCPP-E${row}`,
  path,
  seen: String(seen).slice(0, SEEN_CHARS),
  repair,
});

/** Unit and multiplier of 1.6 (`unit`) or 2.x (`unitOfMeasure`). */
function saidUnitOf(fields: Fields): { readonly unit: string; readonly multiplier: number } {
  const measure = fields['unitOfMeasure'];
  if (!isFields(measure)) return { unit: wordAt(fields, 'unit'), multiplier: 0 };
  const multiplier = measure['multiplier'];
  const sound = typeof multiplier === 'number' && Math.abs(multiplier) <= 12;
  return { unit: wordAt(measure, 'unit'), multiplier: sound ? Math.trunc(multiplier) : 0 };
}

const isSigned = (fields: Fields): boolean =>
  fields['format'] === 'SignedData' || isFields(fields['signedMeterValue']);

interface Scale {
  readonly base: BaseUnit;
  readonly shift: number;
  readonly offsetMilli: bigint;
}

/** [OCPP-E1], [OCPP-E2], [OCPP-E3]: what the number counts. */
function scaleOf(fields: Fields, wanted: BaseUnit | undefined, rules: SampleRules): Scale {
  const { unit, multiplier } = saidUnitOf(fields);
  const key = unit.trim().toLowerCase();
  const spoken = wanted === 'Wh' && key === '' ? rules.energyUnit.toLowerCase() : key;
  const row = UNITS[spoken];
  const fits = row !== undefined && (wanted === undefined || row.base === wanted);
  if (!fits) return { base: wanted ?? '', shift: multiplier, offsetMilli: 0n };
  return {
    base: row.base,
    shift: row.shift + multiplier,
    offsetMilli: row.offsetMilli ?? 0n,
  };
}

function unitFlaws(fields: Fields, wanted: BaseUnit | undefined, path: string): SampleFlaw[] {
  const { unit } = saidUnitOf(fields);
  if (unit === '' || wanted === undefined) return [];
  const row = UNITS[unit.trim().toLowerCase()];
  if (row !== undefined && row.base === wanted) {
    return unit === unit.trim() ? [] : [flawOf(3, `${path}.unit`, unit, 'read without blanks')];
  }
  return [flawOf(3, `${path}.unit`, unit, 'the unit of the measurand taken')];
}

/** [OCPP-E7]: placeholders of cars that tell nothing; a fraction where percent is meant. */
function socOf(milli: bigint): bigint | undefined {
  if (milli > 0n && milli < 1_000n) return milli * 100n;
  return milli > 0n && milli <= 100_000n ? milli : undefined;
}

interface ReadSample {
  readonly sample: Sample | null;
  readonly flaws: readonly SampleFlaw[];
}

function sampleOf(fields: Fields, atMs: number, path: string, rules: SampleRules): ReadSample {
  const said = wordAt(fields, 'measurand');
  const row = measurandOf(said === '' ? DEFAULT_MEASURAND : said);
  const scale = scaleOf(fields, row?.unit, rules);
  const flaws = unitFlaws(fields, row?.unit, path);
  const { value } = fields;
  // 6-digit codes of alarms and the like are no decimals: the sample alone is dropped.
  const milli = scaledOf(value, scale.shift + 3);
  if (milli === undefined) {
    flaws.push(flawOf(6, `${path}.value`, value, 'sample dropped'));
    return { sample: null, flaws };
  }
  const asExpected = typeof value === rules.numbers && !String(value).includes(',');
  if (!asExpected) flaws.push(flawOf(6, `${path}.value`, value, 'read as a decimal'));
  const scaled = milli + scale.offsetMilli;
  const sound = row?.name === 'SoC' ? socOf(scaled) : scaled;
  if (sound === undefined) {
    flaws.push(flawOf(7, `${path}.value`, value, 'no state of charge'));
    return { sample: null, flaws };
  }
  const sample: Sample = {
    atMs,
    measurand: row?.name ?? said,
    milli: sound,
    unit: scale.base,
    phase: phaseOf(wordAt(fields, 'phase')) ?? null,
    location: locationOf(wordAt(fields, 'location')) ?? 'Outlet',
    context: wordAt(fields, 'context') || 'Sample.Periodic',
    raw: fields,
  };
  return { sample, flaws };
}

/** Two samples of one thing at one time ([OCPP-E10]). */
const isSame = (one: Sample, other: Sample): boolean =>
  one.measurand === other.measurand &&
  one.phase === other.phase &&
  one.atMs === other.atMs &&
  one.context === other.context &&
  one.location === other.location;

const keyOf = ({ atMs, measurand, phase, context, location }: Sample): string =>
  `${atMs}|${measurand}|${phase}|${context}|${location}`;

/** So few are compared with each other: that costs less than a name for each. */
const FEW = 16;

/** Samples without those that say again what another says. */
export function withoutDoubles(samples: readonly Sample[]): readonly Sample[] {
  if (samples.length <= FEW) {
    const isFresh = (sample: Sample, n: number): boolean =>
      samples.findIndex((other) => isSame(other, sample)) === n;
    return samples.every(isFresh) ? samples : samples.filter(isFresh);
  }
  const seen = new Set<string>();
  return samples.filter((sample) => {
    const key = keyOf(sample);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/**
 * The sampled values of one meter value (`sampledValue`), as [OCPP-E1] to [OCPP-E14] have it: what
 * cannot be read is dropped alone, and everything that was repaired is told.
 */
export function samplesOf(list: unknown, atMs: number, path: string, rules: SampleRules): Samples {
  if (!Array.isArray(list)) return NO_SAMPLES;
  const samples: Sample[] = [];
  const signed: SignedValue[] = [];
  const flaws: SampleFlaw[] = [];
  for (const [n, fields] of list.slice(0, SAMPLES_MAX).entries()) {
    const at = `${path}[${n}]`;
    if (!isFields(fields)) continue;
    if (isSigned(fields)) {
      signed.push({ atMs, context: wordAt(fields, 'context'), raw: fields });
      // A signed value of 1.6 is no number; one of 2.x stands beside its number.
      if (fields['format'] === 'SignedData') continue;
    }
    const read = sampleOf(fields, atMs, at, rules);
    if (read.sample !== null) samples.push(read.sample);
    flaws.push(...read.flaws);
  }
  return { samples: withoutDoubles(samples), signed, flaws };
}
