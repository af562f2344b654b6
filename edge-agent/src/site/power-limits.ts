import { powerOf } from '@holdfast/shared/pile/measurement';
import { keepNote } from './notes.ts';
import { raiseAlarm } from './reports.ts';
import type { PileMemory, SiteRoom } from './room.ts';

/** A limit that somebody wants, until when. */
export interface WantedLimit {
  readonly pileNo: string;
  /** `null`: the whole pile. */
  readonly connectorNo: number | null;
  /** W; `null`: no limit of ours. */
  readonly maxW: number | null;
  /** On the monotonic clock. */
  readonly untilMono: number;
}

/**
 * What a pile is told holds for so long; then it falls back to its own safe limit, also when this
 * agent is gone. It is told again before that.
 */
const VALID_S = 300;
const RENEW_MS = 120_000;
/** After so long the measured power must have followed … */
const VERIFY_MS = 60_000;
/** … but for a tenth, and what a meter wavers. */
const SLACK_PERCENT = 110;
const SLACK_W = 500;
/** Limits of a pile among its notes: a restart goes on with them. */
const NOTE = 'limits-wanted';

type Place = Pick<WantedLimit, 'pileNo' | 'connectorNo'>;

const keyOf = ({ pileNo, connectorNo }: Place): string => `${pileNo}/${connectorNo ?? '*'}`;

/** A limit as it is noted, with its end on the wall clock. */
interface NotedLimit extends Pick<WantedLimit, 'connectorNo' | 'maxW'> {
  readonly untilMs: number;
}

const isNoted = (value: unknown): value is NotedLimit =>
  typeof value === 'object' && value !== null && 'untilMs' in value && 'connectorNo' in value;

/** Power that the connectors of a limit draw by their newest reports, W. */
function drawnW(pile: PileMemory, connectorNo: number | null): number {
  let sum = 0;
  for (const { connectorNo: no, seen } of pile.connectors.values()) {
    if (connectorNo !== null && no !== connectorNo) continue;
    if (seen !== undefined) sum += powerOf(seen.measurement);
  }
  return sum;
}

/** Raises an alarm where the meter does not show a limit. */
function verify(room: SiteRoom, { pileNo, connectorNo, maxW }: WantedLimit): void {
  const pile = room.piles.get(pileNo);
  if (pile === undefined || !pile.online || maxW === null) return;
  const drawn = drawnW(pile, connectorNo);
  if (drawn * 100 <= maxW * SLACK_PERCENT + SLACK_W * 100) return;
  raiseAlarm(room, pile.known.vendor, {
    code: 'limit-ignored',
    pileNo,
    text: `The pile draws ${Math.round(drawn)} W, its limit is ${maxW} W (connector ${connectorNo ?? 'all'}).`,
  });
}

/** [SITE-1], [SITE-2]: limits of connectors and piles, told, told again before they end, and held against the meter. */
export interface PowerLimits {
  /**
   * From now on, in place of the one before; `maxW: null` ends that. What comes back undoes it, for a
   * pile that has refused: the one before goes on.
   */
  readonly want: (limit: WantedLimit) => () => void;
  readonly wanted: () => readonly WantedLimit[];
  /** A pile that comes back has forgotten what it was told. */
  readonly tellAgain: (pile: PileMemory) => void;
  /** After a restart: from the notes of the piles. */
  readonly restore: () => void;
  readonly close: () => void;
}

/** Limits in force among the notes of their pile, with their ends on the wall clock. */
function note(room: SiteRoom, pileNo: string, limits: Iterable<WantedLimit>): void {
  const pile = room.piles.get(pileNo);
  const offset = room.clock.nowMs() - room.clock.monoMs();
  const noted = [...limits]
    .filter((limit) => limit.pileNo === pileNo)
    .map(({ connectorNo, maxW, untilMono }): NotedLimit => {
      return { connectorNo, maxW, untilMs: untilMono + offset };
    });
  const value = noted.length === 0 ? null : noted;
  void pile?.serial.run(() => keepNote(room, pile, NOTE, value));
}

