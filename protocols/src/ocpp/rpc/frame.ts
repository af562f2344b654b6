import type { OcppVersion } from '../version.ts';
import { type RpcErrorCode, spelled } from './error-codes.ts';
import type { Payload } from './port.ts';
import { textOfUtf8 } from './utf8.ts';

/** Message types of OCPP-J; the last two are of 2.1. */
export const TYPE = { call: 2, result: 3, error: 4, resultError: 5, send: 6 } as const;

/** Longest message id of the text; longer ones are taken and echoed too. */
export const ID_CHARS_MAX = 36;
/** Deeper nesting than any message has; what is deeper would break whoever walks it. */
const DEPTH_MAX = 64;
/** Below this no text is nested so deep that it could do harm. */
const SHALLOW_CHARS = 4_096;
const SEEN_CHARS = 80;

/** A message id: what to compare, and what to write so that the type stays as it came. */
export interface MessageId {
  readonly key: string;
  readonly json: string;
}

/** The id of an answer to something whose id could not be read. */
export const NO_ID: MessageId = { key: '-1', json: '"-1"' };

interface WithId {
  readonly id: MessageId;
  readonly text: string;
  /** What is odd about it and was overlooked; empty when nothing is. */
  readonly odd: readonly string[];
}

interface Ask extends WithId {
  readonly action: string;
  readonly payload: Payload;
}

interface Failure extends WithId {
  readonly code: string;
  readonly description: string;
  readonly details: Payload;
}

export type CallFrame = Ask & { readonly is: 'call' };
export type ResultFrame = WithId & { readonly is: 'result'; readonly payload: Payload };
export type ErrorFrame = Failure & { readonly is: 'error' };
export type BadFrame = {
  readonly is: 'bad';
  readonly why: string;
  readonly text: string;
  /** Present: a CALLERROR is due. */
  readonly answer?: { readonly id: MessageId; readonly code: RpcErrorCode };
};

export type RpcFrame =
  | { readonly is: 'empty' }
  | { readonly is: 'unknown-type'; readonly type: number; readonly text: string }
  | BadFrame
  | CallFrame
  | (Ask & { readonly is: 'send' })
  | ResultFrame
  | ErrorFrame
  | (Failure & { readonly is: 'resultError' });

/** Text that begins as an answer or a SEND: whatever else it is, it is not answered. */
const LOOKS_ANSWER = /^\[\s*"?[3-6]\b/;

const isRecord = (value: unknown): value is Payload =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

/** Ids as numbers are written as they came: digits beyond what a number holds are not lost. */
function idOf(value: unknown, text: string): MessageId | undefined {
  if (typeof value === 'string') return { key: value, json: JSON.stringify(value) };
  if (typeof value !== 'number') return undefined;
  const json = /^\[\s*[^,\s]+\s*,\s*(-?[\d.eE+-]+)/.exec(text)?.[1] ?? String(value);
  return { key: json, json };
}

function oddIdOf(value: unknown): readonly string[] {
  if (typeof value === 'number') return ['message id is a number'];
  if (value === '') return ['message id is empty'];
  return typeof value === 'string' && value.length > ID_CHARS_MAX
    ? [`message id has ${value.length} characters`]
    : [];
}

/** An object; `null`, an empty list and nothing at all count as an empty one (1.6 allows null). */
function payloadOf(value: unknown, odd: string[]): Payload | undefined {
  if (isRecord(value)) return value;
  if (value !== undefined && value !== null && !isEmptyList(value)) return undefined;
  odd.push(`payload is ${value === undefined ? 'missing' : JSON.stringify(value)}`);
  return {};
}

/** Whether lists and objects are nested deeper than any message; walks without recursion. */
function isTooDeep(root: unknown): boolean {
  let level: unknown[] = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEPTH_MAX) return true;
    level = level.flatMap((value) =>
      typeof value === 'object' && value !== null ? Object.values(value) : [],
    );
  }
  return false;
}

/** Control characters, spaces and a BOM around the text are of string libraries, not of the message. */
const isEdge = (code: number): boolean => code <= 0x20 || code === 0xfeff;

