import { decimalText } from '@holdfast/shared/units';
import type { BitRow, ChoiceRow, Domain, Field, Rest } from './field.ts';
import type { BodyShape, Frame, FrameTable } from './frame.ts';

/** One field as the reference page and the technician's command list it. */
export interface FieldRow {
  /** Offset in the body; after a list it is not known. */
  readonly at: number;
  readonly bytes: number | null;
  readonly name: string;
  readonly zh: string;
  readonly wire: string;
  readonly values: string;
}

const hexByte = (code: number): string => code.toString(16).toUpperCase().padStart(2, '0');

const choicesText = (choices: readonly ChoiceRow[]): string =>
  choices.map(({ code, name, zh }) => `${hexByte(code)} ${name} ${zh}`).join(' · ');

const bitsText = (bits: readonly BitRow[]): string =>
  bits
    .map(({ at, width, names }) => {
      const place = width === 1 ? `bit ${at}` : `bits ${at}–${at + 1}`;
      return `${place} ${names.map((said, i) => `${i + 1} = ${said}`).join(', ')}`;
    })
    .join(' · ');

function integerText({ min, max, places, unit }: Extract<Domain, { kind: 'integer' }>): string {
  if (places === null) return `${min} to ${max}`;
  const [low, high] = [decimalText(BigInt(min), places), decimalText(BigInt(max), places)];
  return `${low} to ${high} ${unit}`;
}

/** What a field may hold, in words. */
function valuesText(domain: Domain): string {
  switch (domain.kind) {
    case 'integer':
      return integerText(domain);
    case 'exact':
      return `${domain.unit}, ${domain.shown} decimals`;
    case 'celsius':
      return '°C; 00 not reported';
    case 'digits':
      return domain.decimal ? 'digits' : 'hex';
    case 'octets':
      return 'one number a byte';
    case 'text':
      return 'text, zero-padded';
    case 'time':
    case 'bcd-time':
      return 'time, UTC+8';
    case 'utc':
      return 'time, UTC';
    case 'choice':
      return choicesText(domain.choices);
    case 'bits':
      return bitsText(domain.bits);
    case 'list':
      return `each: ${fieldRows(domain.item)
        .map(({ name, zh, wire, values }) => `${name} ${zh} (${wire}; ${values})`)
        .join(', ')}`;
    case 'counted-text':
      return `as long as ${domain.countedBy} says`;
    case 'rest':
      return 'kept as it is';
  }
}

function fieldRow(name: string, field: Field<unknown> | Rest<unknown>, at: number): FieldRow {
  const { bytes, zh, wire, domain, note } = field;
  const values = note === undefined ? valuesText(domain) : `${valuesText(domain)}; ${note}`;
  return { at, bytes, name, zh, wire, values };
}

/** The fields of a body with their offsets. */
export function fieldRows(shape: BodyShape): readonly FieldRow[] {
  let at = 0;
  return Object.entries(shape).map(([name, field]) => {
    const row = fieldRow(name, field, at);
    at += field.bytes ?? 0;
    return row;
  });
}

/** `30 bytes`, or `8 bytes and more` where the last field has no fixed length. */
export function lengthText(row: Frame): string {
  const fields = Object.values(row.body);
  const bytes = fields.reduce((sum, field) => sum + (field.bytes ?? 0), 0);
  return fields.some((field) => field.bytes === null)
    ? `${bytes} bytes and more`
    : `${bytes} bytes`;
}

/** Endings that a row tolerates, in words. */
export const lacksText = (row: Frame): readonly string[] =>
  (row.lacks ?? []).map(
    (names) => `May come without ${names.join(' and ')}, which then read null.`,
  );

function frameSection(name: string, row: Frame): string {
  const lines = [
    `## 0x${hexByte(row.code)} ${name} — ${row.title}`,
    '',
    `${row.from === 'pile' ? 'Pile → hub' : 'Hub → pile'}, ${row.spec}, ${lengthText(row)}.`,
    ...[row.note ?? '', ...lacksText(row)].filter((line) => line !== ''),
    '',
    '| at | bytes | field | 中文 | wire | values |',
    '| --: | --: | --- | --- | --- | --- |',
    ...fieldRows(row.body).map(
      ({ at, bytes, name: id, zh, wire, values }) =>
        `| ${at} | ${bytes ?? 'rest'} | \`${id}\` | ${zh} | ${wire} | ${values} |`,
    ),
  ];
  return lines.join('\n');
}

/** The reference sections of a table, in the order of its codes. */
export function frameSections(table: FrameTable): string {
  const rows = Object.entries(table).toSorted(([, a], [, b]) => a.code - b.code);
  return `${rows.map(([name, row]) => frameSection(name, row)).join('\n\n')}\n`;
}
