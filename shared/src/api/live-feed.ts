import type { LiveEntity, LiveMessage, LiveOpen } from './live.ts';

export interface LiveFeedLimits {
  /** Changes that are remembered for clients that come back. */
  readonly remembered: number;
  /** Orders and commands come without end: of those that are over, a snapshot holds the newest few. */
  readonly keptEach: number;
  /** Entities in one message. */
  readonly itemsAMessage: number;
}

export const LIVE_FEED_LIMITS: LiveFeedLimits = {
  remembered: 5_000,
  keptEach: 200,
  itemsAMessage: 1_000,
};

/** Shortest time between two deltas: ten times a second. */
export const LIVE_DELTA_MS = 100;

/**
 * What is true now, and the last changes by number. No socket and no clock: the shell calls `put`
 * when something changes, `flush` at most every `LIVE_DELTA_MS`, and sends what comes back.
 */
export interface LiveFeed {
  readonly stream: string;
  /** Takes a change. Of several of one entity before the next flush the newest is sent. */
  readonly put: (item: LiveEntity) => void;
  /** Numbers what has changed since the last flush; the messages go to every client. */
  readonly flush: () => readonly LiveMessage[];
  /** What a new client gets after `hello`: the changes it missed, or all that is true. */
  readonly open: (resume: LiveOpen['resume']) => readonly LiveMessage[];
  /** Number of the newest change. */
  readonly after: () => number;
}

/** Identity of an entity: a delta replaces what has the same key. */
export function entityKey(item: LiveEntity): string {
  switch (item.entity) {
    case 'site':
    case 'sync':
      return `${item.entity}:${item.value.siteId}`;
    case 'pile':
      return `pile:${item.value.siteId}/${item.value.pileNo}`;
    case 'connector':
      return `connector:${item.value.siteId}/${item.value.pileNo}/${item.value.connectorNo}`;
    case 'order':
      return `order:${item.value.orderNo}`;
    case 'command':
      return `command:${item.value.id}`;
  }
}

interface Numbered {
  readonly no: number;
  readonly item: LiveEntity;
}

/** Splits into messages of bounded size; `messageOf` gets the numbered items of each. */
function inParts<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  const parts: T[][] = [];
  for (let at = 0; at < items.length; at += size) parts.push(items.slice(at, at + size));
  return parts;
}

const deltaOf = (changes: readonly Numbered[], from: number, to: number): LiveMessage => ({
  type: 'delta',
  from,
  to,
  items: changes.map((change) => change.item),
});

/** Deltas that cover `from` … `to` without a hole, however many of the numbers carry an item. */
function deltasOf(changes: readonly Numbered[], from: number, to: number, size: number) {
  let next = from;
  const parts = inParts(changes, size);
  return parts.map((part, n) => {
    const last = n === parts.length - 1 ? to : (part.at(-1)?.no ?? to);
    const delta = deltaOf(part, next, last);
    next = last + 1;
    return delta;
  });
}

/** Only the newest change of each entity, in order of number. */
function newestOf(changes: readonly Numbered[]): readonly Numbered[] {
  const newest = new Map<string, Numbered>();
  for (const change of changes) {
    const key = entityKey(change.item);
    newest.delete(key);
    newest.set(key, change);
  }
  return [...newest.values()];
}

/** Open orders and unanswered commands are as few as connectors; the others have no end. */
function isOver(item: LiveEntity): boolean {
  if (item.entity === 'command') return item.value.state !== 'sent';
  if (item.entity !== 'order') return false;
  return ['settled', 'failed', 'orphan'].includes(item.value.state);
}

/** The entities as they are now; of orders and commands that are over only the newest few. */
function world(keptEach: number) {
  const all = new Map<string, LiveEntity>();
  const over = { order: new Set<string>(), command: new Set<string>() };
  return {
    put(key: string, item: LiveEntity): void {
      all.set(key, item);
      if (item.entity !== 'order' && item.entity !== 'command') return;
      const kept = over[item.entity];
      kept.delete(key);
      if (isOver(item)) kept.add(key);
      const oldest = kept.size > keptEach ? kept.values().next().value : undefined;
      if (oldest === undefined) return;
      kept.delete(oldest);
      all.delete(oldest);
    },
    items: (): readonly LiveEntity[] => [...all.values()],
  };
}

/** A feed whose numbers start at 1; `stream` tells one life of the server from another. */
export function liveFeed(stream: string, limits: LiveFeedLimits = LIVE_FEED_LIMITS): LiveFeed {
  const now = world(limits.keptEach);
  const pending = new Map<string, LiveEntity>();
  let memory: Numbered[] = [];
  let last = 0;
  const parts = limits.itemsAMessage;

  const snapshot = (): readonly LiveMessage[] => {
    const [first = [], ...rest] = inParts(now.items(), parts);
    // A snapshot replaces all; what does not fit into its message follows as changes of the same number.
    return [
      { type: 'snapshot', after: last, items: first },
      ...rest.map((items): LiveMessage => ({ type: 'delta', from: last, to: last, items })),
    ];
  };
  const missedSince = (after: number): readonly Numbered[] | undefined => {
    if (!Number.isSafeInteger(after) || after < 0 || after > last) return undefined;
    const missed = last - after;
    return missed <= memory.length ? memory.slice(memory.length - missed) : undefined;
  };

  return {
    stream,
    put(item) {
      const key = entityKey(item);
      now.put(key, item);
      pending.delete(key);
      pending.set(key, item);
    },
    flush() {
      if (pending.size === 0) return [];
      const from = last + 1;
      const changes = [...pending.values()].map((item, n): Numbered => ({ no: from + n, item }));
      pending.clear();
      last += changes.length;
      memory = [...memory, ...changes].slice(-limits.remembered);
      return deltasOf(changes, from, last, parts);
    },
    open(resume) {
      const missed = resume?.stream === stream ? missedSince(resume.after) : undefined;
      if (resume === undefined || missed === undefined) return snapshot();
      return missed.length === 0 ? [] : deltasOf(newestOf(missed), resume.after + 1, last, parts);
    },
    after: () => last,
  };
}