function textOf(data: string | Uint8Array): string {
  const text = typeof data === 'string' ? data : textOfUtf8(data);
  let from = 0;
  let to = text.length;
  while (from < to && isEdge(text.charCodeAt(from))) from += 1;
  while (to > from && isEdge(text.charCodeAt(to - 1))) to -= 1;
  return text.slice(from, to);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

type Elements = readonly unknown[];

function bad(text: string, why: string, id?: MessageId, code?: RpcErrorCode): BadFrame {
  if (LOOKS_ANSWER.test(text)) return { is: 'bad', why, text };
  return { is: 'bad', why, text, answer: { id: id ?? NO_ID, code: code ?? 'RpcFrameworkError' } };
}

function readAsk(elements: Elements, text: string): Ask | BadFrame {
  const id = idOf(elements[1], text);
  if (id === undefined) return bad(text, 'message id is neither text nor a number');
  const action = elements[2];
  if (typeof action !== 'string' || action === '') return bad(text, 'no action', id);
  const odd = [...oddIdOf(elements[1])];
  if (elements.length > 4) odd.push(`${elements.length} elements`);
  const payload = payloadOf(elements[3], odd);
  if (payload === undefined) return bad(text, 'payload is no object', id, 'FormatViolation');
  return { id, action, payload, text, odd };
}

function readResult(elements: Elements, text: string): ResultFrame | BadFrame {
  const id = idOf(elements[1], text);
  if (id === undefined) return bad(text, 'answer without a message id');
  const odd: string[] = [];
  const payload = payloadOf(elements[2], odd);
  if (payload === undefined) return bad(text, 'payload of an answer is no object');
  return { is: 'result', id, payload, text, odd };
}

/** Errors come short of elements, with `null` and with codes of their own: all are errors. */
function readFailure(elements: Elements, text: string): Failure {
  const [, first, code, description, details] = elements;
  const odd: string[] = [];
  if (elements.length !== 5) odd.push(`${elements.length} elements`);
  if (typeof description !== 'string') odd.push('no description');
  return {
    id: idOf(first, text) ?? NO_ID,
    code: typeof code === 'string' && code !== '' ? code : 'GenericError',
    description: typeof description === 'string' ? description : '',
    details: isRecord(details) ? details : {},
    text,
    odd,
  };
}

function readElements(elements: Elements, text: string, version: OcppVersion): RpcFrame {
  const type = elements[0];
  const is21 = version === '2.1';
  if (type === TYPE.call || (type === TYPE.send && is21)) {
    const ask = readAsk(elements, text);
    if ('is' in ask) return ask;
    return type === TYPE.call ? { is: 'call', ...ask } : { is: 'send', ...ask };
  }
  if (type === TYPE.result) return readResult(elements, text);
  if (type === TYPE.error) return { is: 'error', ...readFailure(elements, text) };
  if (type === TYPE.resultError && is21) {
    return { is: 'resultError', ...readFailure(elements, text) };
  }
  if (typeof type === 'number') return { is: 'unknown-type', type, text };
  return bad(text, 'message type is no number');
}

/**
 * Reads one message of a socket. Total: whatever it is given, it says what that is, and whether an
 * error is due; never for what may be an answer itself (1.6-J §4.2.3, 2.x part 4 §4.2.3).
 */
export function readFrame(data: string | Uint8Array, version: OcppVersion): RpcFrame {
  const text = textOf(data);
  if (text === '') return { is: 'empty' };
  const value = parsed(text);
  if (!Array.isArray(value)) return bad(text, `no JSON list: ${text.slice(0, SEEN_CHARS)}`);
  if (text.length > SHALLOW_CHARS && isTooDeep(value)) return bad(text, 'nested too deep');
  return readElements(value, text, version);
}

export const writeCall = (type: 2 | 6, id: string, action: string, payload: object): string =>
  `[${type},${JSON.stringify(id)},${JSON.stringify(action)},${JSON.stringify(payload)}]`;

export const writeResult = (id: MessageId, payload: object): string =>
  `[${TYPE.result},${id.json},${JSON.stringify(payload)}]`;

/** Longest description of an error (2.x part 4 §4.2.3). */
const DESCRIPTION_CHARS_MAX = 255;

export function writeError(
  type: 4 | 5,
  id: MessageId,
  error: { readonly code: string; readonly description: string; readonly details: object },
  version: OcppVersion,
): string {
  const description = error.description.slice(0, DESCRIPTION_CHARS_MAX);
  const rest = [spelled(error.code, version), description, error.details];
  return `[${type},${id.json},${rest.map((part) => JSON.stringify(part)).join(',')}]`;
}
