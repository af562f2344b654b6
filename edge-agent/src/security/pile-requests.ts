import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import {
  SECURITY_EVENTS,
  type SecurityCode,
  type SecurityEvent,
} from '@holdfast/shared/pile/security-event';
import type { Signing } from '../ports/certificates.ts';
import type { Clock } from '../ports/clock.ts';
import type { PileLink, Site } from '../ports/site.ts';
import type { SiteLog } from '../site/log.ts';

/** Certificates of one pile a day: each is kept for ever, so that it can be revoked. */
const A_DAY_MOST = 10;
const DAY_MS = 86_400_000;
const DETAIL_CHARS_MAX = 255;

type CertificateAsked = Extract<PileEvent, { type: 'CertificateAsked' }>;

export interface PileRequestParts {
  readonly clock: Clock;
  readonly log: SiteLog;
  readonly sign: (pileNo: string, request: string) => Promise<Signing>;
  readonly report: (event: SecurityEvent) => void;
}

const CODES = Object.keys(SECURITY_EVENTS) as readonly SecurityCode[];
/** Events that 1.6 names otherwise than 2.x. */
const NAMES_16: Readonly<Record<string, string>> = {
  FailedToAuthenticateAtCentralSystem: 'FailedToAuthenticateAtCsms',
  InvalidChargePointCertificate: 'InvalidChargingStationCertificate',
};
/** Our name for an event of the OCPP list, where it means the same. */
const codeOf = (said: string): SecurityCode => {
  const name = Object.hasOwn(NAMES_16, said) ? NAMES_16[said] : said;
  return CODES.find((code) => SECURITY_EVENTS[code].standard === name) ?? 'reported-by-pile';
};

const textIn = (body: Readonly<Record<string, unknown>>, field: string): string => {
  const value = body[field];
  return typeof value === 'string' ? value : '';
};

/**
 * The site as fronts see it, with what piles say to the doors heard on the way: requests for
 * certificates are signed and answered, security events of their own are kept ([DOOR-11]).
 */
export function guardedSite(site: Site, parts: PileRequestParts): Site {
  const { clock, log, sign, report } = parts;
  /** How many each pile has had today. */
  const had = new Map<string, number>();
  let dayEndsMono = 0;

  function mayHaveOne(pileNo: string): boolean {
    const now = clock.monoMs();
    if (now >= dayEndsMono) {
      had.clear();
      dayEndsMono = now + DAY_MS;
    }
    const count = (had.get(pileNo) ?? 0) + 1;
    had.set(pileNo, count);
    return count <= A_DAY_MOST;
  }

  async function certify(link: PileLink, { request, echo }: CertificateAsked): Promise<void> {
    const { pileNo } = link;
    if (!mayHaveOne(pileNo)) {
      const detail = `more than ${A_DAY_MOST} a day`;
      report({ code: 'certificate-request-refused', pileNo, address: null, detail });
      return;
    }
    const signing = await sign(pileNo, request);
    if (!signing.ok) return;
    link.send({
      do: 'operate',
      request: `certificate ${signing.certificate.serialNumber}`,
      operation: 'CertificateSigned',
      parameters: { certificateChain: signing.chain, ...echo },
    });
  }

  const asked = (link: PileLink, event: CertificateAsked): void =>
    void certify(link, event).catch((error: unknown) =>
      log.error({ pile: link.pileNo, err: error }, 'certificate-not-signed'),
    );

  return {
    ...site,
    onPileEvent(link, event) {
      const isServed = site.pile(link.pileNo)?.adopted === true;
      if (isServed && event.type === 'CertificateAsked' && event.purpose === 'connection') {
        asked(link, event);
      }
      if (isServed && event.type === 'Observed' && event.name === 'securityEvent') {
        const kind = textIn(event.body, 'type');
        const detail = `${kind} ${textIn(event.body, 'techInfo')}`.trim();
        report({
          code: codeOf(kind),
          pileNo: link.pileNo,
          address: null,
          detail: detail.slice(0, DETAIL_CHARS_MAX),
        });
      }
      return site.onPileEvent(link, event);
    },
  };
}
