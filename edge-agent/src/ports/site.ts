import type { Tariff } from '@holdfast/shared/money/tariff';
import type { OrderState } from '@holdfast/shared/order/order';
import type { PileCharge } from '@holdfast/shared/pile/pile-charge';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { PileEvent } from '@holdfast/shared/pile/pile-event';

/** What the site knows of a pile before it has said anything. */
export interface PileProfile {
  readonly pileNo: string;
  readonly adopted: boolean;
  /** Name of a dialect of its protocol; `undefined` for the standard one. */
  readonly dialect: string | undefined;
  /** Most that it delivers, W, as the configuration says; left out: nobody has said. */
  readonly ratedPowerW?: number | undefined;
}

/** An order that is not closed, as a driver needs it to know its pile's charges again. */
export interface OpenCharge {
  readonly orderNo: string;
  readonly connectorNo: number;
  readonly state: OrderState;
  /** How the pile names it; `undefined` until it has begun. */
  readonly charge: PileCharge | undefined;
  readonly cardNo: string | null;
  readonly openedAtMs: number;
  readonly chargingAtMs: number | null;
}

/** What fronts and drivers may ask of the site at once, from memory. */
export interface SiteView {
  readonly pile: (pileNo: string) => PileProfile | undefined;
  /** The tariff that a pile must hold now; `undefined`: none, so no charging. */
  readonly tariffFor: (pileNo: string) => Tariff | undefined;
  /** Orders of a pile that are starting, charging, stopping or await their record. */
  readonly openCharges: (pileNo: string) => readonly OpenCharge[];
  /** What drivers have noted of a pile (`Noted`), by key. */
  readonly notes: (pileNo: string) => ReadonlyMap<string, unknown>;
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
  /** What may be asked for by name, where the protocol has such (`operate`). */
  readonly operations?: OperationCatalogue | undefined;
  /** A start may take so long here; left out: as the site has it for all. */
  readonly startConfirmMs?: number | undefined;
  /** Hands a command to the driver; a lost connection swallows it (the order machine has deadlines). */
  readonly send: (command: PileCommand) => void;
  readonly close: (why: string) => void;
}

/** One operation that a person may ask of a pile. */
export interface Operation {
  /** As the protocol names it, e.g. `GetConfiguration`. */
  readonly name: string;
  /** JSON schema of its parameters, loaded when somebody asks. */
  readonly schema: () => Promise<unknown>;
}

export interface OperationCatalogue {
  /** What the operations belong to, e.g. `ocpp1.6`. */
  readonly protocol: string;
  readonly operations: readonly Operation[];
}

export type PileCapability =
  | 'remote-start'
  | 'remote-stop'
  | 'tariff-push'
  | 'power-limit'
  /** Keeps a list of cards for the time when it is alone. */
  | 'card-list'
  | 'reboot';
