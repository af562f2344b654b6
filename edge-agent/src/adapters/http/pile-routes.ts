import { PageOf } from '@holdfast/shared/api/resources';
import {
  DeviationResource,
  LimitResource,
  OperationsResource,
  type PileApi,
} from '../../api/pile-api.ts';
import { PilePath } from '../../api/schemas.ts';
import type { EdgeServer } from './server.ts';

const tags = ['piles'];

/** What a technician asks about one pile. */
export function pileRoutes(app: EdgeServer, api: PileApi): void {
  app.get(
    '/piles/:pileNo/operations',
    {
      schema: {
        tags,
        summary: 'What may be asked of the pile by name (command `operate`)',
        params: PilePath,
        response: { 200: OperationsResource },
      },
    },
    async ({ params }) => await api.operations(params.pileNo),
  );
  app.get(
    '/piles/:pileNo/deviations',
    {
      schema: {
        tags,
        summary: 'Rules that the pile breaks, and how that is repaired',
        params: PilePath,
        response: { 200: PageOf(DeviationResource) },
      },
    },
    async ({ params }) => api.deviations(params.pileNo),
  );
  app.get(
    '/limits',
    {
      schema: { tags, summary: 'Power limits in force', response: { 200: PageOf(LimitResource) } },
    },
    async () => api.limits(),
  );
}
