import {
  commandResource,
  connectorResource,
  orderEventResource,
  orderResource,
  pileResource,
} from '@holdfast/shared/api/present';
import {
  CommandResource,
  ConnectorResource,
  OrderEventResource,
  OrderResource,
  PageOf,
  PileResource,
  SiteResource,
  SyncResource,
} from '@holdfast/shared/api/resources';
import { SecurityEventResource, securityEventResource } from '@holdfast/shared/api/security';
import { FaultError } from '@holdfast/shared/errors/fault';
import { ORDER_STATES } from '@holdfast/shared/order/order';
import Type from 'typebox';
import { operationsOf } from '../frames/operations.ts';
import type { HubApi } from './hub-api.ts';
import { PageQuery, pageOf } from './paging.ts';
import type { HubServer } from './server.ts';
import { siteView, syncView } from './views.ts';

const OfSite = Type.Object({ siteId: Type.Optional(Type.String({ maxLength: 64 })) });
const OfPile = Type.Object({
  siteId: Type.Optional(Type.String({ maxLength: 64 })),
  pileNo: Type.Optional(Type.String({ maxLength: 64 })),
});
const PileNo = Type.Object({ pileNo: Type.String({ minLength: 1, maxLength: 64 }) });
const OperationsResource = Type.Object({
  protocol: Type.String(),
  items: Type.Array(Type.Object({ name: Type.String(), schema: Type.Unknown() })),
});
const OrderNo = Type.Object({ orderNo: Type.String({ maxLength: 64 }) });

const OrderSearch = Type.Object({
  siteId: Type.Optional(Type.String({ maxLength: 64 })),
  pileNo: Type.Optional(Type.String({ maxLength: 64 })),
  state: Type.Optional(Type.Union(ORDER_STATES.map((state) => Type.Literal(state)))),
  exceptionsOnly: Type.Optional(Type.Boolean()),
});

function siteRoutes(app: HubServer, { store, live, clock }: HubApi): void {
  app.get(
    '/sites',
    {
      schema: { tags: ['sites'], querystring: PageQuery, response: { 200: PageOf(SiteResource) } },
    },
    async ({ query }) => {
      const sites = await store.sites();
      const page = pageOf(sites, query, (site) => site.siteId);
      const nowMs = clock.nowMs();
      const items = await Promise.all(page.items.map((s) => siteView(store, live, s, nowMs)));
      return { items, next: page.next };
    },
  );
  app.get(
    '/sync',
    { schema: { tags: ['sync'], querystring: PageQuery, response: { 200: PageOf(SyncResource) } } },
    async ({ query }) => {
      const page = pageOf(await store.sites(), query, (site) => site.siteId);
      const nowMs = clock.nowMs();
      const items = await Promise.all(page.items.map((s) => syncView(store, live, s, nowMs)));
      return { items, next: page.next };
    },
  );
}

function pileRoutes(app: HubServer, { store, live }: HubApi): void {
  const query = Type.Interface([PageQuery, OfSite], {});
  app.get(
    '/piles',
    { schema: { tags: ['piles'], querystring: query, response: { 200: PageOf(PileResource) } } },
    async (request) => {
      const piles = await store.piles(request.query.siteId);
      const page = pageOf(piles, request.query, (pile) => `${pile.siteId}/${pile.pileNo}`);
      const items = page.items.map((pile) => pileResource(pile.siteId, pile, pile.seenAtMs));
      return { items, next: page.next };
    },
  );
  app.get(
    '/piles/:pileNo/operations',
    {
      schema: {
        tags: ['piles'],
        summary: 'What may be asked of the pile by name (command `operate`)',
        params: PileNo,
        querystring: Type.Object({ siteId: Type.String({ minLength: 1, maxLength: 64 }) }),
        response: { 200: OperationsResource },
      },
    },
    async ({ params: { pileNo }, query: { siteId } }) => {
      const pile = (await store.piles(siteId)).find((known) => known.pileNo === pileNo);
      if (pile === undefined) throw new FaultError('not-found', `no pile ${pileNo} at ${siteId}`);
      const operations = await operationsOf(pile.vendor, pile.protocolVersion);
      if (operations !== undefined) return { ...operations, items: [...operations.items] };
      throw new FaultError('not-found', `the protocol of pile ${pileNo} has no operations by name`);
    },
  );
  app.get(
    '/connectors',
    {
      schema: { tags: ['piles'], querystring: query, response: { 200: PageOf(ConnectorResource) } },
    },
    async (request) => {
      const { siteId } = request.query;
      const measured = await live.measurements(siteId);
      const seen = new Map(
        measured.map((m) => [`${m.siteId}/${m.pileNo}/${m.measurement.connectorNo}`, m]),
      );
      const connectors = await store.connectors(siteId);
      const keyOf = (c: { siteId: string; pileNo: string; connectorNo: number }): string =>
        `${c.siteId}/${c.pileNo}/${String(c.connectorNo).padStart(2, '0')}`;
      const page = pageOf(connectors, request.query, keyOf);
      const items = page.items.map((connector) =>
        connectorResource(
          connector,
          connector,
          seen.get(`${connector.siteId}/${connector.pileNo}/${connector.connectorNo}`),
        ),
      );
      return { items, next: page.next };
    },
  );
}

