import type { LiveFeed } from '@holdfast/shared/api/live-feed';
import type { CommandRequest } from '@holdfast/shared/api/resources';
import type { Logins } from '../auth/logins.ts';
import type { Clock } from '../ports/clock.ts';
import type { LiveState } from '../ports/live-state.ts';
import type { Log } from '../ports/log.ts';
import type { SiteAccount, Store, StoredCommand } from '../ports/store.ts';

/** What the HTTP API stands on. */
export interface HubApi {
  readonly store: Store;
  readonly live: LiveState;
  readonly feed: LiveFeed;
  readonly logins: Logins;
  readonly clock: Clock;
  readonly log: Log;
  /** What the ingest has counted since the start. */
  readonly ingestCounts: () => Readonly<Record<string, number>>;
  /** An operator's word on two boxes with one identity; `false`: the site never said HELLO. */
  readonly acceptStore: (site: SiteAccount, storeId: string) => Promise<boolean>;
  readonly issueCommand: (request: CommandRequest) => Promise<StoredCommand>;
}

/** How the API is reached and bounded. */
export interface ApiOptions {
  readonly host: string;
  readonly port: number;
  /** Signs the tokens; kept in the data folder so that a restart logs nobody out. */
  readonly tokenSecret: string;
  readonly loginHours: number;
  /** The built dashboard. */
  readonly pageFolder: string;
}
