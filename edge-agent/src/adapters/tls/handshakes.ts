import type { Server as HttpServer } from 'node:http';
import type { Server as NetServer, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { SecurityCode } from '@holdfast/shared/pile/security-event';
import type { Doorkeeper } from '../../ports/doorkeeper.ts';
import { pskIdentityOf } from './session.ts';

/** What a failed handshake is reported as; others are `tls-failed`. */
const TLS_CODES: Readonly<Record<string, SecurityCode>> = {
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'invalid-tls-version',
  ERR_SSL_VERSION_TOO_LOW: 'invalid-tls-version',
  ERR_SSL_WRONG_SSL_VERSION: 'invalid-tls-version',
  ERR_SSL_NO_SHARED_CIPHER: 'invalid-tls-cipher',
  ERR_SSL_NO_SHARED_SIGNATURE_ALGORITHMS: 'invalid-tls-cipher',
  ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM: 'invalid-tls-cipher',
  ERR_TLS_HANDSHAKE_TIMEOUT: 'slow-handshake',
};
/** The key was another one: TLS 1.2 cannot read what follows, TLS 1.3 cannot verify the binder. */
const WRONG_KEY =
  /BAD_RECORD_MAC|DECRYPTION_FAILED|BINDER_DOES_NOT_VERIFY|DIGEST_CHECK_FAILED|DECRYPT_ERROR/;
/** Gone again without a word: port scanners, health checks, the network. */
const QUIET = ['ECONNRESET', 'EPIPE'];

const HTTP_CODES: Readonly<Record<string, readonly [code: SecurityCode, status: string]>> = {
  HPE_HEADER_OVERFLOW: ['oversized-frame', '431 Request Header Fields Too Large'],
  ERR_HTTP_REQUEST_TIMEOUT: ['slow-handshake', '408 Request Timeout'],
};

type Failure = Error & { readonly code?: string };

/** Asks the doorkeeper at each new connection of a server, before its TLS or HTTP begins. */
export function guardConnections(server: NetServer, doorkeeper: Doorkeeper): void {
  server.prependListener('connection', (socket: Socket) => {
    if (doorkeeper.enter(socket.remoteAddress ?? '').ok) return;
    socket.on('error', () => undefined);
    socket.destroy();
  });
}

/** Reports the TLS handshakes of a server that fail ([OCPP-A10]). */
export function reportHandshakes(server: NetServer, doorkeeper: Doorkeeper): void {
  server.on('tlsClientError', (error: Failure, socket: TLSSocket) => {
    const { code = '', message } = error;
    const address = socket.remoteAddress ?? '';
    const identity = pskIdentityOf(socket);
    if (identity !== null && WRONG_KEY.test(code)) {
      doorkeeper.pskFailed({ address, identity });
    } else if (!QUIET.includes(code)) {
      const detail = code === '' ? message.slice(0, 200) : code;
      const event = TLS_CODES[code] ?? 'tls-failed';
      doorkeeper.report({ code: event, pileNo: identity, address, detail });
    }
    socket.destroy();
  });
}

/** Answers and reports requests that are too slow, too long or no HTTP at all. */
export function reportRequests(server: HttpServer, doorkeeper: Doorkeeper): void {
  server.on('clientError', (error: Failure, socket: Socket) => {
    const [code, status] = HTTP_CODES[error.code ?? ''] ?? ['invalid-messages', '400 Bad Request'];
    if (!QUIET.includes(error.code ?? '')) {
      const address = socket.remoteAddress ?? null;
      doorkeeper.report({ code, pileNo: null, address, detail: error.code ?? 'no HTTP' });
    }
    if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);
    else socket.destroy();
  });
}
