import { type Books, openBooks } from './books.ts';
import { type Faults, NO_FAULTS } from './faults.ts';
import { randomOf } from './random.ts';
import type { RunningPile, RunPile } from './running-pile.ts';
import { CARDS_PER_GUN, cardNoOf, type Pace, pileNoOf, SHOW_PACE, vinOf } from './setup.ts';
import type { PileTime } from './surroundings.ts';

export interface FleetOptions {
  readonly count: number;
  /** Index of the first pile: fleets of several sites do not share numbers. */
  readonly first: number;
  readonly connectors: number;
  readonly powerW: number;
  readonly seed: number;
  readonly faults: Faults;
  readonly pace: Pace;
  readonly remoteOneIn: number;
  /** Piles connect within this time, not all at once. */
  readonly rampMs: number;
  readonly time: PileTime;
  /** What the piles speak, and to whom. */
  readonly runPile: RunPile;
  /** Books to write in beside other fleets; left out: the fleet's own. */
  readonly books?: Books;
}

export const FLEET_DEFAULTS: Omit<FleetOptions, 'time' | 'runPile'> = {
  count: 10,
  first: 0,
  connectors: 2,
  powerW: 120_000,
  seed: 1,
  faults: NO_FAULTS,
  pace: SHOW_PACE,
  remoteOneIn: 4,
  rampMs: 3_000,
};

/** Many piles with one set of books. */
export interface Fleet {
  readonly books: Books;
  readonly charging: () => number;
  /** Lets running charges end and no new ones begin. */
  readonly closeTheShop: () => void;
  /** Charges that still run plus records that nobody has confirmed. */
  readonly unfinished: () => number;
  readonly stop: () => void;
}

export function runFleet(options: FleetOptions): Fleet {
  const books = options.books ?? openBooks();
  const random = randomOf(options.seed);
  const piles: RunningPile[] = [];
  let closing = false;
  const starts = Array.from({ length: options.count }, (_, i) =>
    options.time.after(Math.floor((i * options.rampMs) / options.count), () => {
      const pileNo = pileNoOf(options.first + i);
      const pile = options.runPile(
        {
          pileNo,
          connectorCount: options.connectors,
          powerW: options.powerW,
          pace: options.pace,
          faults: options.faults,
          random: random.fork(pileNo),
          remoteOneIn: options.remoteOneIn,
        },
        books,
      );
      if (closing) pile.closeTheShop();
      piles.push(pile);
    }),
  );
  const charging = (): number => piles.reduce((sum, pile) => sum + pile.charging(), 0);
  return {
    books,
    charging,
    closeTheShop() {
      closing = true;
      for (const pile of piles) pile.closeTheShop();
    },
    unfinished: () => charging() + books.unconfirmed(),
    stop() {
      for (const cancel of starts) cancel();
      for (const pile of piles) pile.stop();
    },
  };
}

/** Fleets of several protocols at one site, as one; they write in the same books. */
export function joinFleets(books: Books, fleets: readonly Fleet[]): Fleet {
  const charging = (): number => fleets.reduce((sum, fleet) => sum + fleet.charging(), 0);
  return {
    books,
    charging,
    closeTheShop() {
      for (const fleet of fleets) fleet.closeTheShop();
    },
    unfinished: () => charging() + books.unconfirmed(),
    stop() {
      for (const fleet of fleets) fleet.stop();
    },
  };
}

/** What an edge must know so that this fleet's cars are served: piles, cards and VINs. */
export function fleetLists(options: Pick<FleetOptions, 'count' | 'first' | 'connectors'>): {
  piles: string[];
  cards: { cardNo: string; account: string }[];
  vins: { vin: string; account: string }[];
} {
  const piles = Array.from({ length: options.count }, (_, i) => pileNoOf(options.first + i));
  const guns = piles.flatMap((pileNo) =>
    Array.from({ length: options.connectors }, (_, i) => ({ pileNo, gun: i + 1 })),
  );
  return {
    piles,
    cards: guns.flatMap(({ pileNo, gun }) =>
      Array.from({ length: CARDS_PER_GUN }, (_, i) => ({
        cardNo: cardNoOf(pileNo, gun, i),
        account: `card-${cardNoOf(pileNo, gun, i)}`,
      })),
    ),
    vins: guns.map(({ pileNo, gun }) => ({
      vin: vinOf(pileNo, gun),
      account: `car-${vinOf(pileNo, gun)}`,
    })),
  };
}
