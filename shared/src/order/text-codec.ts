import { decimalOf, decimalText } from '../units.ts';

/** A value as plain JSON: every exact count (bigint) becomes a decimal string. */
export type TextOf<T> = T extends bigint
  ? string
  : T extends readonly (infer Item)[]
    ? readonly TextOf<Item>[]
    : T extends object
      ? { readonly [K in keyof T]: TextOf<T[K]> }
      : T;

/** What reading came to: the value, or everything that is wrong with the JSON. */
export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string };

/** Told about each fault; the reader goes on with a stand-in so that all faults are found at once. */
type Report = (path: string, want: string) => void;

/** Both directions of one value. Method syntax: a codec of a narrow type may stand for a wide one. */
export interface TextCodec<T> {
  text(value: T): unknown;
  /** `text` returns the value itself, so it need not be called: most fields of an order are such. */
  readonly asIs?: true;
  of(json: unknown, path: string, report: Report): T;
  /** The field may be missing. */
  readonly optional?: true;
}

/** More faults than these are only counted; nobody reads on. */
const MOST_FAULTS_SHOWN = 8;

/** Reads with a codec. Never throws, whatever the JSON is. */
export function readWith<T>(codec: TextCodec<T>, json: unknown): Read<T> {
  const faults: string[] = [];
  const value = codec.of(json, '', (path, want) =>
    faults.push(`${path === '' ? 'value' : path}: ${want}`),
  );
  if (faults.length === 0) return { ok: true, value };
  const rest = faults.length - MOST_FAULTS_SHOWN;
  const shown = faults.slice(0, MOST_FAULTS_SHOWN).join('; ');
  return { ok: false, reason: rest > 0 ? `${shown}; and ${rest} more` : shown };
}

/** An exact count with `places` decimals, branded by `count`. */
export const exact = <T extends bigint>(places: number, count: (n: bigint) => T): TextCodec<T> => ({
  text: (value) => decimalText(value, places),
  of(json, path, report) {
    const n = typeof json === 'string' ? decimalOf(json, places) : undefined;
    if (n === undefined) report(path, `a decimal string with at most ${places} decimals is wanted`);
    return count(n ?? 0n);
  },
});

export const str: TextCodec<string> = {
  text: (value) => value,
  asIs: true,
  of(json, path, report) {
    if (typeof json === 'string') return json;
    report(path, 'a string is wanted');
    return '';
  },
};

/** A string of a fixed form, e.g. four hex digits. */
export const strLike = (form: RegExp, want: string): TextCodec<string> => ({
  text: (value) => value,
  asIs: true,
  of(json, path, report) {
    if (typeof json === 'string' && form.test(json)) return json;
    report(path, `${want} is wanted`);
    return '';
  },
});

/** A whole number from `least` that a double holds exactly. */
export const whole = (least = 0): TextCodec<number> => ({
  text: (value) => value,
  asIs: true,
  of(json, path, report) {
    if (typeof json === 'number' && Number.isSafeInteger(json) && json >= least) return json;
    report(path, `a whole number from ${least} is wanted`);
    return least;
  },
});

export const bool: TextCodec<boolean> = {
  text: (value) => value,
  asIs: true,
  of(json, path, report) {
    if (typeof json === 'boolean') return json;
    report(path, 'true or false is wanted');
    return false;
  },
};

/** One of a list of words. */
export const oneOf = <T extends string>(words: readonly [T, ...T[]]): TextCodec<T> => ({
  text: (value) => value,
  asIs: true,
  of(json, path, report) {
    const word = words.find((w) => w === json);
    if (word === undefined) report(path, `one of ${words.join(', ')} is wanted`);
    return word ?? words[0];
  },
});

/** What is made of a codec is as it is where that one is. */
const sameAs = (codec: { readonly asIs?: true }): { readonly asIs?: true } =>
  codec.asIs ? { asIs: true } : {};

export const nullable = <T>(codec: TextCodec<T>): TextCodec<T | null> => ({
  text: (value) => (value === null ? null : codec.text(value)),
  of: (json, path, report) => (json === null ? null : codec.of(json, path, report)),
  ...sameAs(codec),
});

/** A field that may be left out. */
export const optional = <T>(codec: TextCodec<T>): TextCodec<T> => ({
  text: (value) => codec.text(value),
  of: (json, path, report) => codec.of(json, path, report),
  optional: true,
  ...sameAs(codec),
});

export const list = <T>(codec: TextCodec<T>): TextCodec<readonly T[]> => ({
  text: (values) => values.map((value) => codec.text(value)),
  of(json, path, report) {
    if (Array.isArray(json)) {
      return json.map((item: unknown, i) => codec.of(item, `${path}[${i}]`, report));
    }
    report(path, 'a list is wanted');
    return [];
  },
  ...sameAs(codec),
});

const isObject = (json: unknown): json is Readonly<Record<string, unknown>> =>
  typeof json === 'object' && json !== null && !Array.isArray(json);

/** Any fields, holding anything. */
type Loose = { readonly [K in string]?: unknown };

/** A codec for each field of T, the optional ones included. */
type FieldCodecs<T> = { readonly [K in keyof T]-?: TextCodec<Exclude<T[K], undefined>> };

/** An object. Unknown fields are passed over: a newer side may send more ([SYNC-11]). */
export function shape<T extends object>(fields: FieldCodecs<T>): TextCodec<T> {
  const entries: readonly (readonly [string, TextCodec<unknown>])[] = Object.entries(fields);
  return {
    text(value) {
      const out: Record<string, unknown> = {};
      const from: Loose = value;
      for (const [name, codec] of entries) {
        const field = from[name];
        if (field !== undefined) out[name] = codec.asIs ? field : codec.text(field);
      }
      return out;
    },
    of(json, path, report) {
      if (!isObject(json)) report(path, 'an object is wanted');
      const from = isObject(json) ? json : {};
      const out: Record<string, unknown> = {};
      for (const [name, codec] of entries) {
        if (codec.optional && from[name] === undefined) continue;
        out[name] = codec.of(from[name], path === '' ? name : `${path}.${name}`, report);
      }
      // Each field was read by the codec that FieldCodecs<T> demands for it.
      return out as T;
    },
  };
}
