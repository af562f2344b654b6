import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';
import type { SiteLog } from '../../site/log.ts';
import type { ApiDocument } from './pages.ts';

/**
 * The pages, made when somebody first opens one: at most sites nobody ever does, and what serves them
 * weighs as much as the rest of the HTTP side.
 */
export interface LatePages {
  /** Serves what is no route of the agent's own. */
  readonly serve: (request: FastifyRequest, reply: FastifyReply) => Promise<void>;
  readonly document: () => Promise<ApiDocument>;
  readonly close: () => Promise<void>;
}

/** Watches which routes are added from now on: the page of the API shows them. */
export function latePages(app: FastifyInstance, folder: string, log: SiteLog): LatePages {
  const routes: RouteOptions[] = [];
  let described: Promise<ApiDocument> | undefined;
  let opened: Promise<FastifyInstance> | undefined;
  app.addHook('onRoute', (route) => void routes.push(route));
  const document = (): Promise<ApiDocument> => {
    described ??= import('./pages.ts').then(({ documentOf }) => documentOf(routes));
    return described;
  };
  const open = async (): Promise<FastifyInstance> => {
    const { openPages } = await import('./pages.ts');
    return await openPages(folder, await document(), log);
  };
  return {
    document,
    async serve({ raw }, reply) {
      opened ??= open();
      const pages = await opened;
      reply.hijack();
      pages.routing(raw, reply.raw);
    },
    close: async () => await (await opened)?.close(),
  };
}
