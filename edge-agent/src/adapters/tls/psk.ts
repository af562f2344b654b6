import { constants } from 'node:crypto';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { Doorkeeper } from '../../ports/doorkeeper.ts';
import type { DoorLimits } from '../../security/door-limits.ts';
import { guardConnections, reportHandshakes } from './handshakes.ts';
import { rememberPsk } from './session.ts';

/** With forward secrecy first; the plain ones are what small controllers know. */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-PSK-CHACHA20-POLY1305',
  'ECDHE-PSK-AES128-CBC-SHA256',
  'DHE-PSK-AES128-GCM-SHA256',
  'PSK-AES256-GCM-SHA384',
  'PSK-AES128-GCM-SHA256',
  'PSK-AES128-CCM',
  'PSK-AES128-CCM8',
  'PSK-AES128-CBC-SHA256',
].join(':');
const SOCKET = { noDelay: true, keepAlive: true } as const;

export interface PskOptions {
  readonly doorkeeper: Doorkeeper;
  /** Told to clients, so that one with several keys knows which is meant. */
  readonly hint: string;
  readonly limits: DoorLimits;
  readonly keepAliveMs: number;
}

/** A TLS server for piles on TCP: each has a key of its own, named by its pile number (TLS-PSK). */
export function pskServer(options: PskOptions, onSocket: (socket: TLSSocket) => void): Server {
  const { doorkeeper, hint, limits, keepAliveMs } = options;
  const server = createServer(
    {
      ...SOCKET,
      keepAliveInitialDelay: keepAliveMs,
      minVersion: 'TLSv1.2',
      ciphers: CIPHERS,
      dhparam: 'auto',
      // A session that is taken up again would not say whose key it was made with.
      secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
      pskIdentityHint: hint,
      handshakeTimeout: limits.handshakeMs,
      pskCallback(socket: TLSSocket, identity: string) {
        const key = doorkeeper.pskOf({ address: socket.remoteAddress ?? '', identity });
        if (key !== null) rememberPsk(socket, identity);
        return key;
      },
    },
    onSocket,
  );
  guardConnections(server, doorkeeper);
  reportHandshakes(server, doorkeeper);
  return server;
}
