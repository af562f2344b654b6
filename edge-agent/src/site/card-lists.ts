import type { OfflineCard } from '@holdfast/shared/pile/pile-command';
import { keepNote } from './notes.ts';
import type { PileMemory, SiteRoom } from './room.ts';

/** What a pile was told last, among its notes. */
const NOTE = 'cards-told';
/** More would not go into a note; the pile then asks for each of the others (`CardChecked`). */
const CARDS_MAX = 1_500;
/** How soon a card that has expired leaves the lists of the piles. */
const LOOK_MS = 60_000;

const listed = (token: string): OfflineCard => ({ printedNo: token, cardNo: token });

const toldTo = (pile: PileMemory): readonly string[] => {
  const noted = pile.notes.get(NOTE);
  return Array.isArray(noted) ? noted.filter((token) => typeof token === 'string') : [];
};

/** Cards that may charge now, as piles are told them; in their own order, so that changes are small. */
function accepted(room: SiteRoom): readonly string[] {
  const nowMs = room.clock.nowMs();
  return room.cards
    .list()
    .cards.filter(({ state }) => state === 'accepted')
    .filter(({ expiresAtMs }) => expiresAtMs === null || expiresAtMs > nowMs)
    .map(({ token }) => token)
    .slice(0, CARDS_MAX);
}

/**
 * [SITE-6] A pile that keeps a list of cards for the time when it is alone gets those that may charge,
 * as changes to what it was told before; its driver sees to versions and to a list that was lost.
 */
export async function tellCards(room: SiteRoom, pile: PileMemory): Promise<void> {
  const { link } = pile;
  if (!pile.online || link === undefined || !link.capabilities.includes('card-list')) return;
  const wanted = accepted(room);
  const before = toldTo(pile);
  const gone = before.filter((token) => !wanted.includes(token));
  const fresh = wanted.filter((token) => !before.includes(token));
  if (gone.length === 0 && fresh.length === 0) return;
  if (gone.length > 0) link.send({ do: 'removeCards', cardNos: gone });
  if (fresh.length > 0) link.send({ do: 'addCards', cards: fresh.map(listed) });
  await keepNote(room, pile, NOTE, wanted);
}

/** After a change of the cards every pile that keeps a list is told, each in its turn. */
export function tellCardsToAll(room: SiteRoom): void {
  for (const pile of room.piles.values()) void pile.serial.run(() => tellCards(room, pile));
}

/** Looks each minute whether a card has expired; what comes back ends that. */
export function tendCardLists(room: SiteRoom): () => void {
  let cancel: () => void;
  let seenMs = room.clock.nowMs();
  const look = (): void => {
    const nowMs = room.clock.nowMs();
    if (room.cards.expired(seenMs, nowMs)) tellCardsToAll(room);
    seenMs = nowMs;
    cancel = room.timers.after(LOOK_MS, look);
  };
  cancel = room.timers.after(LOOK_MS, look);
  return () => cancel();
}
