import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import type { PileLink } from '../ports/site.ts';
import { keepNote } from './notes.ts';
import type { PileMemory, SiteRoom } from './room.ts';

/** A rule that a pile breaks, how often, and how that is repaired. */
export interface Deviation {
  readonly rule: string;
  readonly action: string;
  readonly path: string;
  readonly count: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** The newest example. */
  readonly seen: string;
  readonly repair: string;
}

/** Kinds of deviation that are told apart at one pile. */
const KINDS_MAX = 100;
const TEXT_MAX = 120;
/** A pile that deviates deviates all the time: its report goes to disk so often. */
const SAVE_MS = 60_000;
/** The site's own note beside those of the driver. */
const NOTE = 'deviations';

const keyOf = ({ rule, action, path }: Pick<Deviation, 'rule' | 'action' | 'path'>): string =>
  `${rule} ${action} ${path}`;

const isDeviation = (value: unknown): value is Deviation =>
  typeof value === 'object' && value !== null && 'rule' in value && 'count' in value;

/** What a pile has done so far, the most frequent first. */
export function deviationsOf(pile: PileMemory): readonly Deviation[] {
  pile.deviations ??= restored(pile);
  return [...pile.deviations.values()].sort((a, b) => b.count - a.count);
}

function restored(pile: PileMemory): Map<string, Deviation> {
  const noted = pile.notes.get(NOTE);
  const kept = Array.isArray(noted) ? noted.filter(isDeviation) : [];
  return new Map(kept.map((deviation) => [keyOf(deviation), deviation]));
}

/** [SITE-4] Adds to the report of a pile; on disk within a minute. */
export function onDeviated(
  room: SiteRoom,
  pile: PileMemory,
  _link: PileLink,
  { path: whole, ...event }: Extract<PileEvent, { type: 'Deviated' }>,
): void {
  const path = whole.slice(0, TEXT_MAX);
  pile.deviations ??= restored(pile);
  const key = keyOf({ ...event, path });
  const before = pile.deviations.get(key);
  if (before === undefined && pile.deviations.size >= KINDS_MAX) return;
  const nowMs = room.clock.nowMs();
  pile.deviations.set(key, {
    rule: event.rule,
    action: event.action,
    path,
    count: (before?.count ?? 0) + 1,
    firstMs: before?.firstMs ?? nowMs,
    lastMs: nowMs,
    seen: event.seen.slice(0, TEXT_MAX),
    repair: event.repair.slice(0, TEXT_MAX),
  });
  if (pile.savesDeviations) return;
  pile.savesDeviations = true;
  room.timers.after(SAVE_MS, () => {
    pile.savesDeviations = false;
    void pile.serial.run(() => keepNote(room, pile, NOTE, deviationsOf(pile)));
  });
}
