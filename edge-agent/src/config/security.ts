import type { ConfigFault } from '@holdfast/shared/config/faults';
import type { SecurityProfile } from '../ports/doorkeeper.ts';
import { type AddressRange, addressRangeOf } from '../security/address-range.ts';
import { serialText } from '../security/certificate-binding.ts';
import type { DoorLimits } from '../security/door-limits.ts';
import type { DoorRules, PileRule } from '../security/door-rules.ts';
import type { ConfigFile } from './schema.ts';

/** Names that an attacker would have to hold on to: addresses, identities, pairs. */
const NAMES_REMEMBERED = 50_000;
const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;

/** The doors of a site in the product's own terms. */
export interface SecurityConfig {
  readonly rules: DoorRules;
  readonly limits: DoorLimits;
  readonly tls: {
    /** PEM; empty: the local CA makes them. */
    readonly pairs: readonly { readonly certificate: string; readonly key: string }[];
    readonly clientCas: readonly string[];
    readonly names: readonly string[];
    readonly pileDays: number;
  };
  /** Who may connect at each front, in the order of the file. */
  readonly fronts: readonly { readonly allow: readonly AddressRange[] }[];
}

type Report = (fault: ConfigFault) => void;

function rangesOf(texts: readonly string[], at: string, report: Report): readonly AddressRange[] {
  return texts.flatMap((text, n) => {
    const range = addressRangeOf(text);
    if (range !== undefined) return [range];
    report({
      path: `${at}/${n}`,
      zh: `“${text}”不是地址或网段，例如 10.1.2.3 或 10.1.0.0/16。`,
      en: `"${text}" is neither an address nor a network, as 10.1.2.3 or 10.1.0.0/16 are.`,
    });
    return [];
  });
}

function pileRules(file: ConfigFile, report: Report): ReadonlyMap<string, PileRule> {
  const rules = new Map<string, PileRule>();
  for (const [n, pile] of file.piles.entries()) {
    const { pileNo, securityProfile, password, pskHex, certificateName } = pile;
    const allow = rangesOf(pile.allow, `/piles/${n}/allow`, report);
    if (securityProfile === 0 && pile.allow.length === 0) {
      report({
        path: `/piles/${n}/securityProfile`,
        zh: '安全等级 0（无认证）只允许用于限定了来源地址的桩，请填写 allow。',
        en: 'Profile 0 lets anybody in who knows the name: say in `allow` where the pile comes from.',
      });
    }
    rules.set(pileNo, {
      // The schema has checked that it is one of them.
      profile: (securityProfile ?? null) as SecurityProfile | null,
      allow,
      certificateName: certificateName ?? null,
      password: password ?? null,
      pskHex: pskHex ?? null,
    });
  }
  return rules;
}

function pemReader(readText: (name: string) => string, report: Report) {
  return (file: string, at: string): string => {
    try {
      const text = readText(file);
      if (text.includes('-----BEGIN')) return text;
      report({
        path: at,
        zh: `${file} 不是 PEM 文件。`,
        en: `${file} holds nothing in PEM.`,
      });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      report({ path: at, zh: `读不了 ${file}：${why}`, en: `${file} cannot be read: ${why}` });
    }
    return '';
  };
}

function checkFronts(file: ConfigFile, report: Report): void {
  for (const [n, { tls, protocol }] of file.fronts.entries()) {
    if (tls === undefined) continue;
    if (protocol === 'listen') {
      report({
        path: `/fronts/${n}/tls`,
        zh: '只监听的端口没有 TLS：它什么也不回答。',
        en: 'A front that only listens has no TLS: it answers nothing.',
      });
      continue;
    }
    const wanted = protocol === 'ocpp' ? 'certificate' : 'psk';
    if (tls.kind === wanted) continue;
    report({
      path: `/fronts/${n}/tls/kind`,
      zh: `协议 ${protocol} 的 TLS 只能是 ${wanted}。`,
      en: `The TLS of a front for ${protocol} is \`${wanted}\`.`,
    });
  }
}

/** The security of a configuration file. `readText`: reads the files that it names. */
export function readSecurity(
  file: ConfigFile,
  readText: (name: string) => string,
  report: Report,
): SecurityConfig {
  const { security } = file;
  const pem = pemReader(readText, report);
  const { tls } = security;
  checkFronts(file, report);
  return {
    rules: {
      profile: security.profile as Exclude<SecurityProfile, 0>,
      organisation: security.organisation ?? null,
      revoked: new Set(security.revoked.map(serialText)),
      piles: pileRules(file, report),
      adoptAll: file.adoptAll,
      learnPasswords: security.learnPasswords,
      graceMs: security.passwordGraceHours * HOUR_MS,
      lockout: {
        attempts: security.attempts,
        lockMs: security.lockSeconds * SECOND_MS,
        lockMostMs: Math.max(security.lockSeconds, security.lockMostSeconds) * SECOND_MS,
        names: NAMES_REMEMBERED,
      },
      handshakesPerMinute: security.handshakesPerMinute,
    },
    limits: {
      handshakeMs: security.handshakeSeconds * SECOND_MS,
      headerBytes: security.headerBytes,
    },
    tls: {
      pairs: tls.certificates.map(({ certificate, key }, n) => ({
        certificate: pem(certificate, `/security/tls/certificates/${n}/certificate`),
        key: pem(key, `/security/tls/certificates/${n}/key`),
      })),
      clientCas: tls.clientCas.map((name, n) => pem(name, `/security/tls/clientCas/${n}`)),
      names: tls.names,
      pileDays: tls.pileDays,
    },
    fronts: file.fronts.map(({ allow }, n) => ({
      allow: rangesOf(allow, `/fronts/${n}/allow`, report),
    })),
  };
}
