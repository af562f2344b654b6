import type { OcppVersion } from '@holdfast/protocols/ocpp/version';

/** What comes to an OCPP driver: the station's calls, its answers to ours, and the opening itself. */
export type OcppUp =
  /** The socket is there and has passed the front; the first message of every connection. */
  | { readonly is: 'opened'; readonly version: OcppVersion; readonly address: string }
  /** A CALL, read and repaired as the station's mode says; `call` is given back with the answer. */
  | {
      readonly is: 'call';
      readonly call: number;
      readonly action: string;
      readonly payload: Readonly<Record<string, unknown>>;
    }
  /** A SEND of 2.1: nothing is answered. */
  | {
      readonly is: 'send';
      readonly action: string;
      readonly payload: Readonly<Record<string, unknown>>;
    }
  /** The answer to a call of ours; `late`: after its time-out. `tag` as it was given. */
  | {
      readonly is: 'result';
      readonly tag: string;
      readonly action: string;
      readonly payload: Readonly<Record<string, unknown>>;
      readonly late: boolean;
    }
  | {
      readonly is: 'failed';
      readonly tag: string;
      readonly action: string;
      readonly why: 'error' | 'timeout' | 'lost' | 'full';
      readonly code: string;
      readonly description: string;
    }
  /** The station broke a rule, and the layer below has dealt with it. */
  | {
      readonly is: 'deviation';
      readonly rule: string;
      readonly action: string;
      readonly path: string;
      readonly seen: string;
      readonly repair: string;
    };

/** What an OCPP driver has sent. A call that nobody answers on purpose stays open (pitfall C18). */
export type OcppDown =
  | { readonly is: 'answer'; readonly call: number; readonly payload: object }
  | {
      readonly is: 'error';
      readonly call: number;
      readonly code: string;
      readonly description: string;
    }
  | {
      readonly is: 'call';
      readonly action: string;
      readonly payload: object;
      /** Comes back with the answer. */
      readonly tag: string;
      /** Urgent before normal before background; left out: as the action's table says. */
      readonly priority?: 'urgent' | 'normal' | 'background';
      readonly timeoutMs?: number;
    };
