import { PageOf } from '@holdfast/shared/api/resources';
import Type from 'typebox';
import { type CardApi, CardPath, CardRequest, CardResource } from '../../api/card-api.ts';
import { PageQuery } from '../../api/paging.ts';
import type { EdgeServer } from './server.ts';

const tags = ['cards'];

/** Cards and tokens that may charge at this site, entered over the configuration's lists. */
export function cardRoutes(app: EdgeServer, api: CardApi): void {
  app.get(
    '/cards',
    {
      schema: {
        tags,
        summary: 'Cards that were entered at the site',
        querystring: PageQuery,
        response: { 200: PageOf(CardResource) },
      },
    },
    async ({ query }) => api.cards(query),
  );
  app.get(
    '/cards/:token',
    { schema: { tags, summary: 'One card', params: CardPath, response: { 200: CardResource } } },
    async ({ params }) => api.card(params.token),
  );
  app.put(
    '/cards/:token',
    {
      schema: {
        tags,
        summary: 'Enters a card, or changes it',
        params: CardPath,
        body: CardRequest,
        response: { 200: CardResource },
      },
    },
    async ({ params, body }) => await api.enter(params.token, body),
  );
  app.delete(
    '/cards/:token',
    {
      schema: {
        tags,
        summary: 'Takes a card away; that of the configuration holds again',
        params: CardPath,
        response: { 204: Type.Null() },
      },
    },
    async ({ params }, reply) => {
      await api.remove(params.token);
      return reply.code(204).send(null);
    },
  );
}
