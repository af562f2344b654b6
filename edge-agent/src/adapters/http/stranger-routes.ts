import { PageOf } from '@holdfast/shared/api/resources';
import { type StrangerApi, StrangerResource } from '../../api/stranger-api.ts';
import type { EdgeServer } from './server.ts';

/** Who has connected to the fronts that only listen. */
export function strangerRoutes(app: EdgeServer, api: StrangerApi): void {
  app.get(
    '/strangers',
    {
      schema: {
        tags: ['upkeep'],
        summary: 'Who connected to a front with protocol listen, and what they seem to speak',
        response: { 200: PageOf(StrangerResource) },
      },
    },
    async () => api.strangers(),
  );
}
