import fc from 'fast-check';
import type { Field, Rest } from '../kernel/field.ts';
import { pileTimeOf } from '../kernel/field-time.ts';
import type { BodyShape, Frame, FrameTable, Message, Shape } from '../kernel/frame.ts';

type Values = Record<string, unknown>;

const upperHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('');

const hexBytes = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength, maxLength }).map(upperHex);

/** 2000-01-01 to 2099-12-31 in China. */
const TIME_MIN = Date.UTC(2000, 0, 1) - 8 * 3_600_000;
const TIME_MAX = Date.UTC(2099, 11, 31);
/** Items of a list and bytes of a text or rest that fit any frame. */
const ITEMS_MAX = 15;
const REST_BYTES_MAX = 200;
const EXTRA_BYTES_MAX = 8;

/** Everything that a field can read: any bytes read are a value, and names come up often enough. */
function valuesIn(field: Field<unknown>): fc.Arbitrary<unknown> {
  const read = fc
    .uint8Array({ minLength: field.bytes, maxLength: field.bytes })
    .map((b) => field.read(b, 0));
  const { domain } = field;
  if (domain.kind === 'choice') {
    return fc.oneof(fc.constantFrom(...domain.choices.map(({ name }) => name)), read);
  }
  if (domain.kind === 'time') {
    return fc.oneof(fc.integer({ min: TIME_MIN, max: TIME_MAX }).map(pileTimeOf), read);
  }
  return read;
}

const fieldsOf = (shape: Shape): fc.Arbitrary<Values> =>
  fc.record(Object.fromEntries(Object.entries(shape).map(([n, f]) => [n, valuesIn(f)])));

function restOf({ domain }: Rest<unknown>): fc.Arbitrary<unknown> {
  if (domain.kind === 'list') return fc.array(fieldsOf(domain.item), { maxLength: ITEMS_MAX });
  if (domain.kind === 'rest') return hexBytes(0, REST_BYTES_MAX);
  return fc.uint8Array({ maxLength: REST_BYTES_MAX }).map((bytes) => String.fromCharCode(...bytes));
}

/** A count says how many there are, so that the message reads back as it was written. */
function counted(body: Values, name: string, field: Rest<unknown>): Values {
  const { domain } = field;
  const countedBy = 'countedBy' in domain ? domain.countedBy : null;
  const value = body[name];
  const count = Array.isArray(value) || typeof value === 'string' ? value.length : 0;
  return countedBy === null ? body : { ...body, [countedBy]: count };
}

function openBody(shape: BodyShape, rest: readonly [string, Rest<unknown>]): fc.Arbitrary<Values> {
  const [name, field] = rest;
  const fixed = Object.fromEntries(
    Object.entries(shape).filter((entry): entry is [string, Field<unknown>] => entry[0] !== name),
  );
  return fc
    .tuple(fieldsOf(fixed), restOf(field))
    .map(([before, value]) => counted({ ...before, [name]: value }, name, field));
}

function bodyOf(row: Frame): fc.Arbitrary<Values> {
  const rest = Object.entries(row.body).find(
    (entry): entry is [string, Rest<unknown>] => entry[1].bytes === null,
  );
  if (rest !== undefined) return openBody(row.body, rest);
  const full = fieldsOf(row.body as Shape);
  const longer = fc
    .tuple(full, hexBytes(1, EXTRA_BYTES_MAX))
    .map(([body, extra]) => ({ ...body, extra }));
  const shorter = (row.lacks ?? []).map((absent) =>
    full.map((body) => ({ ...body, ...Object.fromEntries(absent.map((name) => [name, null])) })),
  );
  return fc.oneof({ weight: 3, arbitrary: full }, longer, ...shorter);
}

/** Any message of a table, with every value that the wire can carry. */
export function anyMessage<T extends FrameTable>(table: T): fc.Arbitrary<Message<T>> {
  const one = ([name, row]: readonly [string, Frame]): fc.Arbitrary<Message<T>> =>
    fc
      .tuple(hexBytes(2, 2), bodyOf(row))
      // The table made both the values and the type.
      .map(([seq, body]) => ({ name, seq, body }) as Message<T>);
  return fc.oneof(...Object.entries(table).map(one));
}
