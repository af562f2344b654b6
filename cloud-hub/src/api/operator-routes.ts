import { commandResource } from '@holdfast/shared/api/present';
import { CommandRequest, CommandResource } from '@holdfast/shared/api/resources';
import { FaultError } from '@holdfast/shared/errors/fault';
import type { FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { User } from '../ports/store.ts';
import type { HubApi } from './hub-api.ts';
import type { HubServer } from './server.ts';

const RANK = { viewer: 0, operator: 1, admin: 2 } as const;
const PARKED_MAX = 200;

/** Refuses whose role is below the one that an action takes. */
function mustBe(request: FastifyRequest, role: User['role']): void {
  const { role: own } = request.user as Pick<User, 'role'>;
  if (RANK[own] < RANK[role]) throw new FaultError('forbidden', `this takes the role ${role}`);
}

function commandRoute(app: HubServer, api: HubApi): void {
  app.post(
    '/commands',
    { schema: { tags: ['commands'], body: CommandRequest, response: { 202: CommandResource } } },
    async (request, reply) => {
      mustBe(request, 'operator');
      return reply.code(202).send(commandResource(await api.issueCommand(request.body)));
    },
  );
}

/** Two boxes with one identity: an operator says which one speaks for the site ([SYNC-10]). */
function storeRoute(app: HubServer, { store, acceptStore }: HubApi): void {
  app.post(
    '/sites/:siteId/accept-store',
    {
      schema: {
        tags: ['sites'],
        params: Type.Object({ siteId: Type.String({ maxLength: 64 }) }),
        body: Type.Object(
          { storeId: Type.String({ minLength: 1, maxLength: 64 }) },
          { additionalProperties: false },
        ),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      mustBe(request, 'admin');
      const site = await store.site(request.params.siteId);
      const accepted = site !== undefined && (await acceptStore(site, request.body.storeId));
      if (!accepted) throw new FaultError('not-found', `no such site has ever said hello`);
      return reply.code(204).send(null);
    },
  );
}

const Parked = Type.Object({
  id: Type.Integer(),
  siteId: Type.String(),
  vendor: Type.String(),
  lane: Type.String(),
  seq: Type.Integer(),
  kind: Type.String(),
  cause: Type.String(),
  body: Type.String(),
});

/** Events that could not be applied: to be read, mended and applied again ([SYNC-13]). */
function parkedRoutes(app: HubServer, { store }: HubApi): void {
  app.get(
    '/parked',
    { schema: { tags: ['sync'], response: { 200: Type.Object({ items: Type.Array(Parked) }) } } },
    async () => {
      const parked = await store.parked(PARKED_MAX);
      const items = parked.map(({ id, siteId, vendor, lane, seq, kind, cause, body }) => ({
        id,
        siteId,
        vendor,
        lane,
        seq,
        kind,
        cause,
        body,
      }));
      return { items };
    },
  );
  app.post(
    '/parked/:id/replay',
    {
      schema: {
        tags: ['sync'],
        params: Type.Object({ id: Type.Integer() }),
        body: Type.Object(
          { body: Type.Optional(Type.String({ maxLength: 65_536 })) },
          { additionalProperties: false },
        ),
        response: { 200: Type.Object({ outcome: Type.String() }) },
      },
    },
    async (request) => {
      mustBe(request, 'admin');
      const { id } = request.params;
      const outcome = await store.replayParked(id, request.body.body);
      if (outcome === 'unknown') throw new FaultError('not-found', `nothing is parked as ${id}`);
      return { outcome };
    },
  );
}

/** Everything that an operator can do. */
export function operatorRoutes(app: HubServer, api: HubApi): void {
  commandRoute(app, api);
  storeRoute(app, api);
  parkedRoutes(app, api);
}
