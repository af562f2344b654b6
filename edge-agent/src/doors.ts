import { randomBytes } from 'node:crypto';
import type { TlsOptions } from 'node:tls';
import type { SecurityCode, SecurityEvent } from '@holdfast/shared/pile/security-event';
import { scryptHasher } from './adapters/crypto/password-hash.ts';
import { openSeal } from './adapters/crypto/seal.ts';
import { tlsServerOptions } from './adapters/tls/server-options.ts';
import { type Certificates, openCertificates } from './certificates.ts';
import type { EdgeConfig } from './config.ts';
import type { Clock, Timers } from './ports/clock.ts';
import type { SecurityChange } from './ports/credentials.ts';
import type { Doorkeeper } from './ports/doorkeeper.ts';
import type { Ledger } from './ports/ledger.ts';
import type { DoorLimits } from './security/door-limits.ts';
import { doorRoom } from './security/door-room.ts';
import { doorkeeper } from './security/doorkeeper.ts';
import { SecurityLog } from './security/event-log.ts';
import { Keyring } from './security/keyring.ts';
import type { SiteLog } from './site/log.ts';
import { noteOutlet } from './site/outlet.ts';

const NOTES_MOST = 2_000;

export interface DoorOptions {
  readonly config: Pick<EdgeConfig, 'siteId' | 'dataFolder' | 'security' | 'fronts'>;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: SiteLog;
  /** Whether the site serves a pile of this name. */
  readonly isServed: (pileNo: string) => boolean;
  /** Lane of the pile's vendor, or of the site's first where it is nobody's. */
  readonly vendorOf: (pileNo: string | null) => string;
  /** Serial number of its hardware, as its newest boot said; `undefined`: nobody knows. */
  readonly serialOf?: (pileNo: string) => string | undefined;
  /** The certificate of a pile ends soon: it is to ask for another. */
  readonly askRenewal?: (pileNo: string) => void;
}

/** The piles' doors of a site: what every front asks, and what people change. */
export interface Doors {
  /** Who keeps the front at this place in the configuration. */
  readonly doorOf: (n: number) => Doorkeeper;
  /** TLS of a WebSocket front; `undefined`: a plain one. */
  readonly tlsOf: (n: number) => Promise<TlsOptions | undefined>;
  /** TLS with a key for each pile, of a TCP front; `undefined`: a plain one. */
  readonly pskOf: (n: number) => { readonly hint: string; readonly limits: DoorLimits } | undefined;
  /** Limits on whoever has not come in yet. */
  readonly limits: DoorLimits;
  readonly keyring: Keyring;
  readonly certificates: Certificates;
  readonly report: (event: SecurityEvent) => void;
  /** How many events of each kind since the start. */
  readonly counts: () => ReadonlyMap<SecurityCode, number>;
  /** Writes what waits and stops. */
  readonly close: () => Promise<void>;
}

/** Events go to disk and to the hub in one commit; what the disk refuses is tried again. */
function openLog({ ledger, clock, timers, log, vendorOf }: DoorOptions) {
  const onRefused = (error: unknown): void => log.error({ err: error }, 'ledger-refused');
  const outlet = noteOutlet({ ledger, timers, most: NOTES_MOST, onRefused });
  let written = 0;
  const events = new SecurityLog({
    timers,
    write(event, count) {
      written += 1;
      log.warn({ ...event, count }, 'security-event');
      const atMs = clock.nowMs();
      const stream = { vendor: vendorOf(event.pileNo), lane: 'state' } as const;
      outlet.put({
        key: `security ${written}`,
        changes: [{ save: 'security-event', event: { ...event, atMs, count } }],
        events: [{ stream, event: { kind: 'SecurityRaised', ...event, count }, atMs }],
      });
    },
  });
  return {
    events,
    async close(): Promise<void> {
      events.close();
      await outlet.close();
    },
  };
}

/** Opens the doors on what the ledger holds. Throws `FaultError` when the box's key cannot be read. */
export async function openDoors(options: DoorOptions): Promise<Doors> {
  const { config, ledger, clock, log, isServed } = options;
  const { rules, limits, fronts } = config.security;
  const hasher = scryptHasher();
  const save = (changes: readonly SecurityChange[]) => ledger.commit({ changes, events: [] });
  const onRefused = (error: unknown): void => log.error({ err: error }, 'credential-not-kept');
  const seal = await openSeal(config.dataFolder);
  const keyringParts = { rules, hasher, seal, randomBytes, nowMs: clock.nowMs, save, onRefused };
  const keyring = new Keyring(keyringParts, await ledger.credentials());
  const { events, close } = openLog(options);
  const report = (event: SecurityEvent): void => events.report(event);
  const stored = await ledger.certificates();
  const certificates = openCertificates({ ...options, stored, save, report });
  const { isRevoked, issuedTo } = certificates;
  const { mark } = hasher;
  const room = doorRoom({
    rules,
    keyring,
    clock,
    isServed,
    isRevoked,
    issuedTo,
    mark,
    tell: report,
  });
  return {
    doorOf: (n) => doorkeeper(room, fronts[n]?.allow ?? []),
    async tlsOf(n) {
      const tls = config.fronts[n]?.tls;
      if (tls?.kind !== 'certificate') return undefined;
      return tlsServerOptions(await certificates.tlsMaterial(tls.legacy), limits);
    },
    pskOf(n) {
      const tls = config.fronts[n]?.tls;
      return tls?.kind === 'psk' ? { hint: tls.hint, limits } : undefined;
    },
    limits,
    keyring,
    certificates,
    report,
    counts: () => events.counts,
    async close() {
      certificates.stop();
      await close();
    },
  };
}
