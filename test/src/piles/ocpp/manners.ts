import type { Random } from '../random.ts';
import { isPayload, type Payload, textOf } from './payload.ts';
import type { Call } from './state.ts';

/** How a maker's firmware writes what the standard has otherwise; seen in the field, all of it. */
export interface Manners {
  readonly meter: 'plain' | 'bare' | 'kilowatt-hours' | 'comma' | 'other-type' | 'vendor';
  readonly time: 'plain' | 'offset' | 'short-offset' | 'long-fraction' | 'space';
  readonly frame: 'plain' | 'spaced' | 'bom' | 'newline';
}

export const GOOD_MANNERS: Manners = { meter: 'plain', time: 'plain', frame: 'plain' };

/** The manners of one pile: mostly good, otherwise odd in every way at once. */
export function mannersOf(random: Random, oddOneIn: number): Manners {
  if (!random.once(oddOneIn)) return GOOD_MANNERS;
  return {
    meter: random.pick(['bare', 'kilowatt-hours', 'comma', 'other-type', 'vendor']),
    time: random.pick(['plain', 'offset', 'short-offset', 'long-fraction', 'space']),
    frame: random.pick(['plain', 'spaced', 'bom', 'newline']),
  };
}

const ZONE_MS = 8 * 3_600_000;
const local = (iso: string): string =>
  new Date(Date.parse(iso) + ZONE_MS).toISOString().replace('Z', '');

function timeIn(manners: Manners, iso: string): string {
  switch (manners.time) {
    case 'plain':
      return iso;
    case 'offset':
      return `${local(iso)}+08:00`;
    case 'short-offset':
      return `${local(iso)}+0800`;
    case 'long-fraction':
      return iso.replace('Z', '0000Z');
    case 'space':
      return iso.replace('T', ' ');
  }
}

const REGISTER = 'Energy.Active.Import.Register';

/** Watt-hours as kWh with three decimals: exact. */
const kilo = (wh: string): string => `${wh.slice(0, -3) || '0'}.${wh.padStart(3, '0').slice(-3)}`;

const withUnit = (sample: Payload, unit: string): Payload =>
  'unitOfMeasure' in sample ? { ...sample, unitOfMeasure: { unit } } : { ...sample, unit };

/** One sampled value; `numbers`: this version writes numbers, 1.6 writes text. */
function sampleIn({ meter }: Manners, sample: Payload): readonly Payload[] {
  if (textOf(sample, 'measurand') !== REGISTER) return [sample];
  const { value } = sample;
  const numbers = typeof value === 'number';
  const wh = String(value);
  switch (meter) {
    case 'plain':
      return [sample];
    case 'bare':
      return [{ value }];
    case 'kilowatt-hours':
      return [withUnit({ ...sample, value: numbers ? Number(kilo(wh)) : kilo(wh) }, 'kWh')];
    case 'comma':
      return [withUnit({ ...sample, value: kilo(wh).replace('.', ',') }, 'kwh')];
    case 'other-type':
      return [{ ...sample, value: numbers ? wh : Number(wh) }];
    case 'vendor':
      return [
        withUnit({ ...sample, measurand: 'Frequency', value: numbers ? 50 : '50' }, 'Hz'),
        sample,
        sample,
      ];
  }
}

function rewritten(manners: Manners, value: unknown, name: string): unknown {
  if (name === 'timestamp' && typeof value === 'string') return timeIn(manners, value);
  if (Array.isArray(value)) {
    return name === 'sampledValue'
      ? value.filter(isPayload).flatMap((sample) => sampleIn(manners, sample))
      : value.map((item) => rewritten(manners, item, ''));
  }
  return isPayload(value) ? rewrittenIn(manners, value) : value;
}

const rewrittenIn = (manners: Manners, payload: Payload): Payload =>
  Object.fromEntries(
    Object.entries(payload).map(([name, value]) => [name, rewritten(manners, value, name)]),
  );

/** A message as this firmware writes it. */
export const spoken = (manners: Manners, call: Call): Call =>
  manners === GOOD_MANNERS ? call : { ...call, payload: rewrittenIn(manners, call.payload) };

/** A frame as this firmware writes it. */
export function framed({ frame }: Manners, text: string): string {
  switch (frame) {
    case 'plain':
      return text;
    case 'spaced':
      return text.replace(/^\[(\d),"/, '[ $1, "');
    case 'bom':
      return `\uFEFF${text}`;
    case 'newline':
      return JSON.stringify(JSON.parse(text), null, 1);
  }
}
