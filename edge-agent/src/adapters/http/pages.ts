import { existsSync } from 'node:fs';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import swagger, { type StaticDocumentSpec } from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import fastify, { type FastifyInstance, type RouteOptions } from 'fastify';
import type { SiteLog } from '../../site/log.ts';
import { problemAnswers } from './problems.ts';

export const DOCS = '/api/docs';

const ABOUT = {
  info: {
    title: 'Holdfast edge agent',
    version: '1',
    description:
      'One site, also while the hub cannot be reached. Exact decimals are strings, times are ISO with +08:00, listings are paged with ?after=, errors are application/problem+json. On loopback no token is needed.',
  },
  components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
} as const;

/** The API in the words of OpenAPI. */
export type ApiDocument = StaticDocumentSpec['document'];

/** Describes routes: theirs is a server that never listens. */
export async function documentOf(routes: readonly RouteOptions[]): Promise<ApiDocument> {
  const app = fastify({ exposeHeadRoutes: false })
    .setValidatorCompiler(() => () => true)
    .setSerializerCompiler(() => JSON.stringify);
  await app.register(swagger, { openapi: ABOUT });
  for (const { method, url, schema = {} } of routes) {
    app.route({ method, url, schema, handler: () => null });
  }
  await app.ready();
  return app.swagger() as ApiDocument;
}

const NO_PAGE = `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>Holdfast</title>
<body style="font:16px/1.6 system-ui;max-width:40em;margin:4em auto;padding:0 1em">
<h1>场站页面尚未构建 · The station page has not been built</h1>
<p>在项目目录运行 <code>npm start</code>，它会构建页面。<br>Run <code>npm start</code> in the project: it builds the page.</p>
<p>API: <a href="${DOCS}">${DOCS}</a> · <a href="/health">/health</a> · <a href="/metrics">/metrics</a></p>
</body></html>`;

async function stationPage(app: FastifyInstance, folder: string): Promise<void> {
  if (existsSync(path.join(folder, 'index.html'))) {
    await app.register(fastifyStatic, { root: folder, cacheControl: false });
    return;
  }
  app.get('/', (_request, reply) => reply.type('text/html; charset=utf-8').send(NO_PAGE));
}

/** The station page and the page of the API, as a server behind that of the agent. */
export async function openPages(
  folder: string,
  document: ApiDocument,
  log: SiteLog,
): Promise<FastifyInstance> {
  const app = fastify();
  problemAnswers(app, log);
  await app.register(swagger, { mode: 'static', specification: { document } });
  await app.register(swaggerUi, { routePrefix: DOCS });
  await stationPage(app, folder);
  await app.ready();
  return app;
}
