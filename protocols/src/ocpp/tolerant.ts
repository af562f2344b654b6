import type { MessageKind, SchemaFault } from './schemas.ts';
import { faultsIn } from './schemas.ts';
import type { OcppVersion } from './version.ts';

/** How a payload departed from its schema, and what was made of it. */
export interface Deviation {
  /** Keyword of JSON schema: `type`, `required`, `enum` … */
  readonly rule: string;
  /** JSON pointer into the payload as it came. */
  readonly path: string;
  /** What stood there, as JSON, shortened. */
  readonly seen: string;
  readonly repair: Repair;
}

type Repair =
  | 'kept'
  | 'read as number'
  | 'rounded'
  | 'read as text'
  | 'read as boolean'
  | 'put into a list'
  | 'read as empty'
  | 'left out'
  | 'item dropped'
  | 'missing'
  | 'cut';

export interface Repaired {
  readonly payload: Record<string, unknown>;
  readonly deviations: readonly Deviation[];
  /** What no repair could mend; empty where `mustPass` was given. */
  readonly faults: readonly SchemaFault[];
}

/** A repair may show what lay under it, and no real payload has more layers than this. */
const ROUNDS_MAX = 8;
const SEEN_CHARS = 80;
/** Of a payload that is wrong everywhere, the first places are enough. */
const DEVIATIONS_MAX = 50;

/**
 * Values that are looked at in a payload that needs repair; a long report has some thousands. What
 * lies deeper and later is left out, so that nobody makes us mend a hundred thousand of them.
 */
const VALUES_MAX = 10_000;

/** Values that are used as they are: the driver knows what a vendor's measurand or a long serial is. */
const KEPT: ReadonlySet<string> = new Set([
  'additionalProperties',
  'enum',
  'format',
  'maxItems',
  'maxLength',
  'maximum',
  'minItems',
  'minimum',
  'multipleOf',
]);

/** Registers that 1.6 wants whole: what stands behind the point is energy, and is counted. */
const EXACT: ReadonlySet<string> = new Set(['/meterStart', '/meterStop']);

const TRUE_WORDS: ReadonlySet<unknown> = new Set(['true', '1', 1]);
const FALSE_WORDS: ReadonlySet<unknown> = new Set(['false', '0', 0]);

type Holder = Record<string, unknown> | unknown[];
const isHolder = (value: unknown): value is Holder => typeof value === 'object' && value !== null;

/** A value with the one that holds it. */
interface Place {
  readonly holder: Holder;
  readonly key: string;
  readonly value: unknown;
}

const stepsOf = (path: string): string[] =>
  path
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));

const valueAt = (holder: Holder, key: string): unknown =>
  Object.hasOwn(holder, key) ? Reflect.get(holder, key) : undefined;

function placeAt(root: Holder, steps: readonly string[]): Place | undefined {
  const key = steps.at(-1);
  let holder = root;
  for (const step of steps.slice(0, -1)) {
    const next = valueAt(holder, step);
    if (!isHolder(next)) return undefined;
    holder = next;
  }
  return key === undefined ? undefined : { holder, key, value: valueAt(holder, key) };
}

/** A number as a station may write it in text; `undefined` where it is none. */
function numberIn(text: string): number | undefined {
  const plain = text.trim().replace(/^([+-]?\d+),(\d+)$/, '$1.$2');
  if (!/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$/.test(plain)) return undefined;
  const number = Number(plain);
  return Number.isFinite(number) ? number : undefined;
}

type Mended = readonly [value: unknown, repair: Repair];

function mendNumber(value: unknown, mayRound: boolean): Mended | undefined {
  const number = typeof value === 'string' ? numberIn(value) : value;
  if (typeof number !== 'number') return undefined;
  if (mayRound && !Number.isInteger(number)) return [Math.round(number), 'rounded'];
  return typeof value === 'string' ? [number, 'read as number'] : undefined;
}

/** The same value with the type that is wanted; `undefined` where that would be a guess. */
function mend(value: unknown, { wanted, path }: SchemaFault): Mended | undefined {
  if (wanted === 'number' || wanted === 'integer') {
    return mendNumber(value, wanted === 'integer' && !EXACT.has(path));
  }
  if (wanted === 'string' && (typeof value === 'number' || typeof value === 'boolean')) {
    return [String(value), 'read as text'];
  }
  if (wanted === 'boolean') {
    const word = typeof value === 'string' ? value.trim().toLowerCase() : value;
    if (TRUE_WORDS.has(word)) return [true, 'read as boolean'];
    if (FALSE_WORDS.has(word)) return [false, 'read as boolean'];
  }
  if (wanted === 'array' && isHolder(value) && !Array.isArray(value)) {
    return [[value], 'put into a list'];
  }
  const isEmptyList = Array.isArray(value) && value.length === 0;
  return wanted === 'object' && isEmptyList ? [{}, 'read as empty'] : undefined;
}

function seenOf(value: unknown): string {
  const text = JSON.stringify(value) ?? '';
  return text.length > SEEN_CHARS ? `${text.slice(0, SEEN_CHARS)}…` : text;
}