/** What the notes of all piles say. */
function notedIn({ piles, clock }: SiteRoom): readonly WantedLimit[] {
  const offset = clock.monoMs() - clock.nowMs();
  return [...piles.values()].flatMap(({ known: { pileNo }, notes }) => {
    const noted: unknown = notes.get(NOTE);
    const limits = Array.isArray(noted) ? noted.filter(isNoted) : [];
    return limits.map(({ connectorNo, maxW, untilMs }): WantedLimit => {
      return { pileNo, connectorNo, maxW, untilMono: untilMs + offset };
    });
  });
}

const leftMs = ({ clock }: SiteRoom, { untilMono }: WantedLimit): number =>
  untilMono - clock.monoMs();

/** Tells a pile. A limit whose time is over is lifted: not every protocol lets one end by itself. */
function tell(room: SiteRoom, limit: WantedLimit): void {
  const { pileNo, connectorNo } = limit;
  const left = leftMs(room, limit);
  const validSeconds = Math.max(1, Math.min(VALID_S, Math.ceil(left / 1_000)));
  const maxW = left <= 0 ? null : limit.maxW;
  room.piles.get(pileNo)?.link?.send({ do: 'limitPower', connectorNo, maxW, validSeconds });
}

/** The limits with their timers. */
function tended(roomOf: () => SiteRoom) {
  const limits = new Map<string, WantedLimit>();
  const timers = new Map<string, () => void>();

  function forget(key: string): void {
    timers.get(key)?.();
    timers.delete(key);
    limits.delete(key);
  }

  function tend(key: string, ms: number): void {
    timers.get(key)?.();
    timers.set(
      key,
      roomOf().timers.after(ms, () => due(key)),
    );
  }

  function due(key: string): void {
    const limit = limits.get(key);
    if (limit === undefined) return;
    if (leftMs(roomOf(), limit) > 0) verify(roomOf(), limit);
    renew(key, limit);
  }

  /** Told again; one that is over is told so when its pile is there, and forgotten. */
  function renew(key: string, limit: WantedLimit): void {
    const room = roomOf();
    tell(room, limit);
    const left = leftMs(room, limit);
    if (left > 0) tend(key, Math.min(RENEW_MS, left));
    else if (room.piles.get(limit.pileNo)?.online !== true) tend(key, RENEW_MS);
    else {
      forget(key);
      note(room, limit.pileNo, limits.values());
    }
  }

  function put(limit: WantedLimit, firstMs: number): void {
    limits.set(keyOf(limit), limit);
    tend(keyOf(limit), firstMs);
  }

  return { limits, timers, forget, renew, put };
}

export function powerLimits(roomOf: () => SiteRoom): PowerLimits {
  const { limits, timers, forget, renew, put } = tended(roomOf);
  const noteOf = (pileNo: string): void => note(roomOf(), pileNo, limits.values());
  return {
    want(limit) {
      const key = keyOf(limit);
      const before = limits.get(key);
      if (limit.maxW === null) forget(key);
      else put(limit, Math.min(VERIFY_MS, leftMs(roomOf(), limit)));
      tell(roomOf(), limit);
      noteOf(limit.pileNo);
      return () => {
        if (limit.maxW !== null && limits.get(key) !== limit) return;
        if (before === undefined) forget(key);
        else put(before, RENEW_MS);
        noteOf(limit.pileNo);
      };
    },
    wanted: () => [...limits.values()].filter((limit) => leftMs(roomOf(), limit) > 0),
    tellAgain({ known: { pileNo } }) {
      for (const [key, limit] of limits) if (limit.pileNo === pileNo) renew(key, limit);
    },
    restore() {
      for (const limit of notedIn(roomOf())) put(limit, RENEW_MS);
    },
    close() {
      for (const cancel of timers.values()) cancel();
      timers.clear();
    },
  };
}
