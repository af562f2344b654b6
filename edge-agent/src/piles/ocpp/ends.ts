import type { RpcBreak } from '@holdfast/protocols/ocpp/rpc/port';
import type { SecurityCode } from '@holdfast/shared/pile/security-event';

/** What an end of the RPC layer means to whoever watches the doors. */
export const BREAKS: Readonly<Record<RpcBreak, SecurityCode | null>> = {
  deaf: null,
  stuck: null,
  garbage: 'invalid-messages',
  overrun: 'flood',
};

/** WebSocket close codes (RFC 6455 §7.4.1). */
export const CLOSE = { normal: 1_000, policy: 1_008, tooBig: 1_009 } as const;
