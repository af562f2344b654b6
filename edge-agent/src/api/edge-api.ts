import { randomBytes } from 'node:crypto';
import {
  commandResource,
  connectorResource,
  orderEventResource,
  orderResource,
  pileResource,
} from '@holdfast/shared/api/present';
import type {
  CommandRequest,
  CommandResource,
  ConnectorResource,
  OrderEventResource,
  OrderResource,
  PileResource,
  SiteResource,
  SyncResource,
} from '@holdfast/shared/api/resources';
import { FaultError } from '@holdfast/shared/errors/fault';
import type { Order } from '@holdfast/shared/order/order';
import type { Command } from '@holdfast/shared/sync/commands';
import { isoText } from '@holdfast/shared/time/shanghai';
import type { CommandDesk } from '../commands/desk.ts';
import type { FrameCapture } from '../ports/captures.ts';
import type { Timers } from '../ports/clock.ts';
import type { RunningSite } from '../site/site.ts';
import type { TaughtClock } from '../sync/parts.ts';
import { type CardApi, cardApi } from './card-api.ts';
import type { OrderHistory } from './order-history.ts';
import { type Listing, limitOf, type PageQuery, pageOf, pageOfRest } from './paging.ts';
import { type PileApi, pileApi } from './pile-api.ts';
import { type ReservationApi, reservationApi } from './reservation-api.ts';
import type { FrameResource, HealthResource, OrderQuery, RecordResource } from './schemas.ts';
import { linkOf, type SyncFacts, siteResource, syncResource } from './sync-view.ts';
import { ulidOf } from './ulid.ts';

/** What the local API is made of. */
export interface EdgeApiParts extends SyncFacts {
  readonly clock: TaughtClock;
  readonly timers: Timers;
  readonly site: RunningSite;
  readonly desk: CommandDesk;
  readonly capture: FrameCapture;
  readonly history: OrderHistory;
}

/** The local API without HTTP: the same shapes as the hub's, for one site. */
export interface EdgeApi {
  readonly sites: (query: PageQuery) => Promise<Listing<SiteResource>>;
  readonly piles: (query: PageQuery) => Listing<PileResource>;
  readonly connectors: (query: PageQuery) => Listing<ConnectorResource>;
  /** Charges that are not closed: orders from plug to record. */
  readonly sessions: (query: PageQuery) => Listing<OrderResource>;
  readonly orders: (query: OrderQuery) => Promise<Listing<OrderResource>>;
  readonly order: (orderNo: string) => Promise<OrderResource>;
  readonly orderEvents: (orderNo: string) => Promise<Listing<OrderEventResource>>;
  readonly orderRecords: (orderNo: string) => Promise<Listing<RecordResource>>;
  readonly sync: (query: PageQuery) => Promise<Listing<SyncResource>>;
  readonly commands: (query: PageQuery) => Listing<CommandResource>;
  readonly command: (id: string) => Promise<CommandResource>;
  /** Resolves with the answer, or with `sent` when the pile takes its time. */
  readonly issue: (request: CommandRequest) => Promise<CommandResource>;
  readonly adopt: (pileNo: string) => Promise<PileResource>;
  /** The newest frames of a pile, oldest first. */
  readonly frames: (pileNo: string, limit: number) => Listing<FrameResource>;
  readonly health: () => Promise<HealthResource>;
  readonly pile: PileApi;
  readonly card: CardApi;
  readonly reservation: ReservationApi;
}

/** Commands that may be for a pile as a whole. */
const OF_WHOLE_PILE: readonly CommandRequest['op'][] = [
  'operate',
  'limit',
  'reboot',
  'upload-frames',
];
/** A command without a time of its own is given this long. */
const USUAL_TIMEOUT_S = 90;
/** A request waits so long for the pile; the answer comes by the live changes after that. */
const ANSWER_WAIT_MS = 2_000;

const notFound = (what: string): FaultError => new FaultError('not-found', what);

/** The command of a request; throws `FaultError` for a site or pile that is not here. */
function commandOf(parts: EdgeApiParts, request: CommandRequest): Command {
  const { site, config, clock } = parts;
  const { pileNo, connectorNo, op, account, balanceYuan, orderNo, operate, limit } = request;
  if (request.siteId !== config.siteId) throw notFound(`this is site ${config.siteId}`);
  if (op === 'cards') throw new FaultError('invalid-input', 'the cards are at /cards here');
  const pile = site.memory.pile(pileNo);
  if (pile === undefined) throw notFound(`no pile ${pileNo}`);
  if (op === 'start' && (account === undefined || balanceYuan === undefined)) {
    throw new FaultError('invalid-input', 'a start needs account and balanceYuan');
  }
  if (connectorNo === 0 && !OF_WHOLE_PILE.includes(op)) {
    throw new FaultError('invalid-input', `connectorNo: ${op} needs a connector`);
  }
  if (op === 'operate' && operate === undefined) {
    throw new FaultError('invalid-input', 'an operation needs its name: operate.operation');
  }
  if (op === 'limit' && limit === undefined) {
    throw new FaultError('invalid-input', 'a limit needs limit.maxW and limit.seconds');
  }
  const nowMs = clock.hubNowMs();
  const start =
    account === undefined || balanceYuan === undefined
      ? undefined
      : { account, balance: balanceYuan };
  return {
    id: request.id ?? ulidOf(nowMs, randomBytes(16)),
    vendor: pile.pile.vendor,
    pileNo,
    connectorNo,
    op,
    deadlineMs: nowMs + (request.timeoutSeconds ?? USUAL_TIMEOUT_S) * 1_000,
    ...(orderNo === undefined ? {} : { fence: { orderNo } }),
    ...(start === undefined ? {} : { start }),
    ...(operate === undefined ? {} : { operate }),
    ...(limit === undefined ? {} : { limit }),
  };
}

