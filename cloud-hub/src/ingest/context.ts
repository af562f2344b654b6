import type { CommandAnswer } from '@holdfast/shared/sync/commands';
import type { HubPolicy } from '@holdfast/shared/sync/hub-rules';
import type { Ack, Refused, Welcome } from '@holdfast/shared/sync/messages';
import type { Broker } from '../ports/broker.ts';
import type { OnChange } from '../ports/changes.ts';
import type { Clock } from '../ports/clock.ts';
import type { LiveState } from '../ports/live-state.ts';
import type { Log } from '../ports/log.ts';
import type { Store } from '../ports/store.ts';
import type { Admission } from './admission.ts';

/** A site's connection by its vendor's lane: what one edge speaks by. */
export interface SiteLine {
  readonly vendor: string;
  readonly siteId: string;
}

export const lineKey = ({ vendor, siteId }: SiteLine): string => `${vendor}:${siteId}`;

/** Figures of the whole role, for health pages and metrics. */
export interface IngestCounts {
  batches: number;
  events: number;
  parked: number;
  gaps: number;
  fenced: number;
  /** Messages that found no room in a queue; their edges send again. */
  dropped: number;
  /** Writes that failed for the database's own fault; no answer was given. */
  failed: number;
}

/** What the parts of the ingest share. */
export interface IngestContext {
  readonly broker: Broker;
  readonly store: Store;
  readonly live: LiveState;
  readonly clock: Clock;
  readonly log: Log;
  readonly onChange: OnChange;
  /** An answer to a command that came by the quick way. */
  readonly onAnswer: (siteId: string, answer: CommandAnswer) => Promise<void>;
  readonly admission: Admission;
  readonly policy: HubPolicy;
  readonly counts: IngestCounts;
  /** Batches that the hub has yet to write. */
  readonly waiting: () => number;
}

const utf8 = new TextEncoder();

/** Sends an answer; one that is lost is made up for by the edge's own timer. */
export async function answer(
  { broker, log }: IngestContext,
  line: SiteLine,
  message: Ack | Welcome | Refused,
): Promise<void> {
  try {
    await broker.publish({ ...line, topic: 'answer' }, utf8.encode(JSON.stringify(message)));
  } catch (error) {
    log.warn({ ...line, error: String(error) }, 'sync-answer-not-sent');
  }
}
