import { createHash, timingSafeEqual } from 'node:crypto';
import { FaultError } from '@holdfast/shared/errors/fault';
import type { FastifyRequest } from 'fastify';
import { isLoopback } from '../../config.ts';

/** Wrong tokens of one address in a minute before it must wait. */
const WRONG_A_MINUTE = 10;
const MINUTE_MS = 60_000;
const ADDRESSES_REMEMBERED = 10_000;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Compares without telling by its time how much was right. */
const sameSecret = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

/** The name in a Host or Origin header, without scheme, port and brackets. */
function hostOf(header: string): string {
  const bare = header.replace(/^[a-z]+:\/\//, '');
  const bracketed = /^\[([^\]]*)\]/.exec(bare);
  return bracketed?.[1] ?? bare.replace(/:\d+$/, '');
}

/** Who may use the API: on loopback whoever sits at the machine, elsewhere whoever has the token. */
export interface Gatekeeper {
  /** Throws `FaultError` when a request may not pass. */
  readonly check: (request: FastifyRequest) => void;
  readonly isToken: (token: string | undefined, address: string) => boolean;
  /** Whether a WebSocket may be opened; its token comes with the first message. */
  readonly mayOpen: (request: FastifyRequest) => boolean;
}

/** Counts wrong tokens by address. */
function wrongCounter(nowMs: () => number) {
  const byAddress = new Map<string, { since: number; wrong: number }>();
  return {
    isBarred(address: string): boolean {
      const entry = byAddress.get(address);
      if (entry === undefined || nowMs() - entry.since > MINUTE_MS) return false;
      return entry.wrong >= WRONG_A_MINUTE;
    },
    count(address: string): void {
      const entry = byAddress.get(address);
      if (entry !== undefined && nowMs() - entry.since <= MINUTE_MS) {
        entry.wrong += 1;
        return;
      }
      if (byAddress.size >= ADDRESSES_REMEMBERED) byAddress.clear();
      byAddress.set(address, { since: nowMs(), wrong: 1 });
    },
  };
}

/** `token: null`: the API listens on loopback alone. */
export function gatekeeper(token: string | null, nowMs: () => number): Gatekeeper {
  const wrong = wrongCounter(nowMs);

  function isToken(given: string | undefined, address: string): boolean {
    if (token === null) return true;
    if (wrong.isBarred(address)) return false;
    if (given !== undefined && sameSecret(given, token)) return true;
    wrong.count(address);
    return false;
  }

  /** A page of another site must not reach the API through the technician's own browser. */
  function comesFromHere({ headers: { host, origin } }: FastifyRequest): boolean {
    if (token !== null) return true;
    if (host === undefined || !isLoopback(hostOf(host))) return false;
    return origin === undefined || isLoopback(hostOf(origin));
  }

  return {
    isToken,
    mayOpen: comesFromHere,
    check(request) {
      if (!comesFromHere(request)) {
        throw new FaultError('forbidden', 'the API answers only to names of this machine');
      }
      if (token === null) return;
      if (wrong.isBarred(request.ip)) {
        throw new FaultError('too-many-requests', 'too many wrong tokens');
      }
      const { authorization } = request.headers;
      const given = authorization?.replace(/^Bearer /i, '');
      if (!isToken(given, request.ip)) throw new FaultError('not-logged-in', 'no valid token');
    },
  };
}
