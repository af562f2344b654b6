import { decimalOf, decimalText, priceStep, priceText, smallCount } from '../units.ts';
import { RATE_KINDS, type Rate, SLOTS_PER_DAY, type Tariff } from './tariff.ts';

/** Yuan per kWh, at most five decimals. */
export interface RateText {
  readonly electricity: string;
  readonly service: string;
}

/** A tariff as JSON and as people write it: decimals as strings, slots as one digit each. */
export interface TariffText {
  readonly tariffId: string;
  readonly version: number;
  /** Four hex digits; `0000` is what a pile without a model says, so it names none. */
  readonly modelNo: string;
  readonly rates: readonly RateText[];
  /** 48 digits, the kind of each half hour: `3333…2222`. */
  readonly slots: string;
  /** Share added for losses, at most four decimals: `"0.0500"` is 5 %. Left out: none. */
  readonly lossRatio?: string;
}

/** Dearer than this is a slip of the pen: 100 yuan/kWh. */
export const HIGHEST_PRICE = priceStep(10_000_000n);
/** Ten kinds: one decimal digit names each slot's. */
export const MOST_RATES = 10;
/** 20 %, in 1/10,000: no charger loses more. */
export const HIGHEST_LOSS_RATIO = 2_000;
export const LONGEST_TARIFF_ID = 64;

export type TariffErrorCode =
  | 'not-an-object'
  | 'unknown-field'
  | 'bad-tariff-id'
  | 'bad-version'
  | 'bad-model-no'
  | 'bad-rates'
  | 'bad-price'
  | 'bad-slots'
  | 'slot-without-rate'
  | 'bad-loss-ratio';

export interface TariffError {
  /** Where: `rates[1].service`; empty for the whole. */
  readonly path: string;
  readonly code: TariffErrorCode;
  /** What to do about it. */
  readonly text: string;
}

export type TariffCheck =
  | { readonly ok: true; readonly tariff: Tariff }
  | { readonly ok: false; readonly errors: readonly TariffError[] };

/** An object that came as JSON: any of the fields may be there, holding anything. */
type Loose<T> = { readonly [K in keyof T]?: unknown };
type Report = (path: string, code: TariffErrorCode, text: string) => void;

const FIELDS = ['tariffId', 'version', 'modelNo', 'rates', 'slots', 'lossRatio'];
const RATE_FIELDS = ['electricity', 'service'];

const isObject = <T>(value: unknown): value is Loose<T> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function reportUnknown(
  json: object,
  known: readonly string[],
  prefix: string,
  report: Report,
): void {
  for (const field of Object.keys(json)) {
    if (known.includes(field)) continue;
    report(`${prefix}${field}`, 'unknown-field', `Remove it; the fields are ${known.join(', ')}.`);
  }
}

/** A decimal string between 0 and `highest`; anything else is reported and read as 0. */
function priceOf(value: unknown, path: string, report: Report): bigint {
  const price = typeof value === 'string' ? decimalOf(value, 5) : undefined;
  if (price !== undefined && price >= 0n && price <= HIGHEST_PRICE) return price;
  const range = `0 to ${priceText(HIGHEST_PRICE)}`;
  report(path, 'bad-price', `Write yuan per kWh as a string, at most 5 decimals, ${range}.`);
  return 0n;
}

function rateOf(value: unknown, path: string, report: Report): Rate {
  if (!isObject<RateText>(value)) {
    report(path, 'bad-rates', 'Write { "electricity": "0.70000", "service": "0.40000" }.');
    return { electricity: priceStep(0n), service: priceStep(0n) };
  }
  reportUnknown(value, RATE_FIELDS, `${path}.`, report);
  return {
    electricity: priceStep(priceOf(value.electricity, `${path}.electricity`, report)),
    service: priceStep(priceOf(value.service, `${path}.service`, report)),
  };
}

function ratesOf(value: unknown, report: Report): readonly Rate[] {
  if (Array.isArray(value) && value.length >= 1 && value.length <= MOST_RATES) {
    return value.map((rate: unknown, kind) => rateOf(rate, `rates[${kind}]`, report));
  }
  report(
    'rates',
    'bad-rates',
    `List 1 to ${MOST_RATES} rates, in the order ${RATE_KINDS.join(', ')}.`,
  );
  return [];
}

