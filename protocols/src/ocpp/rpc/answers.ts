/** Answers kept for one connection, or for one station. */
const ANSWERS_MAX = 32;
/** Longer answers are not kept: what asks for them may ask twice. */
const ANSWER_CHARS_MAX = 4_096;
/** How long a station goes on repeating a message that got no answer. */
const REPEAT_MS = 120_000;
const DAY_MS = 86_400_000;

/** Answers with the time in them, or with an interval of the moment: asked twice, answered twice. */
const NEVER_KEPT: ReadonlySet<string> = new Set(['BootNotification', 'Heartbeat']);

/** Messages that bear their own time: the same words are the same event, on any connection. */
const KEPT_LONG: ReadonlySet<string> = new Set([
  'MeterValues',
  'StartTransaction',
  'StopTransaction',
  'TransactionEvent',
]);

interface Kept {
  readonly digest: number;
  readonly text: string;
  readonly connection: symbol;
  readonly atMs: number;
  readonly long: boolean;
}

/**
 * What was answered to which message, so that a repetition gets the same words. A message id may be
 * used again with the same body on a retry only (2.x part 4 §4.1.4).
 */
export interface AnswerCache {
  /** The answer to the same message; `other`: the id was used for another one. */
  readonly find: (ask: Asked, nowMs: number) => { readonly text: string } | 'other' | undefined;
  readonly keep: (ask: Asked, action: string, text: string, nowMs: number) => void;
}

/** A message as the cache knows it. */
export interface Asked {
  readonly id: string;
  readonly digest: number;
  /** The connection that it came on. */
  readonly connection: symbol;
}

class Answers implements AnswerCache {
  readonly #max: number;
  /** Made with the first answer that is kept. */
  #kept: Map<string, Kept> | null = null;

  constructor(max: number) {
    this.#max = max;
  }

  find(ask: Asked, nowMs: number): { readonly text: string } | 'other' | undefined {
    const found = this.#kept?.get(ask.id);
    if (found === undefined || !isGood(found, ask, nowMs)) return undefined;
    return found.digest === ask.digest ? { text: found.text } : 'other';
  }

  keep(ask: Asked, action: string, text: string, nowMs: number): void {
    // Whatever the id stood for before, it stands for this now.
    this.#kept?.delete(ask.id);
    if (NEVER_KEPT.has(action) || text.length > ANSWER_CHARS_MAX) return;
    const { digest, connection } = ask;
    this.#kept ??= new Map();
    this.#kept.set(ask.id, { digest, text, connection, atMs: nowMs, long: KEPT_LONG.has(action) });
    if (this.#kept.size <= this.#max) return;
    for (const oldest of this.#kept.keys()) {
      this.#kept.delete(oldest);
      break;
    }
  }
}

const isGood = ({ atMs, long, connection }: Kept, ask: Asked, nowMs: number): boolean =>
  long ? nowMs - atMs <= DAY_MS : connection === ask.connection && nowMs - atMs <= REPEAT_MS;

/**
 * A cache with a bound. One for each connection is right for 1.6, where ids are of a connection; for
 * 2.x the owner keeps one for each station, and it outlives connections for a day.
 */
export const answerCache = (max: number = ANSWERS_MAX): AnswerCache => new Answers(max);

/** 53 bits of a text, by cyrb53: enough to tell a repetition from another message with its id. */
export function digestOf(text: string): number {
  let a = 0xdead_beef;
  let b = 0x41c6_ce57;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x9e37_79b1);
    b = Math.imul(b ^ code, 0x5f35_6495);
  }
  a = Math.imul(a ^ (a >>> 16), 0x85eb_ca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2_ae35);
  b = Math.imul(b ^ (b >>> 16), 0x85eb_ca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2_ae35);
  return 0x1_0000_0000 * (b & 0x1f_ffff) + (a >>> 0);
}
