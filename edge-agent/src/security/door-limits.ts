/** Limits on whoever has not come in yet. */
export interface DoorLimits {
  /** A handshake, TLS or HTTP, may take so long, milliseconds. */
  readonly handshakeMs: number;
  /** Longest header of the request that asks for a WebSocket, bytes. */
  readonly headerBytes: number;
}
