import {
  CommandRequest,
  CommandResource,
  ConnectorResource,
  LoginAnswer,
  LoginRequest,
  OrderEventResource,
  OrderResource,
  PageOf,
  PileResource,
  SiteResource,
  SyncResource,
} from '@holdfast/shared/api/resources';
import { FaultError } from '@holdfast/shared/errors/fault';
import { isoText } from '@holdfast/shared/time/shanghai';
import Type from 'typebox';
import type { EdgeApi } from '../../api/edge-api.ts';
import { PageQuery } from '../../api/paging.ts';
import {
  CommandPath,
  FrameResource,
  Nothing,
  OrderPath,
  OrderQuery,
  PilePath,
  RecordResource,
} from '../../api/schemas.ts';
import type { Gatekeeper } from './gatekeeper.ts';
import type { EdgeServer } from './server.ts';

const FramesQuery = Type.Object(
  { limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, default: 200 })) },
  { additionalProperties: false },
);
const FRAMES_USUAL = 200;
/** A login at the edge is its token; it does not end. */
const TOKEN_ENDS_MS = Date.UTC(2099, 0, 1);

const page = (schema: Type.TSchema, tag: string, summary: string) => ({
  schema: {
    tags: [tag],
    summary,
    querystring: PageQuery,
    response: { 200: PageOf(schema) },
  },
});

function siteRoutes(app: EdgeServer, api: EdgeApi): void {
  app.get('/sites', page(SiteResource, 'site', 'This site'), async ({ query }) => api.sites(query));
  app.get(
    '/piles',
    page(PileResource, 'site', 'Piles, those that wait for adoption too'),
    async ({ query }) => api.piles(query),
  );
  app.get(
    '/connectors',
    page(ConnectorResource, 'site', 'Connectors with live values'),
    async ({ query }) => api.connectors(query),
  );
  app.get(
    '/sync',
    page(SyncResource, 'site', 'Streams to the hub and their backlog'),
    async ({ query }) => api.sync(query),
  );
  app.post(
    '/piles/:pileNo/adopt',
    {
      schema: {
        tags: ['site'],
        summary: 'Serve a pile that waits for adoption',
        params: PilePath,
        body: Type.Optional(Nothing),
        response: { 200: PileResource },
      },
    },
    async ({ params }) => api.adopt(params.pileNo),
  );
  app.get(
    '/frames/:pileNo',
    {
      schema: {
        tags: ['site'],
        summary: 'The newest frames of a pile as they were on the wire',
        params: PilePath,
        querystring: FramesQuery,
        response: { 200: PageOf(FrameResource) },
      },
    },
    async ({ params, query }) => api.frames(params.pileNo, query.limit ?? FRAMES_USUAL),
  );
}

function orderRoutes(app: EdgeServer, api: EdgeApi): void {
  app.get(
    '/sessions',
    page(OrderResource, 'orders', 'Orders that are not closed'),
    async ({ query }) => api.sessions(query),
  );
  app.get(
    '/orders',
    {
      schema: {
        tags: ['orders'],
        summary: 'Orders, newest first',
        querystring: OrderQuery,
        response: { 200: PageOf(OrderResource) },
      },
    },
    async ({ query }) => api.orders(query),
  );
  const ofOrder = (response: Type.TSchema, summary: string) => ({
    schema: { tags: ['orders'], summary, params: OrderPath, response: { 200: response } },
  });
  app.get(
    '/orders/:orderNo',
    ofOrder(OrderResource, 'One order with its rows'),
    async ({ params }) => api.order(params.orderNo),
  );
  app.get(
    '/orders/:orderNo/events',
    ofOrder(PageOf(OrderEventResource), 'What happened to it since the agent started'),
    async ({ params }) => api.orderEvents(params.orderNo),
  );
  app.get(
    '/orders/:orderNo/records',
    ofOrder(PageOf(RecordResource), 'The raw records that its pile sent'),
    async ({ params }) => api.orderRecords(params.orderNo),
  );
}

function commandRoutes(app: EdgeServer, api: EdgeApi): void {
  app.get(
    '/commands',
    page(CommandResource, 'commands', 'The newest commands'),
    async ({ query }) => api.commands(query),
  );
  app.get(
    '/commands/:id',
    {
      schema: {
        tags: ['commands'],
        summary: 'A command and its answer',
        params: CommandPath,
        response: { 200: CommandResource },
      },
    },
    async ({ params }) => api.command(params.id),
  );
  app.post(
    '/commands',
    {
      schema: {
        tags: ['commands'],
        summary: 'Start, stop, read, reboot, upload-frames; the same id runs at most once',
        body: CommandRequest,
        response: { 200: CommandResource, 202: CommandResource },
      },
    },
    async ({ body }, reply) => {
      const command = await api.issue(body);
      return reply.code(command.state === 'sent' ? 202 : 200).send(command);
    },
  );
}

/** The way in where the API is open to the network: the configured token is the password. */
function loginRoute(app: EdgeServer, keeper: Gatekeeper): void {
  app.post(
    '/login',
    {
      schema: {
        tags: ['login'],
        summary: 'Only where the API listens on the network',
        body: LoginRequest,
        response: { 200: LoginAnswer },
      },
    },
    async ({ body, ip }) => {
      if (!keeper.isToken(body.password, ip)) throw new FaultError('login-failed', 'wrong token');
      return { token: body.password, user: body.user, expiresAt: isoText(TOKEN_ENDS_MS) };
    },
  );
}

/** Everything below `/api/v1`. */
export function apiRoutes(app: EdgeServer, api: EdgeApi, keeper: Gatekeeper): void {
  siteRoutes(app, api);
  orderRoutes(app, api);
  commandRoutes(app, api);
  loginRoute(app, keeper);
}
