import { X509Certificate } from 'node:crypto';
import { hostname, networkInterfaces } from 'node:os';
import type { SecurityEvent } from '@holdfast/shared/pile/security-event';
import { type LocalCa, openCa } from './adapters/ca/ca.ts';
import type { TlsMaterial } from './adapters/tls/server-options.ts';
import type { EdgeConfig } from './config.ts';
import type { CertificateAuthority, Signing } from './ports/certificates.ts';
import type { Clock, Timers } from './ports/clock.ts';
import type { SecurityChange, StoredCertificate } from './ports/credentials.ts';
import { expiryEvents } from './security/certificate-watch.ts';
import type { SiteLog } from './site/log.ts';

/** Certificates are looked at so often. */
const LOOK_MS = 12 * 3_600_000;

export interface CertificateOptions {
  readonly config: Pick<EdgeConfig, 'siteId' | 'dataFolder' | 'security'>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: SiteLog;
  readonly stored: readonly StoredCertificate[];
  readonly save: (changes: readonly SecurityChange[]) => Promise<void>;
  readonly report: (event: SecurityEvent) => void;
  readonly isServed: (pileNo: string) => boolean;
  /** Serial number of its hardware, as its newest boot said; `undefined`: nobody knows. */
  readonly serialOf?: (pileNo: string) => string | undefined;
  /** The certificate of a pile ends soon: it is to ask for another. */
  readonly askRenewal?: (pileNo: string) => void;
}

/** Certificates of the box and of its piles. */
export interface Certificates {
  /** Keys and certificates for WSS; the local CA is opened when they are first asked for. */
  readonly tlsMaterial: (isLegacy: boolean) => Promise<TlsMaterial>;
  /** Told when certificates of the box were renewed: ask for the material again. */
  readonly onRenewed: (listener: () => Promise<void>) => void;
  readonly ca: () => Promise<CertificateAuthority>;
  /** Signs what a pile asks for, and reports it. */
  readonly sign: (pileNo: string, request: string) => Promise<Signing>;
  readonly revoke: (serialNumber: string) => Promise<StoredCertificate>;
  readonly isRevoked: (serialNumber: string) => boolean;
  /** The pile that one of the local CA was made out to; `undefined`: it is not one of its own. */
  readonly issuedTo: (serialNumber: string) => string | undefined;
  readonly stop: () => void;
}

/** Names and addresses by which piles may reach this box. */
function ownNames(configured: readonly string[]): readonly string[] {
  if (configured.length > 0) return configured;
  const addresses = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    // Link-local ones need a zone, which no certificate can name.
    .filter(({ scopeid }) => (scopeid ?? 0) === 0)
    .map(({ address }) => address);
  const name = hostname().replace(/[^A-Za-z0-9.-]/g, '-');
  return [...new Set([name, 'localhost', ...addresses])];
}

/**
 * Names that a pile may ask a certificate for: the configured one or its own, and the serial number
 * of its hardware (security paper §3), unless that is the name of another pile.
 */
function namesOf({ config, serialOf, isServed }: CertificateOptions, pileNo: string) {
  const { piles } = config.security.rules;
  const name = piles.get(pileNo)?.certificateName ?? pileNo;
  const serial = serialOf?.(pileNo) ?? '';
  const isOthers = serial !== pileNo && (piles.has(serial) || isServed(serial));
  return serial === '' || isOthers ? [name] : [name, serial];
}

/** The local CA, opened at its first use: the start of an agent without WSS does not pay for it. */
function caOpener(options: CertificateOptions) {
  const { config, clock, stored, save } = options;
  const { security, siteId, dataFolder } = config;
  let opening: Promise<LocalCa> | undefined;
  return {
    wasOpened: () => opening !== undefined,
    open(): Promise<LocalCa> {
      opening ??= openCa({
        folder: dataFolder,
        siteId,
        names: ownNames(security.tls.names),
        organisation: security.rules.organisation,
        pileDays: security.tls.pileDays,
        namesOf: (pileNo) => namesOf(options, pileNo),
        stored,
        nowMs: clock.nowMs,
        save,
      });
      return opening;
    },
  };
}

/** Looks at once and twice a day: renews the box's own, and reports what is near its end. */
function watch(
  options: CertificateOptions,
  ca: ReturnType<typeof caOpener>,
  renewed: () => Promise<unknown>,
) {
  const { config, clock, timers, log, stored, report, askRenewal } = options;
  const { pairs } = config.security.tls;
  const configured = pairs.map(({ certificate }) => new X509Certificate(certificate));
  const facts = configured.map(({ subject, validTo }) => ({
    name: subject.replaceAll('\n', ', '),
    notAfterMs: Date.parse(validTo),
  }));

  async function look(): Promise<void> {
    const authority = ca.wasOpened() ? await ca.open() : undefined;
    if (pairs.length === 0 && (await authority?.renew()) === true) await renewed();
    const issued = authority?.issued() ?? stored;
    for (const event of expiryEvents(issued, facts, clock.nowMs())) {
      report(event);
      if (event.pileNo !== null) askRenewal?.(event.pileNo);
    }
  }

  let cancel: () => void = () => undefined;
  let stopped = false;
  const again = async (): Promise<void> => {
    try {
      await look();
    } catch (error) {
      log.error({ err: error }, 'certificates-failed');
    }
    // One look at a time: two would write the same files.
    if (!stopped) cancel = timers.after(LOOK_MS, () => void again());
  };
  void again();
  return () => {
    stopped = true;
    cancel();
  };
}

/** Opens the certificates of a site. */
export function openCertificates(options: CertificateOptions): Certificates {
  const { config, stored, report } = options;
  const { tls, rules } = config.security;
  const revoked = new Set([
    ...rules.revoked,
    ...stored.flatMap((c) => (c.revokedAtMs === null ? [] : [c.serialNumber])),
  ]);
  const owners = new Map<string, string>();
  const owned = ({ serialNumber, pileNo }: StoredCertificate): void => {
    // Those of this box are nobody's, and open no door.
    owners.set(serialNumber, pileNo ?? '');
  };
  stored.forEach(owned);
  const ca = caOpener(options);
  const listeners: (() => Promise<void>)[] = [];
  const stop = watch(options, ca, () => Promise.all(listeners.map((listener) => listener())));
  return {
    async tlsMaterial(isLegacy) {
      const authority = await ca.open();
      const pairs = tls.pairs.length > 0 ? tls.pairs : authority.serverPairs();
      return { pairs, clientCas: [...authority.roots(), ...tls.clientCas], isLegacy };
    },
    onRenewed: (listener) => void listeners.push(listener),
    ca: ca.open,
    async sign(pileNo, request) {
      const signing = await (await ca.open()).sign(pileNo, request);
      if (signing.ok) owned(signing.certificate);
      const code = signing.ok ? 'certificate-issued' : 'certificate-request-refused';
      const detail = signing.ok ? `serial ${signing.certificate.serialNumber}` : signing.refusal;
      report({ code, pileNo, address: null, detail });
      return signing;
    },
    async revoke(serialNumber) {
      const certificate = await (await ca.open()).revoke(serialNumber);
      revoked.add(certificate.serialNumber);
      const { pileNo } = certificate;
      const detail = `serial ${certificate.serialNumber}`;
      report({ code: 'certificate-revoked', pileNo, address: null, detail });
      return certificate;
    },
    isRevoked: (serialNumber) => revoked.has(serialNumber),
    issuedTo: (serialNumber) => owners.get(serialNumber),
    stop,
  };
}
