import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { configOf } from '@holdfast/edge-agent/config';
import { type RunningEdge, startEdge } from '@holdfast/edge-agent/edge';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { needs } from '../harness/needs.ts';
import { SHOW_TARIFF } from '../world/tariffs.ts';
import { PlainStation } from './testing/plain-station.ts';

/* A station asks for a certificate, gets it, and comes with it from then on; keys are openssl's. */

const PASSWORD = 'a password of sixteen';
const SERIAL = 'SN-4711';
const STATIONS = ['CERT-RSA', 'CERT-EC', 'CERT-201', 'CERT-21'] as const;
const openssl = needs('openssl');
const run = promisify(execFile);

let folder: string;
let edge: RunningEdge;
let url: string;
let ca: string;

async function ask<T>(method: string, route: string, body?: object): Promise<T> {
  const answer = await fetch(`${edge.addresses.api}/api/v1${route}`, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  if (!answer.ok) return expect.fail(`${route}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-certificate-'));
  const file = {
    siteId: 'site-01',
    name: 'Site',
    dataFolder: path.join(folder, 'data'),
    fronts: [{ protocol: 'ocpp', host: '127.0.0.1', port: 0, tls: { kind: 'certificate' } }],
    api: { host: '127.0.0.1', port: 0 },
    piles: STATIONS.map((pileNo) => ({
      pileNo,
      password: PASSWORD,
      ocpp: { mode: 'strict', tend: false },
    })),
    tariffs: [SHOW_TARIFF],
    tariff: SHOW_TARIFF.tariffId,
    security: { tls: { names: ['127.0.0.1'] } },
  };
  edge = await startEdge(configOf(file, folder));
  url = `wss://127.0.0.1:${edge.addresses['ocpp-tls']}/ocpp`;
  ca = (await ask<{ roots: string[] }>('GET', '/certificates/roots')).roots.join('');
});
afterAll(async () => {
  await edge?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A key and a request for a certificate, by openssl. */
async function keyAndRequest(name: string, kind: readonly string[]) {
  const [key, csr] = [path.join(folder, `${name}.key`), path.join(folder, `${name}.csr`)];
  const subject = ['-subj', `/O=Operator/CN=${SERIAL}-${name}`];
  await run(openssl ?? '', [
    'req',
    '-new',
    ...kind,
    '-nodes',
    '-keyout',
    key,
    ...subject,
    '-out',
    csr,
  ]);
  return { key: readFileSync(key, 'utf8'), csr: readFileSync(csr, 'utf8') };
}

const boot = (station: PlainStation, name: string) => {
  const serialNumber = `${SERIAL}-${name}`;
  const chargingStation = { vendorName: 'Plain', model: 'P2', serialNumber };
  return station.call(
    'BootNotification',
    station.protocol === 'ocpp1.6'
      ? {
          chargePointVendor: 'Plain',
          chargePointModel: 'P1',
          chargePointSerialNumber: serialNumber,
        }
      : { reason: 'PowerUp', chargingStation },
  );
};

const RSA = ['-newkey', 'rsa:2048'];
const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
const ASKING_16 = {
  protocol: 'ocpp1.6',
  operation: 'ExtendedTriggerMessage',
  requestedMessage: 'SignChargePointCertificate',
  with: {},
};
/** A02: for what it was asked for, and in 2.1 under the number of the request. */
const ASKING_2 = {
  operation: 'TriggerMessage',
  requestedMessage: 'SignChargingStationCertificate',
};
const certificateType = 'ChargingStationCertificate';
const KINDS = [
  ['CERT-RSA', RSA, ASKING_16],
  ['CERT-EC', EC, ASKING_16],
  ['CERT-201', EC, { ...ASKING_2, protocol: 'ocpp2.0.1', with: { certificateType } }],
  ['CERT-21', RSA, { ...ASKING_2, protocol: 'ocpp2.1', with: { certificateType, requestId: 9 } }],
] as const;

test.runIf(openssl !== null).each(KINDS)(
  'TC_074, TC_083, TC_087, A02, A05 %s asks when it is told to, is given its certificate, and comes with it',
  async (name, kind, asking) => {
    const { operation, requestedMessage } = asking;
    const protocols = [asking.protocol];
    const byPassword = { protocols, password: PASSWORD, tls: { ca } };
    const first = await PlainStation.connect(url, name, byPassword);
    expect(await boot(first, name)).toMatchObject({ status: 'Accepted' });
    const told = first.expects(operation, { status: 'Accepted' });
    const commanded = ask<{ state: string }>('POST', '/commands', {
      siteId: 'site-01',
      pileNo: name,
      connectorNo: 0,
      op: 'operate',
      operate: { operation, parameters: { requestedMessage } },
    });
    expect(await told).toEqual({ requestedMessage });
    expect(await commanded).toMatchObject({ state: 'done' });

    const { key, csr } = await keyAndRequest(name, kind);
    const given = first.expects('CertificateSigned', { status: 'Accepted' });
    const signed = await first.call('SignCertificate', { csr, ...asking.with });
    expect(signed).toEqual({ status: 'Accepted' });
    const { certificateChain, ...beside } = await given;
    expect(beside).toEqual(asking.with);
    const cert = String(certificateChain);
    const certificate = new X509Certificate(cert);
    expect(certificate.subject).toContain(`CN=${SERIAL}-${name}`);
    expect(cert.length).toBeLessThanOrEqual(10_000);
    await first.close();

    const byCertificate = { protocols, tls: { ca, key, cert } };
    const second = await PlainStation.connect(url, name, byCertificate);
    expect(await boot(second, name)).toMatchObject({ status: 'Accepted' });
    await second.close();
    // What it has reached it may not fall behind.
    const lower = PlainStation.connect(url, name, byPassword);
    await expect(lower).rejects.toThrow('403');
    const other = STATIONS.find((one) => one !== name) ?? '';
    const thief = PlainStation.connect(url, other, byCertificate);
    await expect(thief).rejects.toThrow('403');

    await ask('POST', `/certificates/${certificate.serialNumber}/revoke`);
    const revoked = PlainStation.connect(url, name, byCertificate);
    await expect(revoked).rejects.toThrow('403');
  },
);

test.runIf(openssl !== null)('what happened at the doors is on record', async () => {
  interface Events {
    readonly items: readonly { readonly code: string }[];
  }
  const { items } = await ask<Events>('GET', '/security-events?limit=200');
  const codes = new Set(items.map(({ code }) => code));
  for (const code of ['certificate-issued', 'certificate-revoked', 'profile-too-low']) {
    expect(codes).toContain(code);
  }
});