function slotsOf(value: unknown, rates: readonly Rate[], report: Report): readonly number[] {
  if (typeof value !== 'string' || value.length !== SLOTS_PER_DAY || !/^\d+$/.test(value)) {
    report(
      'slots',
      'bad-slots',
      `Write ${SLOTS_PER_DAY} digits, the kind of each half hour from 00:00.`,
    );
    return [];
  }
  const slots = [...value].map(Number);
  // Without rates every slot would be wrong; the rates are what needs mending then.
  const orphan = rates.length === 0 ? -1 : slots.findIndex((kind) => kind >= rates.length);
  if (orphan >= 0) {
    const last = rates.length - 1;
    report(
      `slots[${orphan}]`,
      'slot-without-rate',
      `Use 0 to ${last}, or add a rate for this kind.`,
    );
  }
  return slots;
}

function lossRatioOf(value: unknown, report: Report): number {
  if (value === undefined) return 0;
  const ratio = typeof value === 'string' ? decimalOf(value, 4) : undefined;
  if (ratio !== undefined && ratio >= 0n && ratio <= HIGHEST_LOSS_RATIO) return smallCount(ratio);
  const highest = decimalText(BigInt(HIGHEST_LOSS_RATIO), 4);
  report('lossRatio', 'bad-loss-ratio', `Write a string of at most 4 decimals, 0 to ${highest}.`);
  return 0;
}

function tariffIdOf(value: unknown, report: Report): string {
  if (typeof value === 'string' && value !== '' && value.length <= LONGEST_TARIFF_ID) return value;
  report('tariffId', 'bad-tariff-id', `Write a string of 1 to ${LONGEST_TARIFF_ID} characters.`);
  return '';
}

function versionOf(value: unknown, report: Report): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value;
  report('version', 'bad-version', 'Write a whole number from 1; each change takes the next.');
  return 0;
}

function modelNoOf(value: unknown, report: Report): string {
  if (typeof value === 'string' && /^[0-9a-f]{4}$/i.test(value) && value !== '0000') {
    return value.toUpperCase();
  }
  report('modelNo', 'bad-model-no', 'Write four hex digits other than 0000, e.g. "0100".');
  return '';
}

/** Reads a tariff from plain JSON, or names everything that is wrong with it at once. */
export function checkTariff(json: unknown): TariffCheck {
  const errors: TariffError[] = [];
  const report: Report = (path, code, text) => errors.push({ path, code, text });
  if (!isObject<TariffText>(json)) {
    report('', 'not-an-object', `Write an object with ${FIELDS.join(', ')}.`);
    return { ok: false, errors };
  }
  reportUnknown(json, FIELDS, '', report);
  const rates = ratesOf(json.rates, report);
  const tariff: Tariff = {
    tariffId: tariffIdOf(json.tariffId, report),
    version: versionOf(json.version, report),
    modelNo: modelNoOf(json.modelNo, report),
    rates,
    slots: slotsOf(json.slots, rates, report),
    lossRatio: lossRatioOf(json.lossRatio, report),
  };
  return errors.length === 0 ? { ok: true, tariff } : { ok: false, errors };
}

/** The JSON of a tariff: what `checkTariff` reads back to the same tariff. */
export function tariffText(tariff: Tariff): TariffText {
  return {
    tariffId: tariff.tariffId,
    version: tariff.version,
    modelNo: tariff.modelNo,
    rates: tariff.rates.map((rate) => ({
      electricity: priceText(rate.electricity),
      service: priceText(rate.service),
    })),
    slots: tariff.slots.join(''),
    lossRatio: decimalText(BigInt(tariff.lossRatio), 4),
  };
}

/** Why a pile with the four kinds of the 云快充 rate frame cannot hold a tariff. */
export type PileMisfit = 'more-than-four-kinds' | 'loss-ratio-not-whole-percent';

/** What keeps a tariff out of a four-kind pile; empty when nothing does (billing.md §1). */
export function pileMisfitsOf(tariff: Tariff): readonly PileMisfit[] {
  const misfits: PileMisfit[] = [];
  if (tariff.rates.length > RATE_KINDS.length) misfits.push('more-than-four-kinds');
  // The frame has one byte for the ratio, in percent.
  if (tariff.lossRatio % 100 !== 0) misfits.push('loss-ratio-not-whole-percent');
  return misfits;
}
