/** What piles say and hear, all of it, for some days ([PILE-16]). It never waits and never throws. */
export interface FrameDiary {
  /** `up`: from the pile. The bytes are copied. */
  readonly keep: (pileNo: string, atMs: number, up: boolean, frame: Uint8Array) => void;
}
