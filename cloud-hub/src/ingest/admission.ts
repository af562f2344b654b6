import type { LaneName } from '@holdfast/shared/sync/lanes';
import { LIMITS } from '@holdfast/shared/sync/messages';

export interface AdmissionLimits {
  /** Sites that may send history at once. */
  readonly replaying: number;
  /** A turn that is not used for so long is over. */
  readonly idleMs: number;
  /** Longest turn while other sites wait for theirs. */
  readonly turnMs: number;
  /** A site without a turn asks again after a random part of this. */
  readonly spreadMs: number;
  /** Batches waiting in the hub from which live values slow down, and from which they pause. */
  readonly busyBatches: number;
  readonly fullBatches: number;
}

export const ADMISSION_LIMITS: AdmissionLimits = {
  replaying: 16,
  idleMs: 10_000,
  turnMs: 60_000,
  spreadMs: 30_000,
  busyBatches: 128,
  fullBatches: 512,
};

/** What an answer tells the edge about sending more ([SYNC-6]). */
export interface Credit {
  readonly credit: number;
  readonly notBeforeMs?: number;
}

export interface Admission {
  /** Credit for one lane of a site, `waiting` being the batches that the hub has yet to write. */
  readonly creditOf: (site: string, lane: LaneName, waiting: number, nowMs: number) => Credit;
  /** A site has left: its turn is free. */
  readonly leave: (site: string) => void;
  readonly replaying: () => number;
}

const FULL: Credit = { credit: LIMITS.windowBatches };
const ONE: Credit = { credit: 1 };

/**
 * Who may send how much. Money and control always get the whole window; live values slow down and
 * pause under pressure; history goes by turns, so that a fleet that returns does not return at once.
 */
export function admission(
  random: () => number,
  limits: AdmissionLimits = ADMISSION_LIMITS,
): Admission {
  const turns = new Map<string, { readonly sinceMs: number; readonly usedMs: number }>();
  const refused = new Map<string, number>();

  const later = (): Credit => ({
    credit: 0,
    notBeforeMs: Math.round((0.5 + random() / 2) * limits.spreadMs),
  });
  const endIdleTurns = (nowMs: number): void => {
    for (const [site, turn] of turns) {
      if (nowMs - turn.usedMs > limits.idleMs) turns.delete(site);
    }
    for (const [site, atMs] of refused) {
      if (nowMs - atMs > 2 * limits.spreadMs) refused.delete(site);
    }
  };
  const turnOf = (site: string, nowMs: number): Credit => {
    endIdleTurns(nowMs);
    const turn = turns.get(site);
    const isOver = turn !== undefined && nowMs - turn.sinceMs > limits.turnMs && refused.size > 0;
    if (isOver) turns.delete(site);
    if (isOver || (turn === undefined && turns.size >= limits.replaying)) {
      refused.set(site, nowMs);
      return later();
    }
    refused.delete(site);
    turns.set(site, { sinceMs: turn?.sinceMs ?? nowMs, usedMs: nowMs });
    return FULL;
  };

  return {
    creditOf: (site, lane, waiting, nowMs) => {
      const busy = waiting >= limits.busyBatches;
      const full = waiting >= limits.fullBatches;
      switch (lane) {
        case 'control':
        case 'money':
          return FULL;
        case 'state':
          return full ? ONE : FULL;
        case 'telemetry':
          if (full) return later();
          return busy ? ONE : FULL;
        case 'backlog':
        case 'frames':
          return busy ? later() : turnOf(site, nowMs);
      }
    },
    leave: (site) => {
      turns.delete(site);
      refused.delete(site);
    },
    replaying: () => turns.size,
  };
}
