import { PageOf } from '@holdfast/shared/api/resources';
import Type from 'typebox';
import { PageQuery } from '../../api/paging.ts';
import {
  type ReservationApi,
  ReservationPath,
  ReservationRequest,
  ReservationResource,
} from '../../api/reservation-api.ts';
import type { EdgeServer } from './server.ts';

const tags = ['reservations'];

/** Connectors that are kept for somebody: the site sees to it, whatever the pile can. */
export function reservationRoutes(app: EdgeServer, api: ReservationApi): void {
  app.get(
    '/reservations',
    {
      schema: {
        tags,
        summary: 'Reservations in force',
        querystring: PageQuery,
        response: { 200: PageOf(ReservationResource) },
      },
    },
    async ({ query }) => api.reservations(query),
  );
  app.post(
    '/reservations',
    {
      schema: {
        tags,
        summary: 'Keeps a connector for a card or an account',
        body: ReservationRequest,
        response: { 201: ReservationResource },
      },
    },
    async ({ body }, reply) => reply.code(201).send(await api.reserve(body)),
  );
  app.delete(
    '/reservations/:id',
    {
      schema: {
        tags,
        summary: 'Takes a reservation back',
        params: ReservationPath,
        response: { 204: Type.Null() },
      },
    },
    async ({ params }, reply) => {
      await api.cancel(params.id);
      return reply.code(204).send(null);
    },
  );
}
