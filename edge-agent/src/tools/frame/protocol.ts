import type { Json } from '@holdfast/protocols/kernel/show';

/** One line of output: `ok` and what was read, or the error and what helps. */
export interface Reading {
  readonly ok: boolean;
  readonly [key: string]: Json | boolean | undefined;
}

/** What the command can do for one dialect of a protocol. */
export interface FrameReader {
  /** Reads every frame in the bytes, good or bad, in their order. */
  readonly read: (bytes: Uint8Array) => readonly Reading[];
  /** Whether the bytes hold at least the one frame that they begin with. */
  readonly isWhole: (bytes: Uint8Array) => boolean;
  /** A table of all frame types. */
  readonly list: () => string;
  /** The fields of a type, given as `0x13`, `13` or `realtime`; `undefined` when there is none. */
  readonly describe: (type: string) => string | undefined;
}

/** A protocol as the command knows it. A new one is a value of this type in the registry. */
export interface FrameProtocol {
  readonly name: string;
  readonly title: string;
  /** What follows `frame` on the command line. */
  readonly examples: readonly string[];
  readonly dialects: readonly [Choice, ...Choice[]];
  readonly open: (dialect: string) => FrameReader;
}

export interface Choice {
  readonly id: string;
  readonly text: string;
}
