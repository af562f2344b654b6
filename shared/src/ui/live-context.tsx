import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useSyncExternalStore,
} from 'react';
import type { ApiClient } from './api-client.ts';
import type { CardsDesk } from './cards-desk.ts';
import type { EntityName, EntityStore, ValueOf } from './entity-store.ts';
import type { Freshness, LiveClient } from './live-client.ts';

export interface Live {
  readonly store: EntityStore;
  readonly client: LiveClient;
  readonly api: ApiClient;
  readonly cards: CardsDesk;
}

const LiveContext = createContext<Live | undefined>(undefined);

export function LiveProvider({ live, children }: { live: Live; children: ReactNode }) {
  return <LiveContext value={live}>{children}</LiveContext>;
}

export function useLive(): Live {
  const live = useContext(LiveContext);
  if (live === undefined) throw new TypeError('useLive needs a LiveProvider above it');
  return live;
}

/** One entity; renders again only when that very one changes. */
export function useEntity<N extends EntityName>(entity: N, key: string): ValueOf<N> | undefined {
  const { store } = useLive();
  return useSyncExternalStore(
    useCallback((listener) => store.onValue(entity, key, listener), [store, entity, key]),
    () => store.value(entity, key),
  );
}

/** Keys of all entities of a kind; changes only when one appears or goes. */
export function useEntityIds(entity: EntityName): readonly string[] {
  const { store } = useLive();
  return useSyncExternalStore(
    useCallback((listener) => store.onIds(entity, listener), [store, entity]),
    () => store.ids(entity),
  );
}

export function useFreshness(): Freshness {
  const { client } = useLive();
  return useSyncExternalStore(client.onFreshness, client.freshness);
}
