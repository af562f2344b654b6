import type { OcppVersion } from '@holdfast/protocols/ocpp/version';
import type { Payload } from './payload.ts';
import type { Reading } from './register.ts';
import type { Call, Charge, Gun, Job, PileState, Status } from './state.ts';
import type { PileStep } from './step.ts';

/** What the other side thinks of a boot. */
export interface BootAnswer {
  readonly status: 'Accepted' | 'Pending' | 'Rejected';
  readonly nowMs: number | undefined;
  readonly intervalMs: number;
}

/** What the other side thinks of a begun charge. */
export interface BeginAnswer {
  readonly allowed: boolean;
  readonly no: number | null;
}

/** Why a charge ended, in words that every version has names for. */
export type EndReason =
  | 'Local'
  | 'Remote'
  | 'EVDisconnected'
  | 'PowerLoss'
  | 'DeAuthorized'
  | 'UnlockCommand'
  | 'SoftReset'
  | 'HardReset';

/** Does a call of the other side and answers it; `call` goes back with the answer. */
export type OnCall = (state: PileState, payload: Payload, call: number, nowMs: number) => PileStep;

/**
 * What differs between the versions of OCPP: how a pile says things and what it can be asked to do.
 * All that it lives through, cars, cards, meters, outages, is the same.
 */
export interface Dialect {
  readonly version: OcppVersion;
  readonly settings: ReadonlyMap<string, string>;
  readonly boot: (state: PileState, why: 'PowerUp' | 'Triggered') => Call;
  readonly readBoot: (payload: Payload) => BootAnswer;
  readonly heartbeat: Call;
  readonly readTime: (payload: Payload) => number | undefined;
  readonly status: (gun: Gun, status: Status, atMs: number) => Call;
  readonly authorize: (card: string) => Call;
  readonly readAuthorize: (payload: Payload) => boolean;
  /** Times in readings are the world's; a call carries those of the pile's clock. */
  readonly begun: (state: PileState, gun: Gun, charge: Charge) => Call;
  readonly readBegun: (payload: Payload) => BeginAnswer;
  readonly sampled: (
    state: PileState,
    gun: Gun,
    charge: Charge,
    readings: readonly Reading[],
  ) => Call;
  readonly ended: (state: PileState, gun: Gun, charge: Charge, reason: EndReason) => Call;
  /** The message as it goes out, with the number that its charge has by now. */
  readonly stamped: (state: PileState, ref: string, call: Call) => Call;
  /** Whether a pile may go on without an answer to its begin (1.6: −1). */
  readonly mayForgetBegin: boolean;
  /** Name of a charge as the other side keeps it. */
  readonly keyOf: (state: PileState, gun: Gun, charge: Charge) => string;
  readonly onCall: Readonly<Record<string, OnCall>>;
  readonly onJob: (state: PileState, job: Job, done: boolean, text: string) => PileStep;
}
