import { generateKeyPairSync, sign } from 'node:crypto';

/** One element of DER: tag, length, content. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const size = content.length;
  const bytes = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([tag, ...bytes]), content]);
}

const SEQUENCE = 0x30;
const SET = 0x31;
const OID = { commonName: '550403', organization: '55040a', ecdsaSha256: '2a8648ce3d040302' };
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const named = (hex: string, text: string): Buffer =>
  der(SET, der(SEQUENCE, oid(hex), der(0x0c, Buffer.from(text))));

/** A new key (PEM) and its certificate request (PKCS #10, PEM): P-256, ECDSA with SHA-256. */
export function keyAndRequest(commonName: string): {
  readonly key: string;
  readonly request: string;
} {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = der(
    SEQUENCE,
    named(OID.organization, 'Holdfast'),
    named(OID.commonName, commonName),
  );
  const info = der(
    SEQUENCE,
    der(0x02, Buffer.from([0])),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa0),
  );
  const signature = der(0x03, Buffer.from([0]), sign('sha256', info, privateKey));
  const whole = der(SEQUENCE, info, der(SEQUENCE, oid(OID.ecdsaSha256)), signature);
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  const body = lines.join('\n');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    request: `-----BEGIN CERTIFICATE REQUEST-----\n${body}\n-----END CERTIFICATE REQUEST-----\n`,
  };
}
