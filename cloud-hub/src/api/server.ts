import { existsSync } from 'node:fs';
import path from 'node:path';
import jwt from '@fastify/jwt';
import rateLimit from '@fastify/rate-limit';
import fastifyStatic from '@fastify/static';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import websocket from '@fastify/websocket';
import { liveSockets } from '@holdfast/shared/api/live-sockets';
import { LoginAnswer, LoginRequest } from '@holdfast/shared/api/resources';
import { FaultError } from '@holdfast/shared/errors/fault';
import { isoText } from '@holdfast/shared/time/shanghai';
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify';
import type { ApiOptions, HubApi } from './hub-api.ts';
import { healthRoutes } from './metrics.ts';
import { operatorRoutes } from './operator-routes.ts';
import { problemAnswers } from './problems.ts';
import { readRoutes } from './read-routes.ts';

export type HubServer = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

const BODY_BYTES_MAX = 64 * 1024;
const REQUESTS_A_MINUTE = 1_200;
const LIVE_CLIENTS_MAX = 500;
/** What anybody may see: the way in, and whether the hub lives. */
const OPEN_ROUTES = new Set(['/api/v1/login', '/api/v1/live']);
const GUARDED = '/api/v1/';

async function documentation(app: HubServer): Promise<void> {
  await app.register(swagger, {
    openapi: {
      info: {
        title: 'Holdfast hub',
        version: '1',
        description:
          'Log in with POST /login and send the token as "Authorization: Bearer …". Exact decimals are strings, times are ISO with +08:00, listings are paged with ?after=, errors are application/problem+json.',
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
  });
  await app.register(swaggerUi, { routePrefix: '/api/docs' });
}

function guard(app: HubServer): void {
  app.addHook('onRequest', async (request) => {
    const { url } = request.routeOptions;
    if (url === undefined || !url.startsWith(GUARDED) || OPEN_ROUTES.has(url)) return;
    if (url === '/api/v1/openapi.json') return;
    await request.jwtVerify().catch(() => {
      throw new FaultError('not-logged-in', 'no valid token');
    });
  });
}

function loginRoute(app: HubServer, api: HubApi, options: ApiOptions): void {
  app.post(
    '/login',
    {
      config: { rateLimit: { max: 30, timeWindow: 60_000 } },
      schema: { tags: ['login'], security: [], body: LoginRequest, response: { 200: LoginAnswer } },
    },
    async ({ body, ip }) => {
      const { user, role } = await api.logins.login(body.user, body.password, ip);
      const token = app.jwt.sign({ user, role }, { expiresIn: `${options.loginHours}h` });
      const endsMs = api.clock.nowMs() + options.loginHours * 3_600_000;
      return { token, user, expiresAt: isoText(endsMs) };
    },
  );
}

async function pages(app: HubServer, folder: string): Promise<void> {
  if (existsSync(path.join(folder, 'index.html'))) {
    await app.register(fastifyStatic, { root: folder, cacheControl: false });
    return;
  }
  app.get('/', { schema: { hide: true } }, (_request, reply) =>
    reply
      .type('text/plain; charset=utf-8')
      .send(
        'The dashboard has not been built: start the hub with "npm run hub".\n页面尚未构建：请用 "npm run hub" 启动。\n',
      ),
  );
}

export interface RunningApi {
  readonly url: string;
  readonly app: HubServer;
  readonly close: () => Promise<void>;
}

/** Builds the HTTP side: API with its page, live changes, dashboard. Not listening yet. */
export async function hubServer(
  api: HubApi,
  options: ApiOptions,
): Promise<{ readonly app: HubServer; readonly closeLive: () => void }> {
  const app: HubServer = fastify({
    bodyLimit: BODY_BYTES_MAX,
    trustProxy: 'loopback',
    forceCloseConnections: true,
    ajv: { customOptions: { coerceTypes: 'array', allErrors: true } },
  }).withTypeProvider<TypeBoxTypeProvider>();
  problemAnswers(app, api.log);
  await app.register(rateLimit, {
    max: REQUESTS_A_MINUTE,
    timeWindow: 60_000,
    errorResponseBuilder: () => new FaultError('too-many-requests', 'more than 1,200 a minute'),
  });
  await app.register(jwt, { secret: options.tokenSecret });
  await app.register(websocket, { options: { maxPayload: 16 * 1024 } });
  await documentation(app);
  guard(app);
  const live = liveSockets({
    feed: api.feed,
    collect: () => {},
    nowMs: api.clock.nowMs,
    after: (ms, task) => {
      const timer = setTimeout(task, ms);
      return () => clearTimeout(timer);
    },
    mostClients: LIVE_CLIENTS_MAX,
    isToken(token) {
      try {
        app.jwt.verify(token ?? '');
        return true;
      } catch {
        return false;
      }
    },
  });
  await app.register(
    async (v1: HubServer) => {
      readRoutes(v1, api);
      loginRoute(v1, api, options);
      operatorRoutes(v1, api);
      v1.get('/live', { websocket: true, schema: { hide: true } }, (socket, request) =>
        live.take(socket, request.ip),
      );
      v1.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
    },
    { prefix: '/api/v1' },
  );
  healthRoutes(app, api, live.clients);
  await pages(app, options.pageFolder);
  return { app, closeLive: live.close };
}

/** Listens; `FaultError('address-taken')` when the address cannot be had. */
export async function startApi(api: HubApi, options: ApiOptions): Promise<RunningApi> {
  const { app, closeLive } = await hubServer(api, options);
  const { host, port } = options;
  const url = await app.listen({ host, port }).catch((error: unknown) => {
    throw new FaultError('address-taken', `${host}:${port}`, error);
  });
  return {
    url,
    app,
    async close() {
      closeLive();
      await app.close();
    },
  };
}
