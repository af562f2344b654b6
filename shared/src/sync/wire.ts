import type { Read } from '../order/text-codec.ts';
import { type Batch, LIMITS } from './messages.ts';

/*
 * Batches as bytes: one format byte, then the JSON text, plain or deflated (sync.md §3). This package
 * knows no machine, so text encoding and compression come in as functions.
 */

/** First byte of an uplink payload; further ones are free for other encodings. */
export const FORMATS = { json: 0, deflated: 1 } as const;

/** An outbox row, as the edge reads it; `body` is final JSON text and goes out as it is. */
export interface BatchRow {
  readonly seq: number;
  readonly atMs: number;
  readonly kind: string;
  readonly kindVersion: number;
  readonly key: string;
  readonly body: string;
}

/**
 * The JSON text of a batch. Bodies are put in as they were stored, never parsed: draining a backlog
 * costs little more than copying it.
 */
export function batchText(head: Omit<Batch, 'ev'>, rows: readonly BatchRow[]): string {
  const open = JSON.stringify(head).slice(0, -1);
  let text = `${open},"ev":[`;
  let comma = '';
  for (const row of rows) {
    const name = `${JSON.stringify(row.kind)},${row.kindVersion},${JSON.stringify(row.key)}`;
    text += `${comma}[${row.seq},${row.atMs},${name},${row.body}]`;
    comma = ',';
  }
  return `${text}]}`;
}

/** Puts the format byte before a body. */
export function payloadOf(format: number, body: Uint8Array): Uint8Array {
  const payload = new Uint8Array(body.length + 1);
  payload[0] = format;
  payload.set(body, 1);
  return payload;
}

/** What the machine must lend to read a payload. */
export interface Unpacking {
  /** UTF-8 bytes as text. */
  readonly text: (bytes: Uint8Array) => string;
  /** Inflates raw deflate; `undefined` when it is broken or grows over `limitBytes`. */
  readonly inflate: (bytes: Uint8Array, limitBytes: number) => Uint8Array | undefined;
}

/** The JSON inside an uplink payload. Total: bad bytes, bombs and bad JSON are answers, not throws. */
export function jsonOfPayload(payload: Uint8Array, unpacking: Unpacking): Read<unknown> {
  const [format] = payload;
  const body = payload.subarray(1);
  if (format === undefined) return { ok: false, reason: 'the payload is empty' };
  if (format === FORMATS.json) return parsed(body, LIMITS.inflatedBytes, unpacking);
  if (format !== FORMATS.deflated) return { ok: false, reason: `unknown format ${format}` };
  const inflated = unpacking.inflate(body, LIMITS.inflatedBytes);
  if (inflated !== undefined) return parsed(inflated, LIMITS.inflatedBytes, unpacking);
  const reason = `the deflated body is broken or longer than ${LIMITS.inflatedBytes} bytes`;
  return { ok: false, reason };
}

/** The JSON of a message that is not a batch: plain text without a format byte. Total. */
export const jsonOfMessage = (
  payload: Uint8Array,
  unpacking: Pick<Unpacking, 'text'>,
): Read<unknown> => parsed(payload, LIMITS.messageBytes, unpacking);

function parsed(
  bytes: Uint8Array,
  limitBytes: number,
  unpacking: Pick<Unpacking, 'text'>,
): Read<unknown> {
  if (bytes.length > limitBytes) {
    return { ok: false, reason: `${bytes.length} bytes are more than ${limitBytes}` };
  }
  try {
    return { ok: true, value: JSON.parse(unpacking.text(bytes)) };
  } catch (error) {
    return { ok: false, reason: `not JSON: ${error instanceof Error ? error.message : 'broken'}` };
  }
}
