import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { identityOf } from '@holdfast/protocols/ocpp/identity';
import { type Negotiation, negotiate } from '@holdfast/protocols/ocpp/version';
import { type WebSocket, WebSocketServer } from 'ws';
import type { PileLog } from '../../piles/log.ts';
import type { Admission } from '../../ports/doorkeeper.ts';
import type { Gate } from '../tcp/gate.ts';
import { tlsSessionOf } from '../tls/session.ts';
import { refuse } from './http-answer.ts';
import type { OcppFrontLimits, VisitCounts } from './limits.ts';
import type { OcppFrontOptions, StationPolicy } from './options.ts';
import { Strangers } from './strangers.ts';

/** A station that may come in. */
export interface Welcome {
  readonly identity: string;
  readonly policy: StationPolicy;
  readonly agreed: Negotiation;
}

/** What a handshake needs of its front. */
export interface HandshakeRoom {
  readonly options: OcppFrontOptions;
  readonly limits: OcppFrontLimits;
  readonly gate: Gate;
  readonly counts: VisitCounts;
  readonly log: PileLog;
}

const PROTOCOL_HEADER = 'sec-websocket-protocol';
const RETRY_SECONDS = 60;
/** Most compressed messages that are packed or unpacked at the same time, in the whole process. */
const DEFLATE_AT_ONCE = 4;
/** Fragments of one message: more are an attack, not a message. */
const FRAGMENTS_MAX = 256;

type Refusal = Extract<Admission, { ok: false }>;
/** Statuses that are counted by themselves. */
type CountedStatus = 400 | 401 | 403 | 404 | 409 | 429 | 503;
const COUNTED: readonly number[] = [400, 401, 403, 404, 409, 429, 503];
const isCounted = (status: number): status is CountedStatus => COUNTED.includes(status);

/** From a request for an upgrade to an open WebSocket, or to an answer why not. */
export class Handshake {
  readonly #room: HandshakeRoom;
  readonly #strangers: Strangers;
  /** Reports of 2.x may be longer than any message of 1.6. */
  readonly #short: WebSocketServer;
  readonly #long: WebSocketServer;

  constructor(room: HandshakeRoom) {
    const { registry, clock } = room.options;
    const { strangersPerMinute, frameBytes, reportBytes } = room.limits;
    this.#room = room;
    this.#strangers = new Strangers(registry, clock, strangersPerMinute);
    this.#short = serverFor(room.limits, frameBytes);
    this.#long = serverFor(room.limits, reportBytes);
  }

  /** Asks the door; answers by itself, and returns nothing, where somebody stays outside. */
  async receive(
    request: IncomingMessage,
    socket: Duplex,
    address: string,
  ): Promise<Welcome | undefined> {
    const { options, gate, log } = this.#room;
    const { door, clock, policyOf } = options;
    const reading = identityOf(request.url ?? '');
    if (!reading.ok) {
      log.warn({ address, fault: reading.fault }, 'bad-identity');
      return this.#refuse(socket, reading.status);
    }
    const { identity } = reading;
    if (!gate.login(address, clock.monoMs())) {
      const detail = 'too many requests in a minute';
      door.report({ code: 'handshake-flood', pileNo: identity, address, detail });
      return this.#refuse(socket, 429, { 'Retry-After': String(RETRY_SECONDS) });
    }
    const { authorization } = request.headers;
    const session = request.socket instanceof TLSSocket ? tlsSessionOf(request.socket) : null;
    const admission = await door.admit({ address, identity, authorization, tls: session });
    if (!admission.ok) return this.#turnAway(request, socket, identity, admission);
    const policy = policyOf(identity);
    const agreed = negotiate(request.headers[PROTOCOL_HEADER], policy);
    if (agreed.is !== 'none' && !(await this.#outranks(identity, address))) {
      return this.#refuse(socket, 409, { 'Retry-After': String(RETRY_SECONDS) });
    }
    return { identity, policy, agreed };
  }

  /** Opens the WebSocket. */
  complete(
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    { agreed }: Welcome,
    opened: (webSocket: WebSocket) => void,
  ): void {
    // `ws` would choose by rules of its own, and refuse lists that firmwares send.
    if (agreed.is === 'agreed') request.headers[PROTOCOL_HEADER] = agreed.subprotocol;
    else delete request.headers[PROTOCOL_HEADER];
    const isLong = agreed.is !== 'none' && agreed.version !== '1.6';
    (isLong ? this.#long : this.#short).handleUpgrade(request, socket, head, opened);
  }

  #refuse(socket: Duplex, status: number, headers?: Readonly<Record<string, string>>): undefined {
    const { counts } = this.#room;
    if (isCounted(status)) counts[`refused${status}`] += 1;
    refuse(socket, status, headers);
  }

  #turnAway(
    request: IncomingMessage,
    socket: Duplex,
    identity: string,
    { why, status, retryAfterS }: Refusal,
  ): undefined {
    this.#room.log.warn({ pile: identity, address: request.socket.remoteAddress, why }, 'refused');
    if (why === 'unknown') {
      const agreed = negotiate(request.headers[PROTOCOL_HEADER]);
      this.#strangers.came(identity, agreed.is === 'agreed' ? agreed.version : '');
    }
    return this.#refuse(socket, status, {
      ...(status === 401 ? { 'WWW-Authenticate': 'Basic realm="OCPP"' } : {}),
      ...(retryAfterS > 0 ? { 'Retry-After': String(retryAfterS) } : {}),
    });
  }

  /**
   * [OCPP-A5]: whether a newcomer that has passed the door takes the station over. A station that
   * comes back from where it was has lost its old connection; from elsewhere, the old one is asked.
   */
  async #outranks(identity: string, address: string): Promise<boolean> {
    const { options, limits, counts } = this.#room;
    const { stations, door, twins } = options;
    const old = stations.lineOf(identity);
    if (old === null || old.address === address) return true;
    if (!(await old.probe(limits.graceMs))) return true;
    counts.twins += 1;
    const detail = `already connected from ${old.address}: ${twins}`;
    door.report({ code: 'duplicate-identity', pileNo: identity, address, detail });
    return twins === 'newest-wins';
  }
}

function serverFor(limits: OcppFrontLimits, maxPayload: number): WebSocketServer {
  const options = {
    noServer: true,
    clientTracking: false,
    maxPayload,
    maxFragments: FRAGMENTS_MAX,
    closeTimeout: limits.closeMs,
    perMessageDeflate: {
      threshold: limits.deflateFromBytes,
      concurrencyLimit: DEFLATE_AT_ONCE,
      // Ten thousand stations would otherwise keep a window of 32 kB each.
      serverNoContextTakeover: true,
      clientNoContextTakeover: true,
    },
  };
  return new WebSocketServer(options);
}
