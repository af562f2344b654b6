import { PageOf } from '@holdfast/shared/api/resources';
import { SecurityEventResource } from '@holdfast/shared/api/security';
import Type from 'typebox';
import { PilePath } from '../../api/schemas.ts';
import {
  CertificateResource,
  CredentialResource,
  NewPassword,
  NewPsk,
  PasswordAnswer,
  PskAnswer,
  RevocationsResource,
  RootsResource,
  type SecurityApi,
  SecurityQuery,
} from '../../api/security-api.ts';
import type { EdgeServer } from './server.ts';

const tags = ['security'];
const SerialPath = Type.Object({ serialNumber: Type.String({ pattern: '^[0-9A-Fa-f]{1,64}$' }) });

function credentialRoutes(app: EdgeServer, api: SecurityApi): void {
  const ofPile = (response: Type.TSchema, summary: string) => ({
    tags,
    summary,
    params: PilePath,
    response: { 200: response },
  });
  app.get(
    '/piles/:pileNo/credentials',
    { schema: ofPile(CredentialResource, 'What a pile proves itself with, without any secret') },
    async ({ params }) => api.credential(params.pileNo),
  );
  app.post(
    '/piles/:pileNo/password',
    {
      schema: {
        ...ofPile(PasswordAnswer, 'A new password beside the present one; told this once'),
        body: NewPassword,
      },
    },
    async ({ params, body }) => api.rotatePassword(params.pileNo, body.password),
  );
  app.delete(
    '/piles/:pileNo/password',
    { schema: ofPile(CredentialResource, 'Withdraws a new password that the pile has not taken') },
    async ({ params }) => api.withdrawPassword(params.pileNo),
  );
  app.post(
    '/piles/:pileNo/psk',
    {
      schema: { ...ofPile(PskAnswer, 'A new key for TLS-PSK; told this once'), body: NewPsk },
    },
    async ({ params, body }) => api.rotatePsk(params.pileNo, body.pskHex),
  );
}

/** Security events, credentials of piles, certificates of the local CA. */
export function securityRoutes(app: EdgeServer, api: SecurityApi): void {
  app.get(
    '/security-events',
    {
      schema: {
        tags,
        summary: "What happened at the piles' doors, newest first",
        querystring: SecurityQuery,
        response: { 200: PageOf(SecurityEventResource) },
      },
    },
    async ({ query }) => api.events(query),
  );
  credentialRoutes(app, api);
  app.get(
    '/certificates',
    {
      schema: {
        tags,
        summary: 'Certificates that the local CA has issued',
        response: { 200: PageOf(CertificateResource) },
      },
    },
    async () => api.certificates(),
  );
  app.get(
    '/certificates/roots',
    {
      schema: { tags, summary: 'Roots to install in piles, PEM', response: { 200: RootsResource } },
    },
    async () => api.roots(),
  );
  app.get(
    '/certificates/revocations',
    {
      schema: {
        tags,
        summary: 'Certificates that hold no more, signed by each root (CRL), PEM',
        response: { 200: RevocationsResource },
      },
    },
    async () => api.revocations(),
  );
  app.post(
    '/certificates/:serialNumber/revoke',
    {
      schema: {
        tags,
        summary: 'From now on the certificate holds no more',
        params: SerialPath,
        response: { 200: CertificateResource },
      },
    },
    async ({ params }) => api.revokeCertificate(params.serialNumber),
  );
}
