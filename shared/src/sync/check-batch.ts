import {
  list,
  oneOf,
  optional,
  type Read,
  readWith,
  shape,
  strLike,
  type TextCodec,
  whole,
} from '../order/text-codec.ts';
import { LANES, type LaneName } from './lanes.ts';
import {
  type Batch,
  type ClockReading,
  type DayChain,
  type GapRecord,
  LIMITS,
  type WireEvent,
} from './messages.ts';

/** A name that is safe in any topic and any log. */
export const name = strLike(
  /^[A-Za-z0-9_-]{1,64}$/,
  'a name of at most 64 letters, digits, _ or -',
);

const LANE_NAMES = Object.keys(LANES) as [LaneName, ...LaneName[]];
export const laneName = oneOf(LANE_NAMES);

/** A time or an offset as this machine measured it. */
const milliseconds: TextCodec<number> = {
  text: (value) => value,
  of(json, path, report) {
    if (typeof json === 'number' && Number.isFinite(json)) return json;
    report(path, 'milliseconds are wanted');
    return 0;
  },
};

const quality: TextCodec<ClockReading['quality']> = {
  text: (value) => value,
  of(json, path, report) {
    if (json === 0 || json === 1 || json === 2 || json === 3) return json;
    report(path, '0, 1, 2 or 3 is wanted');
    return 0;
  },
};

export const clockReading = shape<ClockReading>({
  wallMs: milliseconds,
  monoMs: milliseconds,
  bootNo: whole(),
  quality,
});

export const dayChain = shape<DayChain>({
  day: strLike(/^\d{4}-\d\d-\d\d$/, 'a day (2025-07-15)'),
  count: whole(),
  hash: strLike(/^[0-9a-f]{64}$/, 'a SHA-256 in hex'),
});

/** A word of a list that may grow: one that this side does not know yet is read as `fallback`. */
export const oneOfGrowing = <T extends string>(
  words: readonly [T, ...T[]],
  fallback: T,
): TextCodec<T> => ({
  text: (value) => value,
  of(json, path, report) {
    if (typeof json !== 'string') report(path, 'a word is wanted');
    return words.find((word) => word === json) ?? fallback;
  },
});

const gapRecord = shape<GapRecord>({
  from: whole(1),
  to: whole(1),
  reason: oneOfGrowing(['coalesced', 'thinned', 'dropped', 'store-lost'], 'dropped'),
  count: whole(),
});

const batchHead = shape<Omit<Batch, 'ev'>>({
  v: whole(1),
  vendor: name,
  lane: laneName,
  epoch: whole(1),
  sessionNo: whole(1),
  prev: whole(),
  last: whole(),
  clock: clockReading,
  gaps: optional(list(gapRecord)),
  check: optional(dayChain),
});

/** The smallest and largest number that may stand in an event; hand-written, it runs for each one. */
function faultOfEvent(event: unknown, after: number, last: number): string | undefined {
  if (!Array.isArray(event) || event.length < 6) return 'six fields are wanted';
  const [seq, atMs, kind, kindVersion, key, body]: readonly unknown[] = event;
  if (!Number.isSafeInteger(seq) || (seq as number) <= after || (seq as number) > last) {
    return `a number above ${after} and up to ${last} is wanted`;
  }
  if (!Number.isSafeInteger(atMs)) return 'a time in milliseconds is wanted';
  if (typeof kind !== 'string' || kind.length === 0 || kind.length > LIMITS.kindLength) {
    return `a kind of at most ${LIMITS.kindLength} characters is wanted`;
  }
  if (!Number.isSafeInteger(kindVersion)) return 'a version of the kind is wanted';
  if (typeof key !== 'string' || key.length > LIMITS.keyLength) {
    return `a key of at most ${LIMITS.keyLength} characters is wanted`;
  }
  return body === undefined ? 'a body is wanted' : undefined;
}

function faultOfEvents({ prev, last }: Omit<Batch, 'ev'>, ev: readonly unknown[]) {
  let after = prev;
  for (const [i, event] of ev.entries()) {
    const fault = faultOfEvent(event, after, last);
    if (fault !== undefined) return `ev[${i}]: ${fault}`;
    after = (event as WireEvent)[0];
  }
  return undefined;
}

function faultOfGaps({ prev, last, gaps = [] }: Omit<Batch, 'ev'>): string | undefined {
  if (gaps.length > LIMITS.gapRecords) return `gaps: at most ${LIMITS.gapRecords} are wanted`;
  let after = prev;
  for (const [i, { from, to }] of gaps.entries()) {
    if (from <= after || to < from || to > last) {
      return `gaps[${i}]: a range above ${after} and up to ${last} is wanted`;
    }
    after = to;
  }
  return undefined;
}

/**
 * Reads a batch: bounds, ascending numbers, and that it came by its own lane of its own vendor. The
 * bodies are not looked at; `decodeEvent` reads them one by one. Total.
 */
export function batchOf(
  json: unknown,
  cameBy: { readonly vendor: string; readonly laneNo: number },
): Read<Batch> {
  const head = readWith(batchHead, json);
  if (!head.ok) return head;
  const { value } = head;
  const { ev } = json as { readonly ev?: unknown };
  if (!Array.isArray(ev)) return { ok: false, reason: 'ev: a list is wanted' };
  if (ev.length > LIMITS.batchEvents) {
    return { ok: false, reason: `ev: ${ev.length} events are more than ${LIMITS.batchEvents}` };
  }
  if (value.last <= value.prev) return { ok: false, reason: 'last: a number above prev is wanted' };
  if (value.vendor !== cameBy.vendor || LANES[value.lane] !== cameBy.laneNo) {
    return { ok: false, reason: `lane ${value.lane} of ${value.vendor} came by another topic` };
  }
  const fault = faultOfGaps(value) ?? faultOfEvents(value, ev);
  // Every event was checked just above.
  return fault === undefined
    ? { ok: true, value: { ...value, ev: ev as readonly WireEvent[] } }
    : { ok: false, reason: fault };
}
