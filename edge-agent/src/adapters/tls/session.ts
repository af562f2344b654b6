import type { PeerCertificate, TLSSocket } from 'node:tls';
import type { ShownCertificate, TlsSession } from '../../ports/doorkeeper.ts';
import { serialText } from '../../security/certificate-binding.ts';

/** Identities of the pre-shared keys that handshakes were made with. */
const pskIdentities = new WeakMap<TLSSocket, string>();

export const rememberPsk = (socket: TLSSocket, identity: string): void => {
  pskIdentities.set(socket, identity);
};
export const pskIdentityOf = (socket: TLSSocket): string | null =>
  pskIdentities.get(socket) ?? null;

/** A subject may have several values of a kind; the first is meant. */
const firstOf = (value: string | string[] | undefined): string | null =>
  (Array.isArray(value) ? value[0] : value) ?? null;

/** `DNS:CP01, URI:urn:pile:CP01` without the kinds. */
const namesOf = (text: string | undefined): readonly string[] =>
  (text ?? '')
    .split(', ')
    .map((name) => name.replace(/^[A-Za-z ]+:/, ''))
    .filter((name) => name !== '');

function shownOf(certificate: PeerCertificate): ShownCertificate {
  const subject: Readonly<Record<string, string | string[] | undefined>> = {
    ...certificate.subject,
  };
  return {
    commonName: firstOf(subject['CN']),
    organisation: firstOf(subject['O']),
    subjectSerial: firstOf(subject['serialNumber']),
    serialNumber: serialText(certificate.serialNumber),
    alternativeNames: namesOf(certificate.subjectaltname),
    notBeforeMs: Date.parse(certificate.valid_from),
    notAfterMs: Date.parse(certificate.valid_to),
  };
}

/** What the doorkeeper wants to know of a TLS connection, once its handshake is over. */
export function tlsSessionOf(socket: TLSSocket): TlsSession {
  const peer = socket.getPeerCertificate();
  const isShown = Object.keys(peer ?? {}).length > 0;
  const fault = isShown && !socket.authorized ? String(socket.authorizationError) : null;
  return {
    version: socket.getProtocol() ?? 'unknown',
    certificate: isShown && fault === null ? shownOf(peer) : null,
    certificateFault: fault,
    pskIdentity: pskIdentityOf(socket),
  };
}
