/** `frames.json` and `fields.json`, typed; for tests. Public frames, each with its source. */
export interface GoldenFrame {
  readonly id: string;
  readonly hex: string;
  readonly frameType: string;
  readonly name: string;
  readonly seqBytes: string;
  readonly lengthOk: boolean;
  readonly usableForDecoding: boolean;
  readonly crc: { readonly order?: string };
  readonly decoded?: Readonly<Record<string, string | number | null>>;
}

/** A frame of a document that carries a made-up checksum. */
export interface PlaceholderFrame {
  readonly id: string;
  readonly hex: string;
  readonly name?: string;
}

export interface GoldenStream {
  readonly id: string;
  readonly chunks: readonly string[];
  readonly expect: readonly string[];
}

/** What a reference list says of a frame; `len` is null where the body decides. */
export interface ReferenceFrame {
  readonly name: string;
  readonly direction: string;
  readonly bodyLength: number | null;
  readonly fields: readonly {
    readonly id: string;
    readonly len: number | null;
    readonly repeatUnit: number | null;
  }[];
}

interface Vectors {
  readonly frames: readonly GoldenFrame[];
  readonly placeholderChecksum: readonly PlaceholderFrame[];
  readonly streams: readonly GoldenStream[];
}

// Names in variables: the project's file list holds sources only, so tsc must not look for these.
const framesFile = './frames.json';
const fieldsFile = './fields.json';
const asJson = { with: { type: 'json' } };
const { default: vectors }: { readonly default: Vectors } = await import(framesFile, asJson);
const { default: fields }: { readonly default: Readonly<Record<string, ReferenceFrame>> } =
  await import(fieldsFile, asJson);

export const { frames: golden, placeholderChecksum: placeholders, streams } = vectors;
/** Frame types (`0x01`) with what the reference says of them. */
export const reference = Object.entries(fields);

export const goldenById = (id: string): GoldenFrame | undefined =>
  golden.find((frame) => frame.id === id);
