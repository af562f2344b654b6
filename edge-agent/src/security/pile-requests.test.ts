import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import type { SecurityEvent } from '@holdfast/shared/pile/security-event';
import { beforeEach, expect, test } from 'vitest';
import type { Signing } from '../ports/certificates.ts';
import type { PileLink, Site } from '../ports/site.ts';
import { silentLog } from '../site/log.ts';
import { virtualTime } from '../site/testing/virtual-time.ts';
import { guardedSite } from './pile-requests.ts';

let adopted: boolean;
let signing: Signing;
const heard: PileEvent[] = [];
const sent: PileCommand[] = [];
const reported: SecurityEvent[] = [];
const asked: string[] = [];
let time: ReturnType<typeof virtualTime>;
let site: Site;

const link: PileLink = {
  pileNo: 'CP-01',
  vendor: 'ocpp',
  capabilities: [],
  send: (command) => void sent.push(command),
  close: () => undefined,
};
const certificate = {
  serialNumber: '4f',
  pileNo: 'CP-01',
  pem: 'PEM',
  notAfterMs: 1,
  issuedAtMs: 0,
  revokedAtMs: null,
};

beforeEach(() => {
  adopted = true;
  signing = { ok: true, chain: 'CHAIN', certificate };
  for (const list of [heard, sent, reported, asked]) list.length = 0;
  time = virtualTime(0);
  const inner: Site = {
    pile: (pileNo) => ({ pileNo, adopted, dialect: undefined }),
    tariffFor: () => undefined,
    openCharges: () => [],
    notes: () => new Map(),
    onPileEvent: async (_link, event) => void heard.push(event),
  };
  site = guardedSite(inner, {
    clock: time.clock,
    log: silentLog,
    sign: async (pileNo, request) => {
      asked.push(`${pileNo} ${request}`);
      return signing;
    },
    report: (event) => void reported.push(event),
  });
});

const ask = async (purpose: 'connection' | 'v2g' = 'connection'): Promise<void> => {
  await site.onPileEvent(link, { type: 'CertificateAsked', request: 'CSR', purpose });
  await time.settle();
};

test('[DOOR-11] a request is signed and comes back as CertificateSigned; the site hears of it too', async () => {
  await ask();
  expect(asked).toEqual(['CP-01 CSR']);
  expect(sent).toEqual([
    {
      do: 'operate',
      request: 'certificate 4f',
      operation: 'CertificateSigned',
      parameters: { certificateChain: 'CHAIN' },
    },
  ]);
  expect(heard).toHaveLength(1);
});

test('[DOOR-11] a certificate goes with what its request was made under (OCPP 2.1 A02)', async () => {
  const echo = { certificateType: 'ChargingStationCertificate', requestId: 7 };
  const asking = { type: 'CertificateAsked', request: 'CSR', purpose: 'connection', echo } as const;
  await site.onPileEvent(link, asking);
  await time.settle();
  expect(sent).toMatchObject([{ parameters: { certificateChain: 'CHAIN', ...echo } }]);
});

test('[DOOR-11] refused ones, those of cars and those of unknown piles are not answered with a certificate', async () => {
  signing = { ok: false, refusal: 'weak-key' };
  await ask();
  await ask('v2g');
  adopted = false;
  await ask();
  expect(asked).toHaveLength(1);
  expect(sent).toEqual([]);
});

test('[DOOR-11] ten a day, and again the next day', async () => {
  for (let n = 0; n < 12; n += 1) await ask();
  expect(sent).toHaveLength(10);
  expect(reported.map(({ code }) => code)).toEqual([
    'certificate-request-refused',
    'certificate-request-refused',
  ]);
  await time.pass(86_400_000);
  await ask();
  expect(sent).toHaveLength(11);
});

test('[DOOR-11] events of the pile are kept under our name for them, or as its own', async () => {
  const say = (type: string, techInfo?: string) =>
    site.onPileEvent(link, { type: 'Observed', name: 'securityEvent', body: { type, techInfo } });
  await say('InvalidTLSVersion', 'TLS 1.0');
  await say('InvalidChargePointCertificate');
  await say('TamperDetectionActivated');
  await say('x'.repeat(1_000));
  adopted = false;
  await say('InvalidTLSVersion');
  expect(reported).toMatchObject([
    { code: 'invalid-tls-version', pileNo: 'CP-01', detail: 'InvalidTLSVersion TLS 1.0' },
    { code: 'invalid-pile-certificate', detail: 'InvalidChargePointCertificate' },
    { code: 'reported-by-pile', detail: 'TamperDetectionActivated' },
    { code: 'reported-by-pile', detail: 'x'.repeat(255) },
  ]);
  expect(heard).toHaveLength(5);
});