/** Steps to the innermost list item that a place is in. */
function itemAround(root: Holder, steps: readonly string[]): readonly string[] | undefined {
  for (let length = steps.length; length > 0; length -= 1) {
    const upTo = steps.slice(0, length);
    if (Array.isArray(placeAt(root, upTo)?.holder)) return upTo;
  }
  return undefined;
}

const emptyOf = (value: Holder): Holder => (Array.isArray(value) ? [] : {});

/** A copy down to a number of values, level by level: what stands on top is never left out. */
function copyOf(given: Readonly<Record<string, unknown>>): {
  readonly copy: Record<string, unknown>;
  readonly isWhole: boolean;
} {
  const copy: Record<string, unknown> = {};
  const todo: { readonly from: object; readonly to: Holder }[] = [{ from: given, to: copy }];
  let left = VALUES_MAX;
  for (const { from, to } of todo) {
    for (const [key, value] of Object.entries(from)) {
      left -= 1;
      if (left < 0) return { copy, isWhole: false };
      const inner = isHolder(value) ? emptyOf(value) : undefined;
      // As an own property, whatever its name is: `__proto__` too comes from the wire.
      const own = { value: inner ?? value, writable: true, enumerable: true, configurable: true };
      Object.defineProperty(to, key, own);
      if (isHolder(value) && inner !== undefined) todo.push({ from: value, to: inner });
    }
  }
  return { copy, isWhole: true };
}

/** A dropped item leaves this until the round is over, so that paths go on fitting. */
const DROPPED = Symbol('dropped');

function sweep(holder: Holder): void {
  if (Array.isArray(holder)) {
    let to = 0;
    for (const item of holder) {
      if (item === DROPPED) continue;
      holder[to] = item;
      to += 1;
    }
    holder.length = to;
  }
  for (const value of Object.values(holder)) if (isHolder(value)) sweep(value);
}

/** Mends one fault in place; `undefined` where there is nothing to mend it with. */
function mendFault(root: Holder, fault: SchemaFault, mustPass: boolean): Deviation | undefined {
  const { keyword: rule, path } = fault;
  const steps = stepsOf(path);
  const place = placeAt(root, steps);
  if (place === undefined) return undefined;
  const { holder, key, value } = place;
  const seen = seenOf(value);
  if (rule === 'type') {
    const mended = mend(value, fault);
    if (mended !== undefined) {
      Reflect.set(holder, key, mended[0]);
      return { rule, path, seen, repair: mended[1] };
    }
    if (value === null && !Array.isArray(holder)) {
      Reflect.deleteProperty(holder, key);
      return { rule, path, seen, repair: 'left out' };
    }
  }
  const item = itemAround(root, steps);
  const dropped = item && placeAt(root, item);
  if (item !== undefined && dropped !== undefined) {
    Reflect.set(dropped.holder, dropped.key, DROPPED);
    const what = { path: `/${item.join('/')}`, seen: seenOf(dropped.value) };
    return dropped.value === DROPPED ? undefined : { rule, ...what, repair: 'item dropped' };
  }
  if (!mustPass || rule !== 'type') return undefined;
  Reflect.deleteProperty(holder, key);
  return { rule, path, seen, repair: 'left out' };
}

/** Whether a value is used as it is, though its schema would not have it. */
const isKept = (root: Holder, { keyword, path }: SchemaFault): boolean =>
  KEPT.has(keyword) ||
  (keyword === 'type' && EXACT.has(path) && Number.isFinite(placeAt(root, stepsOf(path))?.value));

const keptAs = (root: Holder, { keyword, path }: SchemaFault, repair: Repair): Deviation => ({
  rule: keyword,
  path,
  seen: seenOf(placeAt(root, stepsOf(path))?.value),
  repair,
});

/**
 * A payload with everything mended that can be mended without a guess: types, `null`, single values
 * in place of lists. Items of a list that stay bad are dropped one by one. With `mustPass` (messages
 * that are never refused) a field that cannot be read is left out, and none is demanded.
 */
export function repair(
  message: { readonly version: OcppVersion; readonly action: string; readonly kind: MessageKind },
  given: Readonly<Record<string, unknown>>,
  mustPass: boolean,
): Repaired {
  const { version, action, kind } = message;
  const { copy: payload, isWhole } = copyOf(given);
  const deviations: Deviation[] = [];
  if (!isWhole) deviations.push({ rule: 'size', path: '', seen: seenOf(given), repair: 'cut' });
  let faults: readonly SchemaFault[] = [];
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    faults = faultsIn(version, action, kind, payload) ?? [];
    const mended = faults
      .filter((fault) => !isKept(payload, fault))
      .flatMap((fault) => mendFault(payload, fault, mustPass) ?? []);
    for (const deviation of mended) deviations.push(deviation);
    if (mended.length === 0) break;
    sweep(payload);
  }
  const left = faults.filter((fault) => !isKept(payload, fault));
  for (const fault of faults) {
    if (isKept(payload, fault)) deviations.push(keptAs(payload, fault, 'kept'));
    else if (mustPass) deviations.push(keptAs(payload, fault, 'missing'));
  }
  return {
    payload,
    deviations: deviations.slice(0, DEVIATIONS_MAX),
    faults: mustPass ? [] : left,
  };
}
