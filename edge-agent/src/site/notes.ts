import { FaultError } from '@holdfast/shared/errors/fault';
import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import type { PileLink } from '../ports/site.ts';
import type { PileMemory, SiteRoom } from './room.ts';

/** A driver keeps few things and small ones: they are read into memory at every start. */
const NOTES_MAX = 64;
const NOTE_BYTES = 65_536;

/** What drivers noted before the restart. */
export async function restoreNotes(room: SiteRoom): Promise<void> {
  for (const { pileNo, key, value } of await room.ledger.notes()) {
    room.piles.get(pileNo)?.notes.set(key, value);
  }
}

/** [SITE-3] Keeps a note, on disk and then in memory; `null` forgets it. A note that is too large is not kept. */
export async function keepNote(
  room: SiteRoom,
  pile: PileMemory,
  key: string,
  value: unknown,
): Promise<void> {
  const { pileNo } = pile.known;
  const isNew = !pile.notes.has(key);
  const isTooMuch =
    (isNew && value !== null && pile.notes.size >= NOTES_MAX) ||
    (JSON.stringify(value)?.length ?? 0) > NOTE_BYTES;
  if (isTooMuch) {
    room.log.warn({ pile: pileNo, note: key }, 'note-too-large');
    return;
  }
  if (value === null && isNew) return;
  try {
    await room.ledger.commit({
      changes: [{ save: 'pile-note', note: { pileNo, key, value } }],
      events: [],
    });
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    // It will be learnt again; nothing that is owed depends on a note.
    room.log.error({ pile: pileNo, note: key, err: error }, 'note-refused');
    return;
  }
  if (value === null) pile.notes.delete(key);
  else pile.notes.set(key, value);
}

export const onNoted = (
  room: SiteRoom,
  pile: PileMemory,
  _link: PileLink,
  { key, value }: Extract<PileEvent, { type: 'Noted' }>,
): Promise<void> => keepNote(room, pile, key, value);
