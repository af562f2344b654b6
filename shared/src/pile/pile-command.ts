import type { Tariff } from '../money/tariff.ts';
import type { Fen } from '../units.ts';
import type { PileCharge } from './pile-charge.ts';
import type { Refusal } from './refusals.ts';

/** What the site asks of a driver; the same for every protocol. */
export type PileCommand =
  | {
      readonly do: 'start';
      readonly connectorNo: number;
      readonly tradeNo: string;
      readonly cardNo: string | null;
      readonly balance: Fen;
    }
  /** One charge over several connectors (并充): all of them start, or none. */
  | {
      readonly do: 'startTogether';
      readonly connectors: readonly { readonly connectorNo: number; readonly tradeNo: string }[];
      readonly cardNo: string | null;
      readonly balance: Fen;
    }
  | { readonly do: 'stop'; readonly connectorNo: number }
  | {
      readonly do: 'allowStart';
      readonly connectorNo: number;
      readonly request: string;
      readonly tradeNo: string;
      readonly cardNo: string | null;
      readonly balance: Fen;
    }
  | {
      readonly do: 'refuseStart';
      readonly connectorNo: number;
      readonly request: string;
      readonly refusal: Refusal;
    }
  /** The answer to `CardChecked`. */
  | ({ readonly do: 'answerCard'; readonly request: string } & CardVerdict)
  /** The answer to `ChargeBegan`: the order is on disk. With a refusal it runs against our will. */
  | {
      readonly do: 'chargeStored';
      readonly connectorNo: number;
      readonly request: string;
      readonly tradeNo: string;
      readonly charge: PileCharge;
      readonly refusal: Refusal | null;
      readonly group: string | null;
      /** When the card expires; left out, or `null`: it does not. */
      readonly expiresAtMs?: number | null;
    }
  /**
   * The record is on disk: the pile may forget it. `request` as in `RecordUploaded`, `card` of whoever
   * it named as having ended the charge.
   */
  | {
      readonly do: 'recordStored';
      readonly tradeNo: string;
      readonly request?: string;
      readonly card?: CardVerdict;
    }
  | { readonly do: 'pushTariff'; readonly tariff: Tariff }
  | { readonly do: 'readNow'; readonly connectorNo: number }
  | { readonly do: 'setClock' }
  /** The payer has more (or less) to spend while the charge runs. */
  | {
      readonly do: 'setBalance';
      readonly connectorNo: number;
      readonly cardNo: string | null;
      readonly balance: Fen;
    }
  /** `maxPowerPercent` of the rated power of the whole pile. */
  | { readonly do: 'setLimits'; readonly enabled: boolean; readonly maxPowerPercent: number }
  /**
   * Most that a connector (`null`: the whole pile) may draw from now on, W; `null`: no limit of ours.
   * It falls back to the pile's safe limit after `validSeconds` unless it is renewed.
   */
  | {
      readonly do: 'limitPower';
      readonly connectorNo: number | null;
      readonly maxW: number | null;
      readonly validSeconds: number;
    }
  /** An operation by the name that the pile's protocol gives it; `Operated` answers. */
  | {
      readonly do: 'operate';
      readonly request: string;
      readonly operation: string;
      readonly parameters: unknown;
    }
  /** Cards that the pile may accept while it is alone (离线卡). */
  | { readonly do: 'addCards'; readonly cards: readonly OfflineCard[] }
  | { readonly do: 'removeCards'; readonly cardNos: readonly string[] }
  | { readonly do: 'findCards'; readonly cardNos: readonly string[] }
  /** 地锁: the lock of the parking bay at a connector. */
  | { readonly do: 'setLock'; readonly connectorNo: number; readonly up: boolean }
  | { readonly do: 'reboot'; readonly whenIdle: boolean }
  | {
      readonly do: 'updateFirmware';
      readonly source: FirmwareSource;
      readonly ratedPowerKw: number;
      readonly whenIdle: boolean;
      readonly timeoutMinutes: number;
    };

/** What the site thinks of a card. */
export interface CardVerdict {
  readonly refusal: Refusal | null;
  /** Cards of one group may stop each other's charges. */
  readonly group: string | null;
  readonly expiresAtMs: number | null;
}

/** `printedNo`: the digits on the card; `cardNo`: what the reader reads, as hex. */
export interface OfflineCard {
  readonly printedNo: string;
  readonly cardNo: string;
}

/** Where a pile fetches its firmware (FTP). */
export interface FirmwareSource {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly path: string;
}
