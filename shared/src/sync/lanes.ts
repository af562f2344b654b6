/** Lanes of a site's streams, in order of importance ([SYNC-1], [SYNC-5]). */
export const LANES = {
  control: 0,
  money: 1,
  state: 2,
  telemetry: 3,
  backlog: 4,
  frames: 5,
} as const;
export type LaneName = keyof typeof LANES;

/** Lanes kept in the core file (`synchronous=FULL`); the others live in the bulk file. */
export const CORE_LANES: readonly LaneName[] = ['control', 'money', 'state'];

/** A stream is one lane of one vendor at one site; numbers start at 1 in each epoch ([SYNC-1]). */
export interface StreamId {
  readonly vendor: string;
  readonly lane: LaneName;
}
