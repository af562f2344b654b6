import type { SeenMeasurement } from '@holdfast/shared/api/present';
import type { Tariff } from '@holdfast/shared/money/tariff';
import type { OrderEvent } from '@holdfast/shared/order/order';
import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import type { Refusal } from '@holdfast/shared/pile/refusals';
import type { EdgeConfig } from '../config.ts';
import type { Moment, OrderNews } from '../orders/session.ts';
import type { Clock, Timers } from '../ports/clock.ts';
import type { KnownPile, Ledger, OutgoingEvent } from '../ports/ledger.ts';
import type { PileLink } from '../ports/site.ts';
import type { CardBook } from './card-book.ts';
import type { Deviation } from './deviations.ts';
import type { SiteLog } from './log.ts';
import type { Note, Outlet } from './outlet.ts';
import type { PowerLimits } from './power-limits.ts';
import type { Reservations } from './reservations.ts';
import type { Serial } from './serial.ts';
import type { Shelf } from './shelf.ts';
import type { Spending } from './spending.ts';
import type { Waits } from './waits.ts';

/** What the site knows of one connector. */
export interface ConnectorMemory {
  readonly connectorNo: number;
  /** The pile's word between reports. */
  faulted: boolean;
  seen: SeenMeasurement | undefined;
  /** The last `ConnectorChanged`, as text: the next one must differ. */
  told: string;
  /** A number that it charges under and that nobody here gave out. */
  strange: string | undefined;
}

/** What the site knows of one pile. */
export interface PileMemory {
  known: KnownPile;
  online: boolean;
  link: PileLink | undefined;
  /** A start may take so long at it; `undefined`: as long as at any other. */
  startConfirmMs: number | undefined;
  /** When it logged in last, on the monotonic clock. */
  loggedInMono: number;
  /** The tariff that it holds; `undefined`: not known since it was lost. */
  held: Tariff | undefined;
  /** When a tariff was pushed last, on the monotonic clock. */
  pushedMono: number | undefined;
  /** Adopted at the site by a person; a configuration without it does not take that back. */
  byHand: boolean;
  /** When newer logins took its place lately, on the monotonic clock. */
  evictedMono: readonly number[];
  readonly connectors: Map<number, ConnectorMemory>;
  /** What its driver has noted. */
  readonly notes: Map<string, unknown>;
  /** Rules that it breaks; read from its notes when first wanted. */
  deviations: Map<string, Deviation> | undefined;
  savesDeviations: boolean;
  readonly serial: Serial;
  told: string;
}

/** News that commands wait for: of an order, or that a connector or pile has answered. */
export type News =
  | OrderNews
  | { readonly news: 'answered'; readonly refusal: Refusal | null }
  | {
      readonly news: 'operated';
      readonly outcome: Extract<PileEvent, { type: 'Operated' }>['outcome'];
      readonly answer: unknown;
    };

/** What has just changed, for pages that watch. */
export type Touched =
  | { readonly what: 'pile'; readonly pileNo: string }
  | { readonly what: 'connector'; readonly pileNo: string; readonly connectorNo: number }
  | { readonly what: 'order'; readonly event: OrderEvent };

/** Counters of the site, for the metrics page. */
export interface SiteCounts {
  starts: number;
  refusedStarts: number;
  records: number;
  duplicateRecords: number;
  orphans: number;
  alarms: number;
  ledgerRefusals: number;
}

/** Everything that the parts of the site share; only they write to it. */
export interface SiteRoom {
  readonly config: EdgeConfig;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: SiteLog;
  readonly shelf: Shelf;
  readonly piles: Map<string, PileMemory>;
  readonly notes: Outlet<Note>;
  readonly measurements: Outlet<OutgoingEvent>;
  readonly spending: Spending;
  readonly cards: CardBook;
  readonly reservations: Reservations;
  readonly limits: PowerLimits;
  readonly waits: Waits<News>;
  readonly counts: SiteCounts;
  /** Orders of one charge over several connectors: order number → its group. */
  readonly groups: Map<string, string>;
  /** Deadlines that are armed: order number → cancel. */
  readonly deadlines: Map<string, () => void>;
  /** Alarms raised lately: code and pile → when, on the monotonic clock. */
  readonly raised: Map<string, number>;
  /** Orders numbered so far ([ORD-14]). */
  numbered: number;
  /** Charges that piles began, numbered so far ([ORD-20]). */
  chargesNumbered: number;
  /** Unknown piles that the hub has been told of since the start. */
  strangersTold: number;
  readonly touch: (touched: Touched) => void;
}

export const momentOf = ({ clock }: SiteRoom): Moment => ({
  wallMs: clock.nowMs(),
  monoMs: clock.monoMs(),
});

export const connectorOf = (pile: PileMemory, connectorNo: number): ConnectorMemory => {
  const known = pile.connectors.get(connectorNo);
  if (known !== undefined) return known;
  const made: ConnectorMemory = {
    connectorNo,
    faulted: false,
    seen: undefined,
    told: '',
    strange: undefined,
  };
  pile.connectors.set(connectorNo, made);
  return made;
};
