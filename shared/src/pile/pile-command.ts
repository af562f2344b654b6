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
  | { readonly do: 'reboot'; readonly whenIdle: boolean };
