import type {
  CommandRequest,
  CommandResource,
  ConnectorResource,
  LoginAnswer,
  OrderResource,
  Page,
  SyncResource,
} from '@holdfast/shared/api/resources';

/** The HTTP API of an edge or the hub as the harness uses it. */
export interface Api {
  readonly login: (user: string, password: string) => Promise<void>;
  /** Every order, all pages. */
  readonly allOrders: () => Promise<readonly OrderResource[]>;
  readonly connectors: () => Promise<readonly ConnectorResource[]>;
  readonly sync: () => Promise<readonly SyncResource[]>;
  readonly command: (request: CommandRequest) => Promise<CommandResource | undefined>;
}

const PAGE = 200;

export function apiOf(origin: string): Api {
  let token: string | undefined;
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
    if (init.body !== undefined) headers.set('content-type', 'application/json');
    return await fetch(`${origin}/api/v1${path}`, { ...init, headers });
  };
  const everyPage = async <T>(path: string): Promise<readonly T[]> => {
    const items: T[] = [];
    let after: string | null = null;
    do {
      const query: string = after === null ? '' : `&after=${encodeURIComponent(after)}`;
      const answer: Response = await ask(`${path}?limit=${PAGE}${query}`);
      if (!answer.ok) throw new TypeError(`${origin}${path}: HTTP ${answer.status}`);
      const page = (await answer.json()) as Page<T>;
      items.push(...page.items);
      after = page.next;
    } while (after !== null);
    return items;
  };
  return {
    async login(user, password) {
      const answer = await ask('/login', {
        method: 'POST',
        body: JSON.stringify({ user, password }),
      });
      if (!answer.ok) throw new TypeError(`login at ${origin}: HTTP ${answer.status}`);
      token = ((await answer.json()) as LoginAnswer).token;
    },
    allOrders: () => everyPage<OrderResource>('/orders'),
    connectors: () => everyPage<ConnectorResource>('/connectors'),
    sync: () => everyPage<SyncResource>('/sync'),
    async command(request) {
      const answer = await ask('/commands', { method: 'POST', body: JSON.stringify(request) });
      return answer.ok ? ((await answer.json()) as CommandResource) : undefined;
    },
  };
}
