import type { LiveMessage, LiveOpen } from '../api/live.ts';
import type { EntityStore } from './entity-store.ts';

/** What a person may believe of the page, by the age of the last message alone. */
export type Freshness = 'connecting' | 'live' | 'late' | 'offline' | 'refused';

export interface LiveClient {
  readonly freshness: () => Freshness;
  readonly onFreshness: (listener: () => void) => () => void;
  readonly close: () => void;
}

export interface LiveOptions {
  readonly url: string;
  readonly token: string | undefined;
  readonly store: EntityStore;
}

const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 15_000;
/** Silence of two heartbeats is late; of four, the line counts as gone. */
const LATE_BEATS = 2;
const GONE_BEATS = 4;

interface Line {
  socket: WebSocket | undefined;
  stream: string | undefined;
  after: number;
  heardMs: number;
  beatMs: number;
  tries: number;
  refused: boolean;
  closed: boolean;
}

function take(line: Line, store: EntityStore, message: LiveMessage): void {
  line.heardMs = Date.now();
  switch (message.type) {
    case 'hello':
      line.stream = message.stream;
      line.beatMs = message.heartbeatMs;
      line.tries = 0;
      return;
    case 'snapshot':
      store.apply(message.items, true);
      line.after = message.after;
      return;
    case 'delta':
      store.apply(message.items, false);
      line.after = message.to;
      return;
    case 'heartbeat':
      return;
    case 'bye':
      line.refused = message.code === 'unauthorised';
      return;
  }
}

function freshnessOf(line: Line): Freshness {
  if (line.refused) return 'refused';
  if (line.heardMs === 0) return 'connecting';
  const age = Date.now() - line.heardMs;
  if (age > line.beatMs * GONE_BEATS) return 'offline';
  return age > line.beatMs * LATE_BEATS ? 'late' : 'live';
}

/** One WebSocket a window: snapshot, then numbered deltas; comes back by itself and goes on where it was. */
export function liveClient({ url, token, store }: LiveOptions): LiveClient {
  const line: Line = {
    socket: undefined,
    stream: undefined,
    after: 0,
    heardMs: 0,
    beatMs: 5_000,
    tries: 0,
    refused: false,
    closed: false,
  };
  const listeners = new Set<() => void>();
  let shown: Freshness = 'connecting';
  const look = (): void => {
    const now = freshnessOf(line);
    if (now === shown) return;
    shown = now;
    for (const listener of listeners) listener();
    if (now === 'offline') line.socket?.close();
  };

  const connect = (): void => {
    if (line.closed || line.refused) return;
    const socket = new WebSocket(url);
    line.socket = socket;
    socket.onopen = () => {
      const open: LiveOpen = {
        type: 'open',
        ...(token === undefined ? {} : { token }),
        ...(line.stream === undefined
          ? {}
          : { resume: { stream: line.stream, after: line.after } }),
      };
      socket.send(JSON.stringify(open));
    };
    socket.onmessage = (event: MessageEvent<string>) => {
      take(line, store, JSON.parse(event.data) as LiveMessage);
      look();
    };
    socket.onclose = () => {
      if (line.socket !== socket) return;
      line.tries += 1;
      const cap = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** line.tries);
      setTimeout(connect, RETRY_MIN_MS + Math.random() * cap);
    };
  };
  connect();
  const watch = setInterval(look, 1_000);

  return {
    freshness: () => shown,
    onFreshness: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => {
      line.closed = true;
      clearInterval(watch);
      line.socket?.close();
    },
  };
}
