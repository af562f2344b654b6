import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { type TypeBoxTypeProvider, TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
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
import type { Clock, Timers } from '../../ports/clock.ts';
import type { SiteLog } from '../../site/log.ts';
import { cardRoutes, groupRoutes } from './card-routes.ts';
import { fileRoutes } from './file-routes.ts';
import { gatekeeper } from './gatekeeper.ts';
import type { Metrics } from './metrics.ts';
import { pileRoutes } from './pile-routes.ts';
import { problemAnswers } from './problems.ts';
import { reservationRoutes } from './reservation-routes.ts';
import { apiRoutes } from './routes.ts';
import { securityRoutes } from './security-routes.ts';

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
  readonly feed: LiveFeed;
  readonly collect: () => void;
  readonly metrics: (liveClients: () => number) => Metrics;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: SiteLog;
}

export interface HttpServer {
  readonly app: EdgeServer;
  /** Listens; `FaultError('config-invalid')` when the address cannot be had. */
  readonly start: () => Promise<AddressInfo>;
  readonly stop: () => Promise<void>;
}

async function documentation(app: EdgeServer): Promise<void> {
  await app.register(swagger, {
    openapi: {
      info: {
        title: 'Holdfast edge agent',
        version: '1',
        description:
          'One site, also while the hub cannot be reached. Exact decimals are strings, times are ISO with +08:00, listings are paged with ?after=, errors are application/problem+json. On loopback no token is needed.',
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
    },
  });
  await app.register(swaggerUi, { routePrefix: '/api/docs' });
}

const NO_PAGE = `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>Holdfast</title>
<body style="font:16px/1.6 system-ui;max-width:40em;margin:4em auto;padding:0 1em">
<h1>场站页面尚未构建 · The station page has not been built</h1>
<p>在项目目录运行 <code>npm start</code>，它会构建页面。<br>Run <code>npm start</code> in the project: it builds the page.</p>
<p>API: <a href="/api/docs">/api/docs</a> · <a href="/health">/health</a> · <a href="/metrics">/metrics</a></p>
</body></html>`;

async function stationPage(app: EdgeServer, folder: string): Promise<void> {
  if (existsSync(path.join(folder, 'index.html'))) {
    await app.register(fastifyStatic, { root: folder, cacheControl: false });
    return;
  }
  app.get('/', { schema: { hide: true } }, (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(NO_PAGE),
  );
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
  const app: EdgeServer = fastify({
    bodyLimit: options.bodyBytes,
    requestTimeout: REQUEST_MS,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
  })
    .withTypeProvider<TypeBoxTypeProvider>()
    .setValidatorCompiler(TypeBoxValidatorCompiler);
  const live: LiveSockets = liveSockets({
    feed: options.feed,
    collect: options.collect,
    nowMs: clock.nowMs,
    after: timers.after,
    mostClients: options.liveClients,
    isToken: keeper.isToken,
  });
  problemAnswers(app, log);
  app.addHook('onRequest', async (request) => {
    const { url } = request.routeOptions;
    const isGuarded = url?.startsWith('/api/v1/') === true || url === '/metrics';
    if (isGuarded && !OPEN_ROUTES.includes(url)) keeper.check(request);
    if (url === '/api/v1/live' && !keeper.mayOpen(request)) {
      throw new FaultError('forbidden', 'live changes go only to pages of this machine');
    }
  });
  await app.register(websocket, { options: { maxPayload: WS_MESSAGE_BYTES } });
  await documentation(app);
  await app.register(
    async (v1: EdgeServer) => {
      apiRoutes(v1, api, keeper);
      pileRoutes(v1, api.pile);
      cardRoutes(v1, api.card);
      groupRoutes(v1, api.card);
      reservationRoutes(v1, api.reservation);
      if (options.files !== null) fileRoutes(v1, options.files.api, options.files.fileBytes);
      if (options.security !== undefined) securityRoutes(v1, options.security);
      v1.get('/live', { websocket: true, schema: { hide: true } }, (socket, request) =>
        live.take(socket, request.ip),
      );
      v1.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
    },
    { prefix: '/api/v1' },
  );
  upkeepRoutes(app, api, options.metrics(live.clients));
  await stationPage(app, options.pageFolder);

  return {
    app,
    async start() {
      const { host, port } = options;
      await app.listen({ host, port }).catch((error: unknown) => {
        throw new FaultError('config-invalid', `cannot listen on ${host}:${port}`, error);
      });
      const address = app.server.address();
      if (address === null || typeof address === 'string') {
        throw new FaultError('config-invalid', `cannot listen on ${host}:${port}`);
      }
      return address;
    },
    async stop() {
      live.close();
      await app.close();
    },
  };
}
