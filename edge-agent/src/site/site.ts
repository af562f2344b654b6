import type { SeenMeasurement } from '@holdfast/shared/api/present';
import type { Order } from '@holdfast/shared/order/order';
import type { Command } from '@holdfast/shared/sync/commands';
import type { ConnectorChanged, PileChanged } from '@holdfast/shared/sync/events';
import { nextChangeAfter } from '../config/tariff-book.ts';
import type { EdgeConfig } from '../config.ts';
import { sessionOf } from '../orders/opening.ts';
import type { Session } from '../orders/session.ts';
import type { FrameCapture } from '../ports/captures.ts';
import type { Clock, Timers } from '../ports/clock.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { OpenCharge, OperationCatalogue, Site } from '../ports/site.ts';
import { type CardBook, openCardBook } from './card-book.ts';
import { tellCardsToAll, tendCardLists } from './card-lists.ts';
import { CHARGES_NUMBERED } from './charges.ts';
import { execute, type Result } from './commands.ts';
import { type Deviation, deviationsOf } from './deviations.ts';
import { type SiteLog, silentLog } from './log.ts';
import { restoreNotes } from './notes.ts';
import { measurementOutlet, noteOutlet } from './outlet.ts';
import { onEvent } from './pile-events.ts';
import { adoptPile, COME_BACK_MS, meetPile, profileOf, restorePiles, tellAbsent } from './piles.ts';
import { powerLimits, type WantedLimit } from './power-limits.ts';
import { pushTariffs, tariffFor } from './prices.ts';
import { connectorChangedOf, pileChangedOf, tellClockStep } from './reports.ts';
import { openReservations, type Reservations } from './reservations.ts';
import {
  momentOf,
  type News,
  type PileMemory,
  type SiteCounts,
  type SiteRoom,
  type Touched,
} from './room.ts';
import { shelf } from './shelf.ts';
import { spending } from './spending.ts';
import { NUMBERED } from './starts.ts';
import { armDeadline } from './stepper.ts';
import { openWaits } from './waits.ts';

const TEND_MS = 60_000;
const NO_NOTES: ReadonlyMap<string, unknown> = new Map();

export interface SiteOptions {
  readonly config: EdgeConfig;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly capture: FrameCapture;
  readonly log?: SiteLog;
}

/** A pile as the pages show it. */
export interface SeenPile {
  readonly pile: Omit<PileChanged, 'kind'>;
  readonly lastSeenMs: number;
}

/** A connector as the pages show it. */
export interface SeenConnector {
  readonly vendor: string;
  readonly connector: Omit<ConnectorChanged, 'kind'>;
  readonly seen: SeenMeasurement | undefined;
}

/** What the local API reads; from memory, at once. */
export interface SiteMemory {
  readonly piles: () => readonly SeenPile[];
  readonly pile: (pileNo: string) => SeenPile | undefined;
  readonly connectors: () => readonly SeenConnector[];
  readonly connector: (pileNo: string, connectorNo: number) => SeenConnector | undefined;
  /** An order that is open or was closed lately. */
  readonly order: (orderNo: string) => Order | undefined;
  readonly openOrders: () => readonly Order[];
  readonly counts: () => Readonly<SiteCounts>;
  /** Rules that a pile breaks, the most frequent first. */
  readonly deviations: (pileNo: string) => readonly Deviation[];
  /** What may be asked of a pile by name; `undefined`: nothing, or it is not connected. */
  readonly operations: (pileNo: string) => OperationCatalogue | undefined;
  readonly limits: () => readonly WantedLimit[];
  readonly waitingNotes: () => number;
  readonly droppedMeasurements: () => number;
  readonly onTouched: (listener: (touched: Touched) => void) => void;
}

/** The site: knows its piles and orders, decides, and is the only one that opens and closes orders. */
export interface RunningSite extends Site {
  readonly memory: SiteMemory;
  /** Carries a command out; for the command desk alone, which keeps it from running twice. */
  readonly execute: (command: Command, timeoutMs: number) => Promise<Result>;
  readonly adopt: (pileNo: string) => Promise<void>;
  /** Who may charge here. */
  readonly cards: CardBook;
  /** What is kept for whom. */
  readonly reservations: Reservations;
  /** The order that has a connector now, for the fence of a command. */
  readonly orderAt: (pileNo: string, connectorNo: number) => string | undefined;
  /** Tells the hub of a step of the clock ([SYNC-9]). */
  readonly tellClockStep: (step: { readonly fromMs: number; readonly toMs: number }) => void;
  /** Writes what waits and stops every timer. */
  readonly close: () => Promise<void>;
}

function roomOf(
  options: SiteOptions,
  books: Pick<SiteRoom, 'cards' | 'reservations'>,
  touch: SiteRoom['touch'],
): SiteRoom {
  const { config, ledger, clock, timers, log = silentLog } = options;
  const onRefused = (error: unknown): void => log.error({ err: error }, 'ledger-refused');
  const most = config.limits.telemetryQueue;
  const room: SiteRoom = {
    config,
    ledger,
    clock,
    timers,
    log,
    shelf: shelf(config.limits.recentOrders),
    piles: new Map(),
    notes: noteOutlet({ ledger, timers, most, onRefused }),
    measurements: measurementOutlet({ ledger, timers, most, onRefused }),
    limits: powerLimits(() => room),
    spending: spending(ledger, books.cards),
    ...books,
    waits: openWaits<News>(timers),
    counts: {
      starts: 0,
      refusedStarts: 0,
      records: 0,
      duplicateRecords: 0,
      orphans: 0,
      alarms: 0,
      ledgerRefusals: 0,
    },
    groups: new Map(),
    deadlines: new Map(),
    raised: new Map(),
    numbered: 0,
    chargesNumbered: 0,
    strangersTold: 0,
    touch,
  };
  return room;
}