/** What a promise resolves with in time; `null`: it takes longer. */
function withinMs<T>(timers: Timers, ms: number, promise: Promise<T>): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const cancel = timers.after(ms, () => resolve(null));
    promise.then(resolve, reject).finally(cancel);
  });
}

const connectorKey = ({ pileNo, connectorNo }: ConnectorResource): string =>
  `${pileNo}/${String(connectorNo).padStart(3, '0')}`;

async function healthOf(parts: EdgeApiParts): Promise<HealthResource> {
  const { config, ledger, site, clock } = parts;
  const health = ledger.health();
  const hub = config.hub === null ? 'none' : linkOf(await parts.status());
  const isWell = health === 'ok' && (hub === 'none' || hub === 'online');
  return {
    status: health === 'money-refused' ? 'refusing' : isWell ? 'ok' : 'degraded',
    siteId: config.siteId,
    ledger: health,
    hub,
    pilesOnline: site.memory.piles().filter(({ pile }) => pile.online).length,
    openOrders: site.memory.openOrders().length,
    clockQuality: clock.reading().quality,
  };
}

type Lists = Pick<EdgeApi, 'sites' | 'piles' | 'connectors' | 'sync' | 'adopt' | 'frames'>;

function siteSide(parts: EdgeApiParts): Lists {
  const { config, site, capture } = parts;
  const { siteId } = config;
  const { memory } = site;
  const pileOf = (pileNo: string): PileResource => {
    const seen = memory.pile(pileNo);
    if (seen === undefined) throw notFound(`no pile ${pileNo}`);
    return pileResource(siteId, seen.pile, seen.lastSeenMs);
  };
  const connectors = (): readonly ConnectorResource[] =>
    memory
      .connectors()
      .map(({ vendor, connector, seen }) => connectorResource({ siteId, vendor }, connector, seen));
  return {
    sites: async (query) => pageOf([await siteResource(parts, memory)], query, (one) => one.siteId),
    piles: (query) =>
      pageOf(
        memory.piles().map(({ pile, lastSeenMs }) => pileResource(siteId, pile, lastSeenMs)),
        query,
        (pile) => pile.pileNo,
      ),
    connectors: (query) => pageOf(connectors(), query, connectorKey),
    sync: async (query) => pageOf([await syncResource(parts)], query, (one) => one.siteId),
    async adopt(pileNo) {
      await site.adopt(pileNo);
      return pileOf(pileNo);
    },
    frames(pileNo, limit) {
      pileOf(pileNo);
      const items = capture
        .frames(pileNo, limit)
        .map(({ atMs, up, hex }) => ({ at: isoText(atMs), up, hex }));
      return { items, next: null };
    },
  };
}

type Orders = Pick<EdgeApi, 'sessions' | 'orders' | 'order' | 'orderEvents' | 'orderRecords'>;

function orderSide({ site: { memory }, ledger, history }: EdgeApiParts): Orders {
  const orderOf = async (orderNo: string): Promise<Order> => {
    const order = memory.order(orderNo) ?? (await ledger.order(orderNo));
    if (order === undefined) throw notFound(`no order ${orderNo}`);
    return order;
  };
  return {
    sessions(query) {
      const open = memory.openOrders().map(orderResource);
      const sorted = open.sort((a, b) => (a.orderNo < b.orderNo ? -1 : 1));
      return pageOf(sorted, query, (order) => order.orderNo);
    },
    async orders(query) {
      // One more than asked for tells whether there is a next page.
      const orders = await ledger.orders({ ...query, limit: limitOf(query) + 1 });
      return pageOfRest(orders.map(orderResource), query, (order) => order.orderNo);
    },
    order: async (orderNo) => orderResource(await orderOf(orderNo)),
    async orderEvents(orderNo) {
      const order = await orderOf(orderNo);
      return { items: history.of(order).map(orderEventResource), next: null };
    },
    async orderRecords(orderNo) {
      await orderOf(orderNo);
      const records = await ledger.records(orderNo);
      const items = records.map(({ tradeNo, receivedAtMs, pileNo, frameType, rawHex }) => ({
        orderNo: tradeNo,
        pileNo,
        frameType,
        rawHex,
        receivedAt: isoText(receivedAtMs),
      }));
      return { items, next: null };
    },
  };
}

type Commands = Pick<EdgeApi, 'commands' | 'command' | 'issue'>;

function commandSide(parts: EdgeApiParts): Commands {
  const { config, desk, clock, timers } = parts;
  const { siteId } = config;
  return {
    commands(query) {
      const recent = desk.recent().map((seen) => commandResource({ siteId, ...seen }));
      const from = recent.findIndex((command) => command.id === query.after) + 1;
      return pageOfRest(recent.slice(from), query, (command) => command.id);
    },
    async command(id) {
      const seen = await desk.seen(id);
      if (seen === undefined) throw notFound(`no command ${id}`);
      return commandResource({ siteId, ...seen });
    },
    async issue(request) {
      const command = commandOf(parts, request);
      const sentAtMs = clock.nowMs();
      const answered = desk.handle(command, clock.hubNowMs());
      const answer = await withinMs(timers, ANSWER_WAIT_MS, answered);
      return commandResource({ siteId, command, sentAtMs, answer });
    },
  };
}

export const edgeApi = (parts: EdgeApiParts): EdgeApi => ({
  ...siteSide(parts),
  ...orderSide(parts),
  ...commandSide(parts),
  health: () => healthOf(parts),
  pile: pileApi(parts.site.memory, parts.clock),
  card: cardApi(parts.site.cards, parts.clock),
  reservation: reservationApi(parts.site, parts.clock),
});
