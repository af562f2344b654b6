import type { ReadMode } from '@holdfast/protocols/ocpp/reading';
import type { RpcPort } from '@holdfast/protocols/ocpp/rpc/port';
import type { OcppVersion } from '@holdfast/protocols/ocpp/version';
import type { Doorkeeper } from '../../ports/doorkeeper.ts';
import type { Capture } from '../capture.ts';
import type { SessionRoom } from '../session.ts';
import type { StationCounts, StationLimits } from './limits.ts';
import type { OcppDown, OcppUp } from './messages.ts';
import type { StationLine, StationMemory } from './stations.ts';

/** The WebSocket, as far as a connection needs it. */
export interface StationWire extends RpcPort {
  readonly ping: () => void;
  /** Ends at once: there is nobody to say goodbye to. */
  readonly terminate: () => void;
}

/** A station that has passed the door. */
export interface Station {
  readonly version: OcppVersion;
  readonly mode: ReadMode;
  readonly address: string;
  /** Names the connection, and begins the ids of its messages; never used twice. */
  readonly connectionId: string;
  readonly memory: StationMemory;
}

/** What every OCPP connection of a front shares. */
export interface StationRoom extends Omit<SessionRoom<never, OcppUp, OcppDown>, 'driver'> {
  readonly capture: Capture;
  readonly counts: StationCounts;
  readonly limits: StationLimits;
  readonly report: Doorkeeper['report'];
}

/** An OCPP connection as its front sees it. */
export interface StationConnection extends StationLine {
  /** The socket is ready: the driver hears of it. */
  readonly open: () => void;
  readonly received: (text: string) => void;
  /** A ping of ours was answered. */
  readonly ponged: () => void;
  /** A ping of theirs, or any other sign of life. */
  readonly heard: () => void;
  /** The socket is gone. */
  readonly lost: () => void;
  readonly close: (code: number, why: string) => void;
}

export type OpenStation = (
  room: StationRoom,
  station: Station,
  wire: StationWire,
) => StationConnection;
