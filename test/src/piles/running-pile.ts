import type { Books } from './books.ts';
import type { PileSetup } from './setup.ts';

/** A virtual pile that lives, whatever it speaks. */
export interface RunningPile {
  /** Charges that run now. */
  readonly charging: () => number;
  /** Lets running charges end and no new ones begin. */
  readonly closeTheShop: () => void;
  readonly stop: () => void;
}

/** Runs a pile of one protocol against one platform; it connects again by itself. */
export type RunPile = (setup: PileSetup, books: Books) => RunningPile;
