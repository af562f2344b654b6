import type { LiveEntity } from '../api/live.ts';

export type EntityName = LiveEntity['entity'];
export type ValueOf<N extends EntityName> = Extract<LiveEntity, { entity: N }>['value'];

/** Key of an entity within its kind. */
export function keyOf(item: LiveEntity): string {
  switch (item.entity) {
    case 'site':
      return item.value.siteId;
    case 'sync':
      return item.value.siteId;
    case 'pile':
      return `${item.value.siteId}/${item.value.pileNo}`;
    case 'connector':
      return `${item.value.siteId}/${item.value.pileNo}/${item.value.connectorNo}`;
    case 'order':
      return item.value.orderNo;
    case 'command':
      return item.value.id;
  }
}

/** Orders and commands come without end; a page keeps only the newest of them. */
const KEPT: Partial<Record<EntityName, number>> = { order: 500, command: 100 };

interface Shelf {
  readonly values: Map<string, LiveEntity['value']>;
  ids: readonly string[];
}

type Listener = () => void;

/**
 * Live values outside of React: a row subscribes to its own key, so a delta renders that row alone.
 * Order of ids changes only when a thing appears or goes.
 */
export interface EntityStore {
  readonly apply: (items: readonly LiveEntity[], replace: boolean) => void;
  readonly value: <N extends EntityName>(entity: N, key: string) => ValueOf<N> | undefined;
  readonly ids: (entity: EntityName) => readonly string[];
  readonly onValue: (entity: EntityName, key: string, listener: Listener) => () => void;
  readonly onIds: (entity: EntityName, listener: Listener) => () => void;
}

export function entityStore(): EntityStore {
  const shelves = new Map<EntityName, Shelf>();
  const listeners = new Map<string, Set<Listener>>();

  const shelfOf = (entity: EntityName): Shelf => {
    const known = shelves.get(entity);
    if (known !== undefined) return known;
    const made: Shelf = { values: new Map(), ids: [] };
    shelves.set(entity, made);
    return made;
  };
  const tell = (topic: string): void => {
    for (const listener of listeners.get(topic) ?? []) listener();
  };
  const listen = (topic: string, listener: Listener): (() => void) => {
    const set = listeners.get(topic) ?? new Set();
    set.add(listener);
    listeners.set(topic, set);
    return () => {
      set.delete(listener);
      if (set.size === 0) listeners.delete(topic);
    };
  };
  const trim = (entity: EntityName, shelf: Shelf): void => {
    const limit = KEPT[entity];
    while (limit !== undefined && shelf.values.size > limit) {
      const oldest = shelf.values.keys().next().value;
      if (oldest === undefined) return;
      shelf.values.delete(oldest);
    }
  };

  return {
    apply(items, replace) {
      const moved = new Set<EntityName>();
      if (replace) {
        for (const [entity, shelf] of shelves) {
          shelf.values.clear();
          moved.add(entity);
        }
      }
      for (const item of items) {
        const shelf = shelfOf(item.entity);
        const key = keyOf(item);
        if (!shelf.values.has(key)) moved.add(item.entity);
        shelf.values.set(key, item.value);
        tell(`${item.entity}:${key}`);
      }
      for (const entity of moved) {
        const shelf = shelfOf(entity);
        trim(entity, shelf);
        shelf.ids = [...shelf.values.keys()].sort();
        tell(entity);
      }
    },
    value: <N extends EntityName>(entity: N, key: string) =>
      shelfOf(entity).values.get(key) as ValueOf<N> | undefined,
    ids: (entity) => shelfOf(entity).ids,
    onValue: (entity, key, listener) => listen(`${entity}:${key}`, listener),
    onIds: (entity, listener) => listen(entity, listener),
  };
}