/** [ORD-16]: open orders go on where the ledger has them. */
async function restore(room: SiteRoom): Promise<void> {
  await restorePiles(room);
  await restoreNotes(room);
  room.limits.restore();
  room.numbered = await room.ledger.counter(NUMBERED);
  room.chargesNumbered = await room.ledger.counter(CHARGES_NUMBERED);
  for (const order of await room.ledger.openOrders()) {
    const session = sessionOf(order, momentOf(room));
    room.shelf.put(session);
    armDeadline(room, meetPile(room, order.pileNo, order.vendor), session);
  }
  room.log.info({ piles: room.piles.size, orders: room.shelf.open().length }, 'site-restored');
}

function memoryOf(room: SiteRoom, listeners: ((touched: Touched) => void)[]): SiteMemory {
  const seenPile = (pile: PileMemory): SeenPile => ({
    pile: pileChangedOf(pile),
    lastSeenMs: pile.online ? room.clock.nowMs() : pile.known.lastSeenMs,
  });
  const seenConnectors = (pile: PileMemory): readonly SeenConnector[] =>
    [...pile.connectors.values()]
      .sort((a, b) => a.connectorNo - b.connectorNo)
      .map((connector) => ({
        vendor: pile.known.vendor,
        connector: connectorChangedOf(room, pile, connector),
        seen: connector.seen,
      }));
  const all = (): readonly PileMemory[] =>
    [...room.piles.values()].sort((a, b) => (a.known.pileNo < b.known.pileNo ? -1 : 1));
  const adopted = (): readonly PileMemory[] => all().filter((pile) => pile.known.adopted);
  return {
    piles: () => all().map(seenPile),
    pile(pileNo) {
      const pile = room.piles.get(pileNo);
      return pile === undefined ? undefined : seenPile(pile);
    },
    connectors: () => adopted().flatMap(seenConnectors),
    connector(pileNo, connectorNo) {
      const pile = room.piles.get(pileNo);
      const connector = pile?.connectors.get(connectorNo);
      if (pile === undefined || connector === undefined) return undefined;
      const changed = connectorChangedOf(room, pile, connector);
      return { vendor: pile.known.vendor, connector: changed, seen: connector.seen };
    },
    order: (orderNo) => room.shelf.get(orderNo)?.order,
    openOrders: () => room.shelf.open().map((session) => session.order),
    counts: () => room.counts,
    deviations(pileNo) {
      const pile = room.piles.get(pileNo);
      return pile === undefined ? [] : deviationsOf(pile);
    },
    operations: (pileNo) => room.piles.get(pileNo)?.link?.operations,
    limits: room.limits.wanted,
    waitingNotes: () => room.notes.waiting(),
    droppedMeasurements: () => room.measurements.dropped(),
    onTouched: (listener) => void listeners.push(listener),
  };
}

/** Looks each minute, and at the very moment when the next tariff begins. */
function tendPrices(room: SiteRoom): () => void {
  let cancel: () => void;
  const look = (): void => {
    pushTariffs(room);
    const nowMs = room.clock.nowMs();
    const next = nextChangeAfter(room.config.tariffs, nowMs);
    const ms = next === undefined ? TEND_MS : Math.min(TEND_MS, next - nowMs);
    cancel = room.timers.after(ms, look);
  };
  cancel = room.timers.after(TEND_MS, look);
  return () => cancel();
}

const openChargeOf = ({ order }: Session): OpenCharge => ({
  orderNo: order.orderNo,
  connectorNo: order.connectorNo,
  state: order.state,
  charge: order.charge,
  cardNo: order.payer.cardNo,
  openedAtMs: order.openedAtMs,
  chargingAtMs: order.chargingAtMs,
});

/** Opens the site on what its ledger holds. */
export async function openSite(options: SiteOptions): Promise<RunningSite> {
  const listeners: ((touched: Touched) => void)[] = [];
  const cards = await openCardBook(options.ledger, options.config.lists);
  const reservations = await openReservations(options.ledger, options.clock);
  const room = roomOf(options, { cards, reservations }, (touched) => {
    for (const listener of listeners) listener(touched);
  });
  await restore(room);
  cards.onChanged(() => tellCardsToAll(room));
  const stopPrices = tendPrices(room);
  const stopCards = tendCardLists(room);
  const stopAbsent = room.timers.after(COME_BACK_MS, () => tellAbsent(room));

  return {
    pile: (pileNo) => profileOf(room, pileNo),
    tariffFor: (pileNo) => tariffFor(room, pileNo),
    openCharges: (pileNo) => room.shelf.openOf(pileNo).map(openChargeOf),
    notes: (pileNo) => room.piles.get(pileNo)?.notes ?? NO_NOTES,
    onPileEvent(link, event) {
      const pile = meetPile(room, link.pileNo, link.vendor);
      return pile.serial.run(() => onEvent(room, pile, link, event));
    },
    memory: memoryOf(room, listeners),
    execute: (command, timeoutMs) => execute(room, options.capture, command, timeoutMs),
    adopt: (pileNo) => adoptPile(room, pileNo),
    cards,
    reservations,
    orderAt: (pileNo, connectorNo) => room.shelf.taking(pileNo, connectorNo)?.order.orderNo,
    tellClockStep: (step) => tellClockStep(room, step),
    async close() {
      stopPrices();
      stopCards();
      stopAbsent();
      for (const cancel of room.deadlines.values()) cancel();
      room.limits.close();
      room.waits.close();
      await Promise.all([...room.piles.values()].map((pile) => pile.serial.run(() => undefined)));
      await Promise.all([room.notes.close(), room.measurements.close()]);
    },
  };
}
