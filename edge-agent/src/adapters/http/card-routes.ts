import {
  CardPath,
  CardRequest,
  CardResource,
  GroupPath,
  GroupRequest,
  GroupResource,
} from '@holdfast/shared/api/cards';
import { PageOf } from '@holdfast/shared/api/resources';
import Type from 'typebox';
import type { CardApi } from '../../api/card-api.ts';
import { PageQuery } from '../../api/paging.ts';
import type { EdgeServer } from './server.ts';

const tags = ['cards'];

/** Groups of cards: one that is blocked blocks all its cards. */
export function groupRoutes(app: EdgeServer, api: CardApi): void {
  app.get(
    '/card-groups',
    {
      schema: {
        tags,
        summary: 'Groups that were entered; others are accepted',
        querystring: PageQuery,
        response: { 200: PageOf(GroupResource) },
      },
    },
    async ({ query }) => api.groups(query),
  );
  app.put(
    '/card-groups/:group',
    {
      schema: {
        tags,
        summary: 'Blocks a group, or accepts it again',
        params: GroupPath,
        body: GroupRequest,
        response: { 200: GroupResource },
      },
    },
    async ({ params, body }) => await api.enterGroup(params.group, body),
  );
  app.delete(
    '/card-groups/:group',
    {
      schema: {
        tags,
        summary: 'Forgets what was entered of a group; its cards stay',
        params: GroupPath,
        response: { 204: Type.Null() },
      },
    },
    async ({ params }, reply) => {
      await api.removeGroup(params.group);
      return reply.code(204).send(null);
    },
  );
}

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
