import type { OcppVersion } from '@holdfast/protocols/ocpp/version';
import type { PileTime } from '../surroundings.ts';
import type { Job } from './state.ts';

/** Who connects, as what, and how it proves it. */
export interface StationCall {
  readonly identity: string;
  readonly version: OcppVersion;
  /** Basic authentication; `null`: none. */
  readonly password: string | null;
}

export interface TextEvents {
  readonly connected: () => void;
  readonly disconnected: () => void;
  readonly received: (text: string) => void;
}

/** One WebSocket. What is written to a closed one goes nowhere. */
export interface TextWire {
  readonly write: (text: string) => void;
  /** Says goodbye. */
  readonly end: () => void;
  /** Breaks without a farewell. */
  readonly destroy: () => void;
}

/** Time, the way out, and files, as a virtual OCPP pile sees them. */
export interface OcppSurroundings {
  readonly time: PileTime;
  /** Opens a WebSocket to the platform; each event comes once it has happened. */
  readonly open: (station: StationCall, events: TextEvents) => TextWire;
  /** Fetches or sends a file, makes a key; `text` is what came of it. Never rejects. */
  readonly carryOut: (job: Job) => Promise<{ readonly done: boolean; readonly text: string }>;
}
