import type { LaneName } from '@holdfast/shared/sync/lanes';
import { type Ack, type DayChain, LIMITS } from '@holdfast/shared/sync/messages';
import type { OutboxSlice } from '../ports/ledger.ts';
import { LANE_POLICIES } from './lane-policy.ts';

/*
 * One stream's sender: decides what is read, sent, sent again and deleted, and does none of it. Times
 * are monotonic milliseconds; time and chance come in with every call.
 */

export interface Moment {
  readonly nowMs: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** A piece of the outbox, (prev, last], ready to be sent. */
export interface Slice extends OutboxSlice {
  readonly prev: number;
  readonly last: number;
  /** It is about as large as it may be: a backlog is being drained. */
  readonly full: boolean;
}

interface Flight {
  readonly prev: number;
  readonly last: number;
  readonly check: DayChain | undefined;
  readonly sentAtMs: number;
  /** Nothing of it was sent before: its answer tells the time of a round trip. */
  readonly fresh: boolean;
}

export interface Sender {
  readonly lane: LaneName;
  readonly open: boolean;
  /** The hub has committed everything up to here. */
  readonly acked: number;
  /** Everything up to here was given to the line since the last going back. */
  readonly sent: number;
  /** Highest number given to the line in this session. */
  readonly top: number;
  readonly flight: readonly Flight[];
  /** Batches that may be in flight. */
  readonly window: number;
  /** The hub has paused the lane until then. */
  readonly resumeAtMs: number | null;
  /** Reads of an earlier turn are not wanted any more. */
  readonly turn: number;
  readonly reading: boolean;
  readonly ready: Slice | null;
  /** The outbox may hold events behind `sent` and `ready`. */
  readonly more: boolean;
  /** The last slice was full: it is worth reading ahead. */
  readonly draining: boolean;
  readonly readAtMs: number | null;
  readonly dueAtMs: number | null;
  readonly misses: number;
  readonly roundTripMs: number | null;
  /** Events of the next batch; grows with answers, shrinks with misses. */
  readonly batchEvents: number;
  /** Where the hub's gap answers have already made us go back to. */
  readonly wentBackTo: number | null;
}

export type SenderEffect =
  | {
      readonly do: 'read';
      readonly turn: number;
      readonly after: number;
      readonly events: number;
      readonly bytes: number;
    }
  /** The hub has it: it may leave the outbox ([SYNC-2]). */
  | { readonly do: 'acknowledge'; readonly watermark: number; readonly events: number }
  /** Both sides' chains at one number ([SYNC-14]). */
  | { readonly do: 'compare'; readonly own: DayChain; readonly hub: DayChain }
  /** No answer in time, for the so-and-so-manieth time. */
  | { readonly do: 'missed'; readonly misses: number };

export interface SenderStep {
  readonly sender: Sender;
  readonly effects: readonly SenderEffect[];
}

const FIRST_BATCH_EVENTS = 125;
const LEAST_BATCH_EVENTS = 16;
const LONGEST_WAIT_MS = 60_000;
const MISS_FACTOR = 1.5;
/** Beyond this the wait has long reached its cap. */
const MOST_MISSES = 30;
const READ_AGAIN_MS = 1_000;
/** After a slice the outbox is looked at once more, this much later at the soonest. */
const LOOK_AGAIN_MS = 20;
/** Pause when the hub gives no credit and no time. */
const PAUSE_MS = 30_000;

export const newSender = (lane: LaneName): Sender => ({
  lane,
  open: false,
  acked: 0,
  sent: 0,
  top: 0,
  flight: [],
  window: LIMITS.windowBatches,
  resumeAtMs: null,
  turn: 0,
  reading: false,
  ready: null,
  more: true,
  draining: false,
  readAtMs: null,
  dueAtMs: null,
  misses: 0,
  roundTripMs: null,
  batchEvents: FIRST_BATCH_EVENTS,
  wentBackTo: null,
});

/** ±20 % of a time, so that a fleet does not move in step. */
const jittered = (ms: number, { random }: Moment): number => ms * (0.8 + 0.4 * random());

/** The wait for an answer ([SYNC-4]). */
function ackWaitMs({ lane, roundTripMs, misses }: Sender, moment: Moment): number {
  const least = Math.max(LANE_POLICIES[lane].ackWaitMs, 4 * (roundTripMs ?? 0));
  return jittered(Math.min(least * MISS_FACTOR ** misses, LONGEST_WAIT_MS), moment);
}

const isPaused = ({ resumeAtMs }: Sender): boolean => resumeAtMs !== null;

/** There is something to read and a batch of it could go, or soon can while draining. */
function isReadWanted(sender: Sender): boolean {
  const { open, more, reading, ready, flight, window, draining } = sender;
  const room = flight.length < window || draining;
  return open && more && room && !reading && ready === null && !isPaused(sender);
}

function pumped(sender: Sender, effects: readonly SenderEffect[], { nowMs }: Moment): SenderStep {
  const { readAtMs } = sender;
  if (!isReadWanted(sender) || (readAtMs !== null && readAtMs > nowMs)) return { sender, effects };
  const events = sender.batchEvents;
  const bytes = Math.ceil((LIMITS.batchBytes * events) / LIMITS.batchEvents);
  return {
    sender: { ...sender, reading: true, more: false, readAtMs: null },
    effects: [...effects, { do: 'read', turn: sender.turn, after: sender.sent, events, bytes }],
  };
}

/** Back to the watermark: everything behind it is read and sent again. */
const wentBack = (sender: Sender, moment: Moment): Sender => ({
  ...sender,
  sent: sender.acked,
  flight: [],
  ready: null,
  reading: false,
  turn: sender.turn + 1,
  more: true,
  readAtMs: moment.nowMs,
  dueAtMs: null,
});

function credited(
  sender: Sender,
  given: { readonly credit?: number; readonly notBeforeMs?: number },
  moment: Moment,
): Sender {
  const { credit = LIMITS.windowBatches, notBeforeMs = PAUSE_MS } = given;
  if (credit > 0) {
    return { ...sender, window: Math.min(credit, LIMITS.windowBatches), resumeAtMs: null };
  }
  return { ...sender, resumeAtMs: moment.nowMs + jittered(notBeforeMs, moment) };
}

/** WELCOME: the session is open and the hub has everything up to `watermark`. */
export function opened(
  sender: Sender,
  given: { readonly watermark: number; readonly credit?: number; readonly notBeforeMs?: number },
  moment: Moment,
): SenderStep {
  const { watermark } = given;
  const fresh = { ...newSender(sender.lane), turn: sender.turn, roundTripMs: sender.roundTripMs };
  const start = { ...fresh, open: true, acked: watermark, top: watermark };
  const ready = credited(wentBack(start, moment), given, moment);
  return pumped(ready, [{ do: 'acknowledge', watermark, events: 0 }], moment);
}

/** The session is over; nothing more is sent until the next WELCOME. */
export const closed = (sender: Sender): Sender => ({
  ...newSender(sender.lane),
  turn: sender.turn + 1,
  acked: sender.acked,
  roundTripMs: sender.roundTripMs,
});

/** The ledger has committed events of this stream. */
export function committed(sender: Sender, moment: Moment): SenderStep {
  const lingerUntilMs = moment.nowMs + LANE_POLICIES[sender.lane].lingerMs;
  const { more, readAtMs } = sender;
  const soonerMs = more ? readAtMs && Math.min(readAtMs, lingerUntilMs) : lingerUntilMs;
  return pumped({ ...sender, more: true, readAtMs: soonerMs }, [], moment);
}

/** A slice was read from the outbox. */
export function sliceRead(sender: Sender, turn: number, slice: Slice, moment: Moment): SenderStep {
  if (turn !== sender.turn) return { sender, effects: [] };
  const read = { ...sender, reading: false, draining: slice.full };
  if (slice.last === slice.prev) return pumped(read, [], moment);
  // Only an empty slice proves that nothing is left; a slice may end early at its bytes.
  const lookAtMs = moment.nowMs + Math.max(LANE_POLICIES[sender.lane].lingerMs, LOOK_AGAIN_MS);
  const readAtMs = slice.full ? null : (read.readAtMs ?? lookAtMs);
  return { sender: { ...read, ready: slice, more: true, readAtMs }, effects: [] };
}

/** The outbox could not be read; it is tried again a little later. */
export const readFailed = (sender: Sender, turn: number, { nowMs }: Moment): Sender =>
  turn === sender.turn
    ? { ...sender, reading: false, more: true, readAtMs: nowMs + READ_AGAIN_MS }
    : sender;

const hasRoom = (sender: Sender): boolean =>
  sender.open && !isPaused(sender) && sender.flight.length < sender.window;

export const canSend = (sender: Sender): boolean => hasRoom(sender) && sender.ready !== null;

/** About to be able to: less important lanes wait for it. */
export const isAboutToSend = (sender: Sender): boolean => hasRoom(sender) && sender.reading;

/** The slice that is ready goes to the line now. Only after `canSend`. */
export function sentNow(sender: Sender, moment: Moment): SenderStep {
  const { ready } = sender;
  if (ready === null) return { sender, effects: [] };
  const { prev, last, check } = ready;
  const flight = { prev, last, check, sentAtMs: moment.nowMs, fresh: prev >= sender.top };
  const next = {
    ...sender,
    ready: null,
    sent: last,
    top: Math.max(sender.top, last),
    flight: [...sender.flight, flight],
    dueAtMs: sender.dueAtMs ?? moment.nowMs + ackWaitMs(sender, moment),
  };
  return pumped(next, [], moment);
}

/** The hub's watermark has moved: forget what it covers. */
function progressed(sender: Sender, watermark: number, moment: Moment): Sender {
  const covered = sender.flight.filter((flight) => flight.last <= watermark);
  const flight = sender.flight.filter((f) => f.last > watermark);
  const timed = covered.findLast((f) => f.fresh);
  const sampleMs = timed && moment.nowMs - timed.sentAtMs;
  const roundTripMs =
    sampleMs === undefined ? sender.roundTripMs : smoothed(sender.roundTripMs, sampleMs);
  // The answer to something sent twice may belong to either: only a fresh one ends the doubt.
  const misses = timed === undefined ? sender.misses : 0;
  const grown = misses === 0 ? sender.batchEvents * 2 : sender.batchEvents;
  const next: Sender = {
    ...sender,
    acked: watermark,
    flight,
    roundTripMs,
    misses,
    batchEvents: Math.min(grown, LIMITS.batchEvents),
    wentBackTo: null,
  };
  const dueAtMs = flight.length === 0 ? null : moment.nowMs + ackWaitMs(next, moment);
  if (sender.sent >= watermark) return { ...next, dueAtMs };
  // A late answer covers what we went back for: go on behind it.
  return { ...wentBack(next, moment), flight, dueAtMs };
}

const smoothed = (before: number | null, sampleMs: number): number =>
  before === null ? sampleMs : before + (sampleMs - before) / 8;

/** The hub's answer to a batch of this session. Older and stray ones change nothing. */
export function answered(
  sender: Sender,
  ack: Pick<Ack, 'watermark' | 'credit' | 'notBeforeMs' | 'gap' | 'check'>,
  moment: Moment,
): SenderStep {
  const { watermark } = ack;
  const isStray = watermark < sender.acked || watermark > sender.top;
  if (!sender.open || isStray) return { sender, effects: [] };
  const effects: SenderEffect[] = [];
  const own = sender.flight.find((flight) => flight.last === watermark)?.check;
  if (own !== undefined && ack.check?.day === own.day) {
    effects.push({ do: 'compare', own, hub: ack.check });
  }
  let next = sender;
  if (watermark > sender.acked) {
    effects.push({ do: 'acknowledge', watermark, events: watermark - sender.acked });
    next = progressed(sender, watermark, moment);
  }
  next = credited(next, ack, moment);
  // Every batch behind one hole is answered with the same gap: go back for the first only.
  if (ack.gap === true && next.wentBackTo !== watermark) {
    next = { ...wentBack(next, moment), wentBackTo: watermark };
  }
  return pumped(next, effects, moment);
}

/** The earliest time at which `ticked` has something to do. */
export function wakeAtMs(sender: Sender): number | undefined {
  const readAtMs = isReadWanted(sender) ? sender.readAtMs : null;
  const times = [sender.dueAtMs, sender.resumeAtMs, readAtMs];
  const set = times.filter((ms) => ms !== null);
  return set.length === 0 ? undefined : Math.min(...set);
}

/** Time has passed. */
export function ticked(sender: Sender, moment: Moment): SenderStep {
  const { nowMs } = moment;
  let next = sender;
  const effects: SenderEffect[] = [];
  if (next.resumeAtMs !== null && next.resumeAtMs <= nowMs) {
    next = { ...next, resumeAtMs: null, window: 1 };
  }
  if (next.dueAtMs !== null && next.dueAtMs <= nowMs) {
    const misses = Math.min(next.misses + 1, MOST_MISSES);
    const batchEvents = Math.max(LEAST_BATCH_EVENTS, Math.floor(next.batchEvents / 2));
    next = { ...wentBack(next, moment), misses, batchEvents };
    effects.push({ do: 'missed', misses });
  }
  return pumped(next, effects, moment);
}
