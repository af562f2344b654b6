import type {
  CommandRequest,
  CommandResource,
  LoginAnswer,
  OrderEventResource,
  OrderResource,
  Page,
  Problem,
} from '../api/resources.ts';
import type { SecurityEventResource } from '../api/security.ts';

/** A refusal of the server in words of the user's job. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.title);
    this.problem = problem;
  }
}

export interface OrderSearch {
  readonly state?: string;
  readonly pileNo?: string;
  readonly siteId?: string;
  readonly exceptionsOnly?: boolean;
  readonly after?: string;
}

export interface SecuritySearch {
  readonly pileNo?: string;
  readonly after?: string;
}

/** What may be asked of a pile by name. */
export interface Operations {
  readonly protocol: string;
  readonly items: readonly { readonly name: string; readonly schema: unknown }[];
}
export interface SeenDeviation {
  readonly rule: string;
  readonly action: string;
  readonly path: string;
  readonly count: number;
  readonly first: string;
  readonly last: string;
  readonly seen: string;
  readonly repair: string;
}
/** A power limit in force. */
export interface SeenLimit {
  readonly pileNo: string;
  /** 0: the whole pile. */
  readonly connectorNo: number;
  readonly maxW: number | null;
  readonly until: string;
}
export interface SeenFrame {
  readonly at: string;
  readonly up: boolean;
  readonly hex: string;
}

/** The HTTP API of hub or edge, as a page uses it. */
export interface ApiClient {
  readonly login: (user: string, password: string) => Promise<LoginAnswer>;
  readonly orders: (search: OrderSearch) => Promise<Page<OrderResource>>;
  readonly order: (orderNo: string) => Promise<OrderResource>;
  readonly orderEvents: (orderNo: string) => Promise<Page<OrderEventResource>>;
  readonly command: (request: CommandRequest) => Promise<CommandResource>;
  /** A command as it stands now. */
  readonly seenCommand: (id: string) => Promise<CommandResource>;
  readonly adopt: (pileNo: string) => Promise<void>;
  readonly securityEvents: (search: SecuritySearch) => Promise<Page<SecurityEventResource>>;
  /** Power limits in force at the box itself. */
  readonly limits: () => Promise<Page<SeenLimit>>;
  readonly operations: (siteId: string, pileNo: string) => Promise<Operations>;
  readonly deviations: (siteId: string, pileNo: string) => Promise<Page<SeenDeviation>>;
  /** The newest frames of a pile as hex; only the box itself has them. */
  readonly frames: (pileNo: string) => Promise<Page<SeenFrame>>;
  /** An operator's word on two boxes with one identity. */
  readonly acceptStore: (siteId: string, storeId: string) => Promise<void>;
  /** Any other resource of this server. Rejects with `ProblemError`. */
  readonly ask: <T>(path: string, init?: RequestInit) => Promise<T>;
}

const NO_LINE: Problem = {
  type: 'about:blank',
  title: 'The server cannot be reached. Check the line and try again.',
  titleZh: '连接不上服务器，请检查网络后重试。',
  status: 0,
  code: 'unreachable',
  retry: true,
};

const pilePath = (pileNo: string): string => `/piles/${encodeURIComponent(pileNo)}`;

function queryOf(search: OrderSearch | SecuritySearch): string {
  const query = new URLSearchParams({ limit: '50' });
  for (const [name, value] of Object.entries(search)) {
    if (value !== undefined && value !== '' && value !== false) query.set(name, String(value));
  }
  return query.toString();
}

export function apiClient(token: () => string | undefined): ApiClient {
  async function call<T>(path: string, init?: RequestInit): Promise<T> {
    const bearer = token();
    const headers = new Headers(init?.headers);
    if (bearer !== undefined) headers.set('authorization', `Bearer ${bearer}`);
    if (init?.body !== undefined) headers.set('content-type', 'application/json');
    const answer = await fetch(`/api/v1${path}`, { ...init, headers }).catch(() => undefined);
    if (answer === undefined) throw new ProblemError(NO_LINE);
    if (answer.ok) return answer.status === 204 ? (undefined as T) : ((await answer.json()) as T);
    const problem = await answer.json().catch(() => ({ ...NO_LINE, status: answer.status }));
    throw new ProblemError(problem as Problem);
  }
  const post = <T>(path: string, body: unknown): Promise<T> =>
    call<T>(path, { method: 'POST', body: JSON.stringify(body) });
  return {
    login: (user, password) => post('/login', { user, password }),
    orders: (search) => call(`/orders?${queryOf(search)}`),
    order: (orderNo) => call(`/orders/${encodeURIComponent(orderNo)}`),
    orderEvents: (orderNo) => call(`/orders/${encodeURIComponent(orderNo)}/events`),
    command: (request) => post('/commands', request),
    seenCommand: (id) => call(`/commands/${encodeURIComponent(id)}`),
    securityEvents: (search) => call(`/security-events?${queryOf(search)}`),
    limits: () => call('/limits'),
    ask: call,
    acceptStore: (siteId, storeId) =>
      post(`/sites/${encodeURIComponent(siteId)}/accept-store`, { storeId }),
    operations: (siteId, pileNo) => call(`${pilePath(pileNo)}/operations?siteId=${siteId}`),
    deviations: (siteId, pileNo) => call(`${pilePath(pileNo)}/deviations?siteId=${siteId}`),
    frames: (pileNo) => call(`/frames/${encodeURIComponent(pileNo)}?limit=20`),
    adopt: (pileNo) => post(`/piles/${encodeURIComponent(pileNo)}/adopt`, {}),
  };
}