function orderRoutes(app: HubServer, { store }: HubApi): void {
  const known = async (orderNo: string) => {
    const stored = await store.order(orderNo);
    if (stored === undefined) throw new FaultError('not-found', `no order ${orderNo}`);
    return stored;
  };
  app.get(
    '/orders',
    {
      schema: {
        tags: ['orders'],
        querystring: Type.Interface([PageQuery, OrderSearch], {}),
        response: { 200: PageOf(OrderResource) },
      },
    },
    async ({ query }) => {
      const orders = await store.orders(query);
      const last = orders.at(-1);
      const next = orders.length < query.limit || last === undefined ? null : last.order.orderNo;
      return { items: orders.map(({ order }) => orderResource(order)), next };
    },
  );
  app.get(
    '/orders/:orderNo',
    { schema: { tags: ['orders'], params: OrderNo, response: { 200: OrderResource } } },
    async ({ params }) => orderResource((await known(params.orderNo)).order),
  );
  app.get(
    '/orders/:orderNo/events',
    {
      schema: { tags: ['orders'], params: OrderNo, response: { 200: PageOf(OrderEventResource) } },
    },
    async ({ params }) => {
      await known(params.orderNo);
      const events = await store.orderEvents(params.orderNo);
      return { items: events.map(orderEventResource), next: null };
    },
  );
}

function commandRoutes(app: HubServer, { store }: HubApi): void {
  app.get(
    '/commands',
    {
      schema: {
        tags: ['commands'],
        querystring: Type.Interface([PageQuery, OfSite], {}),
        response: { 200: PageOf(CommandResource) },
      },
    },
    async ({ query }) => {
      const commands = await store.commands(query.siteId, query.limit);
      return { items: commands.map(commandResource), next: null };
    },
  );
  app.get(
    '/commands/:id',
    {
      schema: {
        tags: ['commands'],
        params: Type.Object({ id: Type.String({ maxLength: 40 }) }),
        response: { 200: CommandResource },
      },
    },
    async ({ params }) => {
      const command = await store.command(params.id);
      if (command === undefined) throw new FaultError('not-found', `no command ${params.id}`);
      return commandResource(command);
    },
  );
}

function securityRoutes(app: HubServer, { store }: HubApi): void {
  const query = Type.Intersect([PageQuery, OfPile]);
  app.get(
    '/security-events',
    {
      schema: {
        tags: ['security'],
        summary: "What happened at the piles' doors, newest first",
        querystring: query,
        response: { 200: PageOf(SecurityEventResource) },
      },
    },
    async ({ query: { limit, after, siteId, pileNo } }) => {
      const before = Number(after ?? Number.MAX_SAFE_INTEGER);
      if (!Number.isSafeInteger(before)) throw new FaultError('invalid-input', `after: ${after}`);
      const entries = await store.securityEvents({
        limit,
        before,
        ...(siteId === undefined ? {} : { siteId }),
        ...(pileNo === undefined ? {} : { pileNo }),
      });
      const items = entries.map((entry) => securityEventResource(entry, entry.event));
      return { items, next: items.length < limit ? null : (items.at(-1)?.id ?? null) };
    },
  );
}

/** Everything that can be looked at. */
export function readRoutes(app: HubServer, api: HubApi): void {
  securityRoutes(app, api);
  siteRoutes(app, api);
  pileRoutes(app, api);
  orderRoutes(app, api);
  commandRoutes(app, api);
}
