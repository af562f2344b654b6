import type { Tariff } from '../money/tariff.ts';
import type { Fen } from '../units.ts';
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
  /** The record is on disk: the pile may forget it. */
  | { readonly do: 'recordStored'; readonly tradeNo: string }
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
