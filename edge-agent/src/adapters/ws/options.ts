import type { TlsOptions } from 'node:tls';
import type { ReadMode } from '@holdfast/protocols/ocpp/reading';
import type { OcppVersion, VersionPolicy } from '@holdfast/protocols/ocpp/version';
import type { Capture } from '../../piles/capture.ts';
import type { PileLog } from '../../piles/log.ts';
import type { OpenStation } from '../../piles/ocpp/station.ts';
import type { Stations } from '../../piles/ocpp/stations.ts';
import type { Registry } from '../../piles/registry.ts';
import type { Clock, Timers } from '../../ports/clock.ts';
import type { Doorkeeper } from '../../ports/doorkeeper.ts';
import type { SiteView } from '../../ports/site.ts';
import type { OcppFrontLimits } from './limits.ts';

/** Two connections of one station, both alive, from different addresses: which of them stays. */
export type TwinPolicy = 'newest-wins' | 'keep-old';

/** What is set for a station. */
export interface StationPolicy extends VersionPolicy {
  readonly mode: ReadMode;
}

export interface OcppFrontOptions {
  readonly drivers: Readonly<Record<OcppVersion, OpenStation>>;
  /** Shared by all OCPP fronts of the site. */
  readonly stations: Stations;
  readonly door: Doorkeeper;
  readonly policyOf: (identity: string) => StationPolicy;
  readonly twins: TwinPolicy;
  readonly site: SiteView;
  readonly registry: Registry;
  readonly capture: Capture;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /** Left out: plain connections. */
  readonly tls?: TlsOptions;
  /** Takes what is told when certificates were renewed: connections go on, new ones get the new. */
  readonly onRenewed?: (renew: (tls: TlsOptions) => void) => void;
  readonly limits?: Partial<OcppFrontLimits>;
  readonly log?: PileLog;
}
