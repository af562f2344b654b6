/** The newest frames of piles, as they were on the wire. */
export interface FrameCapture {
  /** Oldest first; `up`: from the pile. */
  readonly frames: (
    pileNo: string,
    limit?: number,
  ) => readonly { readonly atMs: number; readonly up: boolean; readonly hex: string }[];
}
