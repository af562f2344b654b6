import type {
  CommandResource,
  ConnectorResource,
  OrderResource,
  PileResource,
  SiteResource,
  SyncResource,
} from './resources.ts';

/**
 * Live changes at `/api/v1/live` (WebSocket): `hello`, then a whole snapshot, then numbered deltas.
 * A client that comes back within the server's memory says `resume` and gets only what it missed.
 */
export type LiveEntity =
  | { readonly entity: 'site'; readonly value: SiteResource }
  | { readonly entity: 'pile'; readonly value: PileResource }
  | { readonly entity: 'connector'; readonly value: ConnectorResource }
  | { readonly entity: 'order'; readonly value: OrderResource }
  | { readonly entity: 'sync'; readonly value: SyncResource }
  | { readonly entity: 'command'; readonly value: CommandResource };

/** Client → server, first message: the login token (hub; none at the edge's loopback) and where to go on. */
export interface LiveOpen {
  readonly type: 'open';
  readonly token?: string;
  /** Stream id and last number seen, from an earlier connection. */
  readonly resume?: { readonly stream: string; readonly after: number };
}

export type LiveMessage =
  | {
      readonly type: 'hello';
      readonly version: 1;
      readonly stream: string;
      readonly heartbeatMs: number;
    }
  | { readonly type: 'snapshot'; readonly after: number; readonly items: readonly LiveEntity[] }
  /** Several changes at once, at most ten times a second; numbers `from` … `to`. */
  | {
      readonly type: 'delta';
      readonly from: number;
      readonly to: number;
      readonly items: readonly LiveEntity[];
    }
  | { readonly type: 'heartbeat'; readonly after: number; readonly serverMs: number }
  | { readonly type: 'bye'; readonly code: 'slow' | 'unauthorised' | 'closing' };
