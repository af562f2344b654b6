import type { ChargeRecord } from '../order/record.ts';
import type { Measurement } from './measurement.ts';
import type { PileCommand } from './pile-command.ts';
import type { Refusal } from './refusals.ts';

/** How a driver presents whoever wants to charge. */
export type Identity =
  | { readonly by: 'card'; readonly cardNo: string; readonly passwordMd5: string | null }
  | { readonly by: 'vin'; readonly vin: string };

/** What a driver tells the site about its pile; the same for every protocol. */
export type PileEvent =
  | {
      readonly type: 'PileLoggedIn';
      readonly protocolVersion: string;
      readonly firmware: string;
      readonly connectorCount: number;
      readonly dc: boolean;
    }
  | { readonly type: 'PileLost'; readonly why: 'closed' | 'silent' | 'evicted' }
  | { readonly type: 'Measured'; readonly measurement: Measurement }
  | { readonly type: 'ConnectorHealth'; readonly connectorNo: number; readonly faulted: boolean }
  | {
      readonly type: 'StartAsked';
      readonly connectorNo: number;
      /** Opaque to the site; comes back with the answer. */
      readonly request: string;
      readonly identity: Identity;
      /** Connectors that ask with the same group make one charge (并充): all start, or none. */
      readonly group?: string;
    }
  | {
      readonly type: 'StartAnswered';
      readonly connectorNo: number;
      readonly tradeNo: string;
      readonly refusal: Refusal | null;
    }
  | {
      readonly type: 'StopAnswered';
      readonly connectorNo: number;
      readonly refusal: Refusal | null;
    }
  | {
      readonly type: 'RecordUploaded';
      readonly record: ChargeRecord;
      /** The whole frame as hex: on disk before the pile is answered (ykc.md §12.6). */
      readonly rawHex: string;
      readonly frameType: string;
    }
  | { readonly type: 'TariffAnswered'; readonly modelNo: string; readonly accepted: boolean }
  | { readonly type: 'ClockAnswered'; readonly pileTimeMs: number | null }
  /** The answer to a command that has no event of its own (limits, cards, reboot, firmware …). */
  | {
      readonly type: 'CommandAnswered';
      readonly command: PileCommand['do'];
      /** `null`: it concerns the whole pile. */
      readonly connectorNo: number | null;
      readonly accepted: boolean;
      /** What the pile said besides, for display. */
      readonly detail: Readonly<Record<string, unknown>>;
    }
  /** BMS data, lock states and whatever else a technician may want to read; decoded, for display. */
  | {
      readonly type: 'Observed';
      readonly name: string;
      readonly body: Readonly<Record<string, unknown>>;
    };
