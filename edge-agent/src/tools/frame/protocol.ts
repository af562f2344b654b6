/** One line of output: `ok` and what was read, or the error and what helps. */
export interface Reading {
  readonly ok: boolean;
  readonly [key: string]: unknown;
}

/** What the command can do for one dialect of a protocol. */
export interface FrameReader {
  /** Reads every frame in a text, good or bad, in their order. */
  readonly read: (text: string) => readonly Reading[];
  /** Whether the text holds at least the one frame that it begins with. */
  readonly isWhole: (text: string) => boolean;
  /** A table of all frame types. */
  readonly list: () => string;
  /** The fields of a type by its name or number; `undefined` when there is none. */
  readonly describe: (type: string) => string | undefined;
}

/** A protocol as the command knows it. A new one is a value of this type in the registry. */
export interface FrameProtocol {
  readonly name: string;
  readonly title: string;
  /** What a frame is written as. */
  readonly written: string;
  /** What follows `frame` on the command line. */
  readonly examples: readonly string[];
  /** What helps to read the output. */
  readonly notes: readonly string[];
  /** A type, as `--type` takes it. */
  readonly aType: string;
  readonly dialects: readonly [Choice, ...Choice[]];
  readonly open: (dialect: string) => FrameReader;
}

export interface Choice {
  readonly id: string;
  readonly text: string;
}
