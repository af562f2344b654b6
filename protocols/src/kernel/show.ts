import { decimalText } from '@holdfast/shared/units';
import { hexOf } from './bytes.ts';
import type { Domain, Field, Rest } from './field.ts';
import { bitNamesOf } from './field-code.ts';
import { putText } from './field-text.ts';
import { isoOf } from './field-time.ts';
import type { BodyShape } from './frame.ts';

export type Json = string | number | null | readonly Json[] | { readonly [key: string]: Json };

/** A body for people and for other programs: exact decimals, plain codes, ISO times. */
export interface Shown {
  readonly body: Readonly<Record<string, Json>>;
  /** What the codes and bits say, by field. */
  readonly meaning: Readonly<Record<string, string>>;
  /** What is odd about the values. */
  readonly notes: readonly string[];
}

interface ShownField {
  readonly value: Json;
  readonly meaning?: string | undefined;
  readonly note?: string;
}

type DomainOf<K extends Domain['kind']> = Extract<Domain, { kind: K }>;

function showInteger(domain: DomainOf<'integer'>, value: number): ShownField {
  if (domain.places !== null) return { value: decimalText(BigInt(value), domain.places) };
  return { value, meaning: domain.meaningOf?.(value) };
}

const exactText = (value: bigint, { places, shown }: DomainOf<'exact'>): string =>
  decimalText(value / 10n ** BigInt(places - shown), shown);

function showChoice(domain: DomainOf<'choice'>, value: unknown): ShownField {
  const row = domain.choices.find(({ name }) => name === value);
  if (row !== undefined) return { value: row.code, meaning: `${row.name} ${row.zh}` };
  const code = (value as { readonly unknown: number }).unknown;
  return { value: code, note: `code ${code} is not in the protocol 代码未定义` };
}

/** Text that cannot be printed is shown as the hex of its whole field. */
function showText(value: string, bytes: number): ShownField {
  if (/^[\x20-\x7e]*$/.test(value)) return { value };
  const room = new Uint8Array(Math.max(bytes, value.length));
  putText(room, 0, room.length, value);
  const blank = /^\xff*$/.test(value) ? 'all FF, not given 全 FF，未提供' : 'not text 不是文本';
  return { value: hexOf(room), note: `${blank}, shown as hex` };
}

function showTime(value: { readonly ms: number | null; readonly wire: string }): ShownField {
  if (value.ms !== null) return { value: isoOf(value.ms) };
  return { value: null, note: `${value.wire} is not a time 不是有效时间` };
}

/** One value as the domain of its field says; the value is the field's own. */
function showField(field: Field<unknown> | Rest<unknown>, value: unknown): ShownField {
  const { domain } = field;
  if (value === null && domain.kind !== 'celsius') return { value: null, note: 'not sent 未上送' };
  switch (domain.kind) {
    case 'integer':
      return showInteger(domain, value as number);
    case 'exact':
      return { value: exactText(value as bigint, domain) };
    case 'celsius':
      return { value: value === null ? null : String(value) };
    case 'choice':
      return showChoice(domain, value);
    case 'bits':
      return {
        value: value as number,
        meaning: bitNamesOf(value as number, domain.bits).join(', ') || undefined,
      };
    case 'octets':
      return { value: hexOf(Uint8Array.from(value as readonly number[])) };
    case 'text':
    case 'counted-text':
      return showText(value as string, field.bytes ?? 0);
    case 'time':
    case 'utc':
    case 'bcd-time':
      return showTime(value as { ms: number | null; wire: string });
    default:
      return { value: value as string };
  }
}

function showList(
  domain: DomainOf<'list'>,
  name: string,
  items: readonly Readonly<Record<string, unknown>>[],
): Shown {
  const shown = items.map((item) => showBody(domain.item, item));
  const meaning: Record<string, string> = {};
  const notes: string[] = [];
  for (const [i, one] of shown.entries()) {
    for (const [field, said] of Object.entries(one.meaning)) {
      meaning[`${name}[${i}].${field}`] = said;
    }
    notes.push(...one.notes.map((note) => `${name}[${i}].${note}`));
  }
  return { body: { [name]: shown.map(({ body }) => body) }, meaning, notes };
}

/** Shows a body that the shape has read. */
export function showBody(shape: BodyShape, values: Readonly<Record<string, unknown>>): Shown {
  const body: Record<string, Json> = {};
  const meaning: Record<string, string> = {};
  const notes: string[] = [];
  for (const [name, field] of Object.entries(shape)) {
    if (field.domain.kind === 'list') {
      const items = values[name] as readonly Readonly<Record<string, unknown>>[];
      const list = showList(field.domain, name, items);
      Object.assign(body, list.body);
      Object.assign(meaning, list.meaning);
      notes.push(...list.notes);
      continue;
    }
    const shown = showField(field, values[name]);
    body[name] = shown.value;
    if (shown.meaning !== undefined) meaning[name] = shown.meaning;
    if (shown.note !== undefined) notes.push(`${name}: ${shown.note}`);
  }
  const { extra } = values;
  if (typeof extra !== 'string') return { body, meaning, notes };
  const note = `extra: ${extra.length / 2} bytes beyond the table 超出协议的字节`;
  return { body: { ...body, extra }, meaning, notes: [...notes, note] };
}
