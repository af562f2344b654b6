import { STATION_ACTIONS } from '@holdfast/protocols/ocpp/actions';
import { type MessageKind, schemaOf } from '@holdfast/protocols/ocpp/schemas';
import type { OcppVersion } from '@holdfast/protocols/ocpp/version';
import { type Random, randomOf } from '../piles/random.ts';

/** Payloads made from the schemas: every message that a station may send, and every answer of one. */

type Schema = Readonly<Record<string, unknown>>;
/** One message: its action and a payload that fits its schema. */
export type Row = readonly [action: string, payload: unknown];

/** Of each message: with few of its optional fields, and with many. */
const VARIANTS = 4;
const REF = '#/definitions/';
const DEEPEST = 12;
const TIME = '2026-11-23T08:00:00Z';
const TEXT_MOST = 12;

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const schemaAt = (schema: Schema, name: string): Schema => {
  const value = schema[name];
  return isSchema(value) ? value : {};
};
const numberAt = (schema: Schema, name: string, otherwise: number): number => {
  const value = schema[name];
  return typeof value === 'number' ? value : otherwise;
};

function textOf(schema: Schema, random: Random): string {
  if (schema['format'] === 'date-time') return TIME;
  const length = Math.min(numberAt(schema, 'maxLength', TEXT_MOST), TEXT_MOST);
  return 'CARD1234567890'.slice(0, random.between(1, length));
}

function objectOf(schema: Schema, all: Schema, random: Random, depth: number): object {
  const required: readonly unknown[] = Array.isArray(schema['required']) ? schema['required'] : [];
  const fields = Object.entries(schemaAt(schema, 'properties')).filter(
    ([name]) => name !== 'customData' && (required.includes(name) || random.once(2)),
  );
  return Object.fromEntries(
    fields.map(([name, field]) => [
      name,
      anyOf(isSchema(field) ? field : {}, all, random, depth + 1),
    ]),
  );
}

function anyOf(schema: Schema, all: Schema, random: Random, depth: number): unknown {
  const ref = schema['$ref'];
  if (depth > DEEPEST) return null;
  if (typeof ref === 'string') {
    return anyOf(schemaAt(all, ref.slice(REF.length)), all, random, depth + 1);
  }
  const choices = schema['enum'];
  if (Array.isArray(choices)) return choices[random.below(choices.length)];
  switch (schema['type']) {
    case 'string':
      return textOf(schema, random);
    case 'integer':
    case 'number':
      return Math.ceil(numberAt(schema, 'minimum', 0)) + random.below(3);
    case 'boolean':
      return random.once(2);
    case 'array': {
      const items = schemaAt(schema, 'items');
      const count = Math.max(numberAt(schema, 'minItems', 0), random.below(3));
      return Array.from({ length: count }, () => anyOf(items, all, random, depth + 1));
    }
    case 'object':
      return objectOf(schema, all, random, depth);
    default:
      return 'anything';
  }
}

function payloadsOf(version: OcppVersion, action: string, kind: MessageKind): readonly unknown[] {
  const schema = schemaOf(version, action, kind);
  if (schema === undefined) return [{}];
  const random = randomOf(1).fork(`${version} ${action} ${kind}`);
  const all = schemaAt(schema, 'definitions');
  return Array.from({ length: VARIANTS }, () => objectOf(schema, all, random, 0));
}

/** Every message of a version that a station may send, some times each. */
export const stationCalls = (version: OcppVersion): readonly Row[] =>
  STATION_ACTIONS[version].flatMap((action) =>
    payloadsOf(version, action, 'request').map((payload): Row => [action, payload]),
  );

const answers = new Map<string, readonly unknown[]>();

/** Sound answers to a call of ours. */
export function answersTo(version: OcppVersion, action: string): readonly unknown[] {
  const key = `${version} ${action}`;
  const known = answers.get(key) ?? payloadsOf(version, action, 'response');
  answers.set(key, known);
  return known;
}
