import type { Tariff } from '@holdfast/shared/money/tariff';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { PileEvent } from '@holdfast/shared/pile/pile-event';

/** What the site knows of a pile before it has said anything. */
export interface PileProfile {
  readonly pileNo: string;
  readonly adopted: boolean;
  /** Name of a dialect of its protocol; `undefined` for the standard one. */
  readonly dialect: string | undefined;
}

/** What fronts and drivers may ask of the site at once, from memory. */
export interface SiteView {
  readonly pile: (pileNo: string) => PileProfile | undefined;
  /** The tariff that a pile must hold now; `undefined`: none, so no charging. */
  readonly tariffFor: (pileNo: string) => Tariff | undefined;
}

/**
 * The site as the session shells see it. Events of one pile come in order, one at a time: the shell
 * waits for the returned promise before it hands over the next (back-pressure).
 */
export interface Site extends SiteView {
  readonly onPileEvent: (pile: PileLink, event: PileEvent) => Promise<void>;
}

/** A pile that is connected now. */
export interface PileLink {
  readonly pileNo: string;
  readonly vendor: string;
  readonly capabilities: readonly PileCapability[];
  /** Hands a command to the driver; a lost connection swallows it (the order machine has deadlines). */
  readonly send: (command: PileCommand) => void;
  readonly close: (why: string) => void;
}

export type PileCapability =
  | 'remote-start'
  | 'remote-stop'
  | 'tariff-push'
  | 'power-limit'
  | 'reboot';
