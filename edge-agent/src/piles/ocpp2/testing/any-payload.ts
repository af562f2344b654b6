import { schemaOf } from '@holdfast/protocols/ocpp/schemas';
import fc from 'fast-check';
import { type Fields, fieldsAt, integerAt, isFields, textAt, textsIn } from '../../ocpp/fields.ts';
import type { Version2 } from '../state.ts';

/** Times of a station, to the second. */
const times = fc
  .integer({ min: 1_700_000_000, max: 1_900_000_000 })
  .map((seconds) => new Date(seconds * 1_000).toISOString());
const LONGEST = 12;
const MOST_ITEMS = 2;
const REF = '#/definitions/';

function texts(schema: Fields): fc.Arbitrary<string> {
  if (textAt(schema, 'format') === 'date-time') return times;
  if (textAt(schema, 'format') === 'uri') return fc.constant('https://example.com/x');
  const most = Math.min(integerAt(schema, 'maxLength') ?? LONGEST, LONGEST);
  return fc.string({ minLength: 1, maxLength: most });
}

/** Whole numbers will do for both, and tenths where a schema wants a multiple of those. */
const numbers = (schema: Fields): fc.Arbitrary<number> =>
  fc.integer({
    min: Math.ceil(Number(schema['minimum'] ?? 0)),
    max: Math.floor(Number(schema['maximum'] ?? 100)),
  });

function objects(schema: Fields, all: Fields): fc.Arbitrary<Fields> {
  const properties = fieldsAt(schema, 'properties');
  const required = textsIn(schema['required']);
  const fields = Object.entries(properties).filter(([name]) => name !== 'customData');
  const arbitraries = Object.fromEntries(
    fields.map(([name, field]) => [name, anyOf(isFields(field) ? field : {}, all)]),
  );
  return fc.record(arbitraries, { requiredKeys: [...required] });
}

function anyOf(schema: Fields, all: Fields): fc.Arbitrary<unknown> {
  const ref = textAt(schema, '$ref');
  if (ref.startsWith(REF)) return anyOf(fieldsAt(all, ref.slice(REF.length)), all);
  if (Array.isArray(schema['enum'])) return fc.constantFrom<unknown>(...schema['enum']);
  switch (schema['type']) {
    case 'string':
      return texts(schema);
    case 'integer':
    case 'number':
      return numbers(schema);
    case 'boolean':
      return fc.boolean();
    case 'array': {
      const minLength = integerAt(schema, 'minItems') ?? 0;
      const maxLength = Math.max(minLength, MOST_ITEMS);
      return fc.array(anyOf(fieldsAt(schema, 'items'), all), { minLength, maxLength });
    }
    case 'object':
      return objects(schema, all);
    default:
      return fc.constant('anything');
  }
}

/** Requests that fit the schema of a message. */
export function anyPayload(version: Version2, action: string): fc.Arbitrary<Fields> {
  const schema = schemaOf(version, action, 'request');
  if (schema === undefined) throw new RangeError(`no schema of ${action}`);
  return objects(schema, fieldsAt(schema, 'definitions'));
}
