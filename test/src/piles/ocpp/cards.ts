/** What a pile knows of cards without asking: its list, and whom it was told of before. */
export interface CardMemory {
  /** 0: there is no list. */
  readonly version: number;
  /** Card, in capitals → whether it may charge. */
  readonly list: ReadonlyMap<string, boolean>;
  readonly cache: ReadonlyMap<string, boolean>;
}

export const NO_CARDS: CardMemory = { version: 0, list: new Map(), cache: new Map() };

/** Whether a card may charge as far as the pile knows; the list stands before the cache. */
export function knownOf({ list, cache }: CardMemory, card: string): boolean | undefined {
  const key = card.toUpperCase();
  return list.get(key) ?? cache.get(key);
}

export interface ListUpdate {
  readonly version: number;
  readonly full: boolean;
  /** `null` takes the card off the list. */
  readonly cards: readonly { readonly card: string; readonly allowed: boolean | null }[];
}

/** Takes an update of the list; `undefined`: its version does not fit. */
export function withList(memory: CardMemory, update: ListUpdate): CardMemory | undefined {
  if (!update.full && update.version <= memory.version) return undefined;
  const list = new Map(update.full ? [] : memory.list);
  for (const { card, allowed } of update.cards) {
    if (allowed === null) list.delete(card.toUpperCase());
    else list.set(card.toUpperCase(), allowed);
  }
  return { ...memory, version: update.version, list };
}

export function withCached(memory: CardMemory, card: string, allowed: boolean): CardMemory {
  return { ...memory, cache: new Map(memory.cache).set(card.toUpperCase(), allowed) };
}
