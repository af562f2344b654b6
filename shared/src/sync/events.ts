import type { OrderEvent } from '../order/order.ts';
import type { ConnectorState, Measurement } from '../pile/measurement.ts';
import type { CommandAnswer } from './commands.ts';

/** State of a pile as the site knows it. */
export interface PileChanged {
  readonly kind: 'PileChanged';
  readonly pileNo: string;
  readonly vendor: string;
  readonly online: boolean;
  readonly adopted: boolean;
  readonly connectorCount: number;
  readonly dc: boolean;
  readonly firmware: string;
  readonly protocolVersion: string;
}

/** State of a connector; sent when it changes, latest wins. */
export interface ConnectorChanged {
  readonly kind: 'ConnectorChanged';
  readonly pileNo: string;
  readonly connectorNo: number;
  readonly state: ConnectorState;
  readonly plugged: boolean | null;
  readonly orderNo: string | null;
  readonly faults: readonly string[];
}

/** Live values of a connector. */
export interface MeasuredEvent {
  readonly kind: 'Measured';
  readonly pileNo: string;
  readonly measurement: Measurement;
}

export interface CommandAnswered {
  readonly kind: 'CommandAnswered';
  readonly answer: CommandAnswer;
}

export interface AlarmRaised {
  readonly kind: 'AlarmRaised';
  readonly code: string;
  readonly pileNo: string | null;
  readonly text: string;
}

/** Something at the piles' doors; its words stand in `SECURITY_EVENTS`. */
export interface SecurityRaised {
  readonly kind: 'SecurityRaised';
  readonly code: string;
  /** As it was claimed; `null`: nobody said. */
  readonly pileNo: string | null;
  readonly address: string | null;
  readonly detail: string;
  /** How many of the same it stands for. */
  readonly count: number;
}

/** The edge's clock was stepped by more than two seconds ([SYNC-9]). */
export interface ClockStepped {
  readonly kind: 'ClockStepped';
  readonly fromMs: number;
  readonly toMs: number;
}

/** Raw frames of a pile, uploaded on demand. */
export interface FramesCaptured {
  readonly kind: 'FramesCaptured';
  readonly pileNo: string;
  readonly frames: readonly { readonly atMs: number; readonly up: boolean; readonly hex: string }[];
}

/** Everything that an edge tells the hub, whatever the pile speaks. */
export type SiteEvent =
  | OrderEvent
  | PileChanged
  | ConnectorChanged
  | MeasuredEvent
  | CommandAnswered
  | AlarmRaised
  | SecurityRaised
  | ClockStepped
  | FramesCaptured;
