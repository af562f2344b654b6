import type { MeterReading } from '../money/readings.ts';
import type { ChargeRecord } from '../order/record.ts';
import type { Measurement } from './measurement.ts';
import type { ChargeRef, PileCharge } from './pile-charge.ts';
import type { PileCommand } from './pile-command.ts';
import type { Refusal } from './refusals.ts';

/** How a driver presents whoever wants to charge. */
export type Identity =
  | { readonly by: 'card'; readonly cardNo: string; readonly passwordMd5: string | null }
  | { readonly by: 'vin'; readonly vin: string }
  /** A token of any kind: compared as text, without regard to capitals (OCPP idTag, idToken). */
  | { readonly by: 'token'; readonly token: string; readonly tokenType: string };

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
  /** The pile asks about a card and no more: it may begin a charge with it later (Authorize). */
  | { readonly type: 'CardChecked'; readonly request: string; readonly identity: Identity }
  /**
   * A charge that runs already, or has run: the pile began it, on our word or on its own (OCPP
   * StartTransaction, TransactionEvent). The site stores an order whatever it thinks of the payer.
   */
  | {
      readonly type: 'ChargeBegan';
      readonly connectorNo: number;
      /** Opaque to the site; comes back with the answer. */
      readonly request: string;
      readonly charge: Omit<PileCharge, 'no'>;
      /** The order of ours that it answers: a remote start, or an ask that was allowed. */
      readonly tradeNo: string | null;
      readonly identity: Identity | null;
      /** The pile's clock, repaired; `null`: it cannot be a time. */
      readonly startedAtMs: number | null;
      /** Told after a time without a line: nothing is done about it but to write it down. */
      readonly late: boolean;
      /** The whole message as hex: kept with the order. */
      readonly rawHex: string;
      readonly frameType: string;
    }
  /** Readings of a charge that were told late: for its bill, not for the pages. */
  | {
      readonly type: 'ChargeReadings';
      readonly tradeNo: string;
      readonly readings: readonly MeterReading[];
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
      /** Which charge it is of, where the record has no order number. */
      readonly charge?: ChargeRef;
      /** Opaque to the site; comes back with the receipt. */
      readonly request?: string;
      /** Who ended the charge at the pile; the receipt says what the site thinks of that card. */
      readonly endedBy?: Identity;
    }
  /** A message with values that a meter has signed: kept byte for byte with the order of the charge. */
  | {
      readonly type: 'MeterSigned';
      /** `null`: the charge says it. */
      readonly connectorNo: number | null;
      readonly charge?: ChargeRef;
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
  /** The pile's answer to an operation that was asked for by name. */
  | {
      readonly type: 'Operated';
      readonly request: string;
      /** `unanswered`: it said nothing in time, or its connection was lost. */
      readonly outcome: 'done' | 'refused' | 'failed' | 'unanswered';
      /** What the pile said, as its protocol has it. */
      readonly answer: unknown;
    }
  /** Something to remember of this pile across restarts; `null` forgets it. Small, JSON. */
  | { readonly type: 'Noted'; readonly key: string; readonly value: unknown }
  /** The pile broke a rule of its protocol, and how that was repaired. */
  | {
      readonly type: 'Deviated';
      /** Id of the rule, e.g. `OCPP-B5`. */
      readonly rule: string;
      readonly action: string;
      /** Where in the message, and what stood there. */
      readonly path: string;
      readonly seen: string;
      readonly repair: string;
    }
  /**
   * The pile asks for a certificate of its own (OCPP SignCertificate) and waits for it: it is given by
   * the operation `CertificateSigned`.
   */
  | {
      readonly type: 'CertificateAsked';
      /** PKCS#10 as PEM. */
      readonly request: string;
      /** What for: connections to here, or contracts of cars (ISO 15118). */
      readonly purpose: 'connection' | 'v2g';
      /** What the certificate is sent with, so that the pile knows which request it is of (2.x). */
      readonly echo?: Readonly<Record<string, unknown>>;
    }
  /** BMS data, lock states and whatever else a technician may want to read; decoded, for display. */
  | {
      readonly type: 'Observed';
      readonly name: string;
      readonly body: Readonly<Record<string, unknown>>;
    };
