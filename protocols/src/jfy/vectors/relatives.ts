/** A frame of the AAF5 family from a public source. */
export interface RelativeFrame {
  readonly id: string;
  readonly protocol: string;
  readonly hex: string;
  readonly source: string;
  readonly cmd: number;
  readonly note: string;
}

// Its name in a variable: the project's file list holds sources only, so tsc must not look for it.
const file = './relatives.json';
const asJson = { with: { type: 'json' } };
const { default: relatives }: { readonly default: readonly RelativeFrame[] } = await import(
  file,
  asJson
);

export const RELATIVES = relatives;
