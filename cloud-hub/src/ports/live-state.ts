import type { Measurement } from '@holdfast/shared/pile/measurement';
import type { Hello } from '@holdfast/shared/sync/messages';

export interface SitePresence {
  readonly siteId: string;
  readonly vendor: string;
  readonly connected: boolean;
  readonly sessionNo: number;
  readonly lastHeardMs: number;
  readonly hello: Hello | null;
  /** Newest numbers that the edge has told of, by lane. */
  readonly clockOffsetMs: number | null;
  /** A second store that asks for this site's identity and waits for an operator ([SYNC-10]). */
  readonly contenderStoreId?: string;
}

export interface LiveMeasurement {
  readonly siteId: string;
  readonly pileNo: string;
  readonly measurement: Measurement;
  readonly atMs: number;
}

/** What is true this second: memory here, Redis in a cluster. Lost without harm. */
export interface LiveState {
  readonly setPresence: (presence: SitePresence) => Promise<void>;
  readonly presence: (siteId: string) => Promise<readonly SitePresence[]>;
  readonly setMeasurement: (live: LiveMeasurement) => Promise<void>;
  readonly measurements: (siteId?: string) => Promise<readonly LiveMeasurement[]>;
}
