import type { AddressInfo } from 'node:net';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import websocket from '@fastify/websocket';
import type { LiveFeed } from '@holdfast/shared/api/live-feed';
import { type LiveSockets, liveSockets } from '@holdfast/shared/api/live-sockets';
import { FaultError } from '@holdfast/shared/errors/fault';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify';
import type { EdgeApi } from '../../api/edge-api.ts';
import type { FileApi } from '../../api/file-api.ts';
import { HealthResource } from '../../api/schemas.ts';
import type { SecurityApi } from '../../api/security-api.ts';
import type { StrangerApi } from '../../api/stranger-api.ts';
import type { Clock, Timers } from '../../ports/clock.ts';
import type { SiteLog } from '../../site/log.ts';
import { cardRoutes, groupRoutes } from './card-routes.ts';
import { fileRoutes } from './file-routes.ts';
import { gatekeeper } from './gatekeeper.ts';
import { latePages } from './late-pages.ts';
import { lateSchemas } from './late-schemas.ts';
import type { Metrics } from './metrics.ts';
import { pileRoutes } from './pile-routes.ts';
import { problemAnswers } from './problems.ts';
import { reservationRoutes } from './reservation-routes.ts';
import { apiRoutes } from './routes.ts';
import { securityRoutes } from './security-routes.ts';
import { strangerRoutes } from './stranger-routes.ts';

export type EdgeServer = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

/** Nothing that a page asks is longer; no socket may hold the server for long. */
const REQUEST_MS = 120_000;
const WS_MESSAGE_BYTES = 16_384;

export interface HttpOptions {
  readonly host: string;
  readonly port: number;
  /** `null`: loopback, where whoever sits at the machine is trusted. */
  readonly token: string | null;
  readonly bodyBytes: number;
  readonly liveClients: number;
  /** Folder of the built station page. */
  readonly pageFolder: string;
  readonly api: EdgeApi;
  /** Files of piles; `null`: not switched on. */
  readonly files: { readonly api: FileApi; readonly fileBytes: number } | null;
  /** Left out: the API knows nothing of the piles' doors, in tests. */
  readonly security?: SecurityApi;
  /** Left out: nobody listens for strangers, in tests. */
  readonly strangers?: StrangerApi;
  readonly feed: LiveFeed;
  readonly collect: () => void;
  readonly metrics: (liveClients: () => number) => Metrics;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: SiteLog;
}

export interface HttpServer {
  readonly app: EdgeServer;
  /** Listens; `FaultError('address-taken')` when the address cannot be had. */
  readonly start: () => Promise<AddressInfo>;
  readonly stop: () => Promise<void>;
}

function upkeepRoutes(app: EdgeServer, api: EdgeApi, metrics: Metrics): void {
  app.get(
    '/health',
    { schema: { tags: ['upkeep'], response: { 200: HealthResource, 503: HealthResource } } },
    async (_request, reply) => {
      const health = await api.health();
      return reply.code(health.status === 'refusing' ? 503 : 200).send(health);
    },
  );
  app.get('/metrics', { schema: { hide: true } }, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.text()),
  );
}

const OPEN_ROUTES = ['/api/v1/login', '/api/v1/live', '/api/v1/openapi.json', '/health'];

/** Builds the HTTP side: API with its page, live changes, metrics, station page. Not listening yet. */
export async function httpServer(options: HttpOptions): Promise<HttpServer> {
  const { api, clock, timers, log, token } = options;
  const keeper = gatekeeper(token, clock.monoMs);
  const schemas = lateSchemas();
  const app: EdgeServer = fastify({
    bodyLimit: options.bodyBytes,
    requestTimeout: REQUEST_MS,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    schemaController: { compilersFactory: schemas.compilersFactory },
  })
    .withTypeProvider<TypeBoxTypeProvider>()
    .setValidatorCompiler(schemas.validatorCompiler);
  const pages = latePages(app, options.pageFolder, log);
  const live: LiveSockets = liveSockets({
    feed: options.feed,
    collect: options.collect,
    nowMs: clock.nowMs,
    after: timers.after,
    mostClients: options.liveClients,
    isToken: keeper.isToken,
  });
  problemAnswers(app, log);
  app.addHook('onRequest', schemas.load);
  app.addHook('onRequest', async (request) => {
    const { url } = request.routeOptions;
    const isGuarded = url?.startsWith('/api/v1/') === true || url === '/metrics';
    if (isGuarded && !OPEN_ROUTES.includes(url)) keeper.check(request);
    if (url === '/api/v1/live' && !keeper.mayOpen(request)) {
      throw new FaultError('forbidden', 'live changes go only to pages of this machine');
    }
  });
  await app.register(websocket, { options: { maxPayload: WS_MESSAGE_BYTES } });
  await app.register(
    async (v1: EdgeServer) => {
      apiRoutes(v1, api, keeper);
      pileRoutes(v1, api.pile);
      cardRoutes(v1, api.card);
      groupRoutes(v1, api.card);
      reservationRoutes(v1, api.reservation);
      if (options.files !== null) fileRoutes(v1, options.files.api, options.files.fileBytes);
      if (options.security !== undefined) securityRoutes(v1, options.security);
      if (options.strangers !== undefined) strangerRoutes(v1, options.strangers);
      v1.get('/live', { websocket: true, schema: { hide: true } }, (socket, request) =>
        live.take(socket, request.ip),
      );
      v1.get('/openapi.json', { schema: { hide: true } }, () => pages.document());
    },
    { prefix: '/api/v1' },
  );
  upkeepRoutes(app, api, options.metrics(live.clients));
  const schema = { hide: true };
  app.route({ method: ['GET', 'HEAD'], url: '/*', schema, handler: pages.serve });

  return {
    app,
    async start() {
      const { host, port } = options;
      await app.listen({ host, port }).catch((error: unknown) => {
        throw new FaultError('address-taken', `${host}:${port}`, error);
      });
      const address = app.server.address();
      if (address === null || typeof address === 'string') {
        throw new FaultError('address-taken', `${host}:${port}`);
      }
      return address;
    },
    async stop() {
      live.close();
      await app.close();
      await pages.close();
    },
  };
}
