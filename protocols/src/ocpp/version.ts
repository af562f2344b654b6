/** Versions of OCPP-J that are spoken here. */
export type OcppVersion = '1.6' | '2.0.1' | '2.1';

/** Our preference, best first; the order in which a station lists its own does not matter. */
export const OCPP_VERSIONS = ['2.1', '2.0.1', '1.6'] as const satisfies readonly OcppVersion[];

const PREFIX = 'ocpp';

/** Name of a version in `Sec-WebSocket-Protocol`. */
export const subprotocolOf = (version: OcppVersion): string => `${PREFIX}${version}`;

/** What is set for a station. */
export interface VersionPolicy {
  /** The highest version to agree on; left out: the highest there is. */
  readonly cap?: OcppVersion;
  /** For firmware that offers nothing, or nothing known: go on as if this had been agreed. */
  readonly assume?: OcppVersion;
}

export type Negotiation =
  /** Answer the handshake with this subprotocol. */
  | { readonly is: 'agreed'; readonly version: OcppVersion; readonly subprotocol: string }
  /** Answer without the header and stay open: the station's policy says which version it speaks. */
  | { readonly is: 'assumed'; readonly version: OcppVersion }
  /** Complete the handshake without the header, then close at once (2.x part 4 §3.3). */
  | { readonly is: 'none'; readonly offered: readonly string[] };

/** The names in a `Sec-WebSocket-Protocol` header, in their order. */
const offeredIn = (header: string | undefined): readonly string[] =>
  (header ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

/**
 * The version to speak, from the header alone: names are compared exactly, and what a URL says
 * decides nothing (2.1 part 4 §3.1).
 */
export function negotiate(header: string | undefined, policy: VersionPolicy = {}): Negotiation {
  const offered = offeredIn(header);
  const from = policy.cap === undefined ? 0 : OCPP_VERSIONS.indexOf(policy.cap);
  for (const version of OCPP_VERSIONS.slice(from)) {
    const subprotocol = subprotocolOf(version);
    if (offered.includes(subprotocol)) return { is: 'agreed', version, subprotocol };
  }
  if (policy.assume !== undefined) return { is: 'assumed', version: policy.assume };
  return { is: 'none', offered };
}
