/** One figure of the benchmark beside its floor, which was measured in turns with it in the same run. */
export interface BenchResult {
  /** The same in every run, so that runs can be compared. */
  readonly name: string;
  readonly unit: string;
  readonly figure: number;
  /** The same work done as barely as it can be; `null`: there is nothing barer. */
  readonly floor: number | null;
  /** Figure by floor. */
  readonly ratio: number | null;
  /** What is to be reached, in words. */
  readonly target: string;
  /** `null`: reported, without a target. */
  readonly pass: boolean | null;
  /** What else was counted, each name with its unit. */
  readonly facts?: Readonly<Record<string, number>>;
}
