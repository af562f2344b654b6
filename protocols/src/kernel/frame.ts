import type { Field, Rest } from './field.ts';

/** Fields of a fixed width, in the order of the wire. */
export type Shape = Readonly<Record<string, Field<unknown>>>;
/** The same with a last field that takes what the body has. */
export type BodyShape = Readonly<Record<string, Field<unknown> | Rest<unknown>>>;

/** The values of a shape. */
export type Fields<S> = {
  readonly [K in keyof S]: S[K] extends Field<infer T> ? T : S[K] extends Rest<infer R> ? R : never;
};

export type Side = 'pile' | 'hub';
export type Other<S extends Side> = S extends 'hub' ? 'pile' : 'hub';

/** One row of a protocol: everything that is known about a frame. */
export interface Frame<
  S extends BodyShape = BodyShape,
  F extends Side = Side,
  L extends string = string,
> {
  readonly code: number;
  readonly from: F;
  /** Section of the published protocol. */
  readonly spec: string;
  /** Chinese name in the published protocol. */
  readonly title: string;
  readonly body: S;
  /** Sets of fields that some piles leave out; they read as `null`. */
  readonly lacks?: readonly (readonly L[])[];
  readonly note?: string;
}

export type FrameTable = Readonly<Record<string, Frame>>;

/** Writes a row; only there so that the compiler keeps its exact type. */
export const frame = <
  const S extends BodyShape,
  const F extends Side,
  const L extends keyof S & string = never,
>(
  row: Frame<S, F, L>,
): Frame<S, F, L> => row;

/** The TypeScript type of a frame's body. `extra` is what a newer or odd pile appends, as hex. */
export type Body<R> =
  R extends Frame<infer S, Side, infer L>
    ? {
        readonly [K in keyof S]: Fields<S>[K] | (K extends L ? null : never);
      } & { readonly extra?: string }
    : never;

/** Names of the frames that one side sends. */
export type SentBy<T extends FrameTable, F extends Side> = {
  [N in keyof T]: T[N]['from'] extends F ? N : never;
}[keyof T] &
  string;

/** One frame with its name, its sequence bytes as four hex digits, and its body. */
export interface MessageOf<T extends FrameTable, N extends keyof T> {
  readonly name: N;
  readonly seq: string;
  readonly body: Body<T[N]>;
}

/** Any frame of a protocol, told apart by `name`. */
export type Message<T extends FrameTable, F extends Side = Side> = {
  [N in SentBy<T, F>]: MessageOf<T, N>;
}[SentBy<T, F>];

/** A frame with a good checksum whose body is not read. It re-encodes to the same bytes. */
export interface UnknownMessage {
  readonly name: 'unknown';
  readonly seq: string;
  readonly why: 'unknown-type' | 'encrypted' | 'short-body';
  readonly code: number;
  readonly encryption: number;
  readonly body: { readonly raw: string };
}

/** Bytes that a shape takes. */
export const widthOf = (shape: Shape): number =>
  Object.values(shape).reduce((sum, field) => sum + field.bytes, 0);

/** The fields of a body that have a fixed width, and the last one if it has none. */
export function splitBody(shape: BodyShape): {
  readonly fixed: Shape;
  readonly rest: readonly [name: string, field: Rest<unknown>] | undefined;
} {
  const fixed: Record<string, Field<unknown>> = {};
  for (const [name, field] of Object.entries(shape)) {
    if (field.bytes === null) return { fixed, rest: [name, field] };
    fixed[name] = field;
  }
  return { fixed, rest: undefined };
}
