import {
  list,
  nullable,
  oneOf,
  optional,
  type Read,
  readWith,
  shape,
  strLike,
  type TextCodec,
  whole,
} from '../order/text-codec.ts';
import { clockReading, dayChain, laneName, name, oneOfGrowing } from './check-batch.ts';
import type { Command, CommandAnswer } from './commands.ts';
import type { Ack, CommandMessage, Gone, Hello, Refused, Welcome } from './messages.ts';

/*
 * Reading of every message that is not a batch. Total: what does not fit comes back as a reason.
 * Unknown fields are passed over ([SYNC-11]).
 */

/** More lanes than there are, for newer sides. */
const MOST_LANES = 16;

const text = (most: number): TextCodec<string> => ({
  text: (value) => value,
  of(json, path, report) {
    if (typeof json === 'string' && json.length <= most) return json;
    report(path, `a text of at most ${most} characters is wanted`);
    return '';
  },
});

/** Characters of JSON that an operation may bring along, and its answer. */
const PARAMETERS_MAX = 65_536;
const ANSWER_MAX = 131_072;

/** Whatever JSON can say, of bounded length. */
const anything = (most: number): TextCodec<unknown> => ({
  text: (value) => value,
  of(json, path, report) {
    if ((JSON.stringify(json)?.length ?? 0) <= most) return json;
    report(path, `at most ${most} characters of JSON are wanted`);
    return null;
  },
});

/** A list of bounded length; items of a lane that this side does not know are left out. */
function lanesOf<T extends { readonly lane: string }>(item: TextCodec<T>): TextCodec<readonly T[]> {
  const items = list(item);
  const isKnown = (json: unknown) => {
    const lane = (json as { readonly lane?: unknown } | null)?.lane;
    return typeof lane !== 'string' || readWith(laneName, lane).ok;
  };
  return {
    text: (value) => items.text(value),
    of(json, path, report) {
      if (!Array.isArray(json) || json.length > MOST_LANES) {
        report(path, `a list of at most ${MOST_LANES} lanes is wanted`);
        return [];
      }
      return items.of(json.filter(isKnown), path, report);
    },
  };
}

const id = text(64);
const optionalTrue: TextCodec<true> = {
  text: () => true,
  of(json, path, report) {
    if (json !== true) report(path, 'true is wanted, or nothing');
    return true;
  },
};

const versions: TextCodec<readonly [number, number]> = {
  text: (value) => value,
  of(json, path, report) {
    const [min, max]: readonly unknown[] = Array.isArray(json) ? json : [];
    if (Number.isSafeInteger(min) && Number.isSafeInteger(max)) return [Number(min), Number(max)];
    report(path, 'the lowest and the highest version are wanted');
    return [0, 0];
  },
};

const hello = shape<Hello>({
  type: oneOf(['hello']),
  siteId: name,
  vendor: name,
  storeId: id,
  replaces: optional(id),
  link: id,
  epoch: whole(),
  proto: versions,
  software: text(200),
  clock: clockReading,
  streams: lanesOf(
    shape<Hello['streams'][number]>({
      lane: laneName,
      next: whole(1),
      acked: whole(),
      pending: whole(),
      oldestMs: nullable(whole()),
    }),
  ),
});

const gone = shape<Gone>({ type: oneOf(['gone']), siteId: name, storeId: id, link: id });

const welcome = shape<Welcome>({
  type: oneOf(['welcome']),
  storeId: id,
  link: id,
  epoch: whole(1),
  sessionNo: whole(1),
  proto: whole(1),
  hubMs: whole(),
  streams: lanesOf(
    shape<Welcome['streams'][number]>({
      lane: laneName,
      watermark: whole(),
      credit: optional(whole()),
      notBeforeMs: optional(whole()),
      check: optional(dayChain),
    }),
  ),
  spreadMs: whole(),
});

const refused = shape<Refused>({
  type: oneOf(['refused']),
  storeId: id,
  link: id,
  // A reason of a newer hub is one that only time or people can heal.
  reason: oneOfGrowing(['regressed', 'conflict', 'version', 'unknown-site'], 'version'),
  text: text(1_000),
  retryAfterMs: whole(),
});

const ack = shape<Ack>({
  type: oneOf(['ack']),
  vendor: optional(name),
  lane: laneName,
  epoch: whole(),
  sessionNo: whole(),
  watermark: whole(),
  credit: whole(),
  notBeforeMs: optional(whole()),
  gap: optional(optionalTrue),
  fenced: optional(optionalTrue),
  hubMs: whole(),
  check: optional(dayChain),
});

const command = shape<Command>({
  id: strLike(/^[0-9A-Za-z-]{1,64}$/, 'an id of at most 64 letters and digits'),
  vendor: name,
  pileNo: text(64),
  connectorNo: whole(),
  op: oneOf(['start', 'stop', 'read', 'reboot', 'upload-frames', 'operate', 'limit', 'cards']),
  deadlineMs: whole(),
  fence: optional(shape<NonNullable<Command['fence']>>({ orderNo: optional(text(64)) })),
  start: optional(
    shape<NonNullable<Command['start']>>({
      account: text(64),
      cardNo: optional(text(64)),
      balance: strLike(/^\d{1,9}\.\d\d$/, 'yuan with two decimals'),
    }),
  ),
  operate: optional(
    shape<NonNullable<Command['operate']>>({
      operation: text(64),
      parameters: anything(PARAMETERS_MAX),
    }),
  ),
  limit: optional(
    shape<NonNullable<Command['limit']>>({ maxW: nullable(whole()), seconds: whole() }),
  ),
  cards: optional(
    shape<NonNullable<Command['cards']>>({
      ask: oneOf(['list', 'enter', 'remove', 'groups', 'enter-group', 'remove-group']),
      name: optional(text(64)),
      value: optional(anything(PARAMETERS_MAX)),
    }),
  ),
});

const commandMessage = shape<CommandMessage>({
  type: oneOf(['command']),
  command,
  hubMs: whole(),
});

const commandAnswer = shape<CommandAnswer>({
  id: text(64),
  outcome: oneOf(['done', 'refused', 'expired', 'stale', 'unknown']),
  reason: optional(text(200)),
  orderNo: optional(text(64)),
  answer: optional(anything(ANSWER_MAX)),
  atMs: whole(),
});

const typeOf = (json: unknown): unknown =>
  typeof json === 'object' && json !== null && 'type' in json ? json.type : undefined;

const unknownType = (json: unknown, wanted: string): Read<never> => ({
  ok: false,
  reason: `type: ${wanted} is wanted, ${JSON.stringify(typeOf(json))?.slice(0, 60)} came`,
});

/** What an edge says on `p/{site}`. */
export function presenceOf(json: unknown): Read<Hello | Gone> {
  if (typeOf(json) === 'hello') return readWith(hello, json);
  return typeOf(json) === 'gone' ? readWith(gone, json) : unknownType(json, 'hello or gone');
}

/** What the hub says on `a/{site}`. */
export function answerOf(json: unknown): Read<Ack | Welcome | Refused> {
  switch (typeOf(json)) {
    case 'ack':
      return readWith(ack, json);
    case 'welcome':
      return readWith(welcome, json);
    case 'refused':
      return readWith(refused, json);
    default:
      return unknownType(json, 'ack, welcome or refused');
  }
}

/** A command, or why it cannot be read; `id` is there when it can be answered all the same ([SYNC-7]). */
export type ReadCommand =
  | { readonly ok: true; readonly value: CommandMessage }
  | { readonly ok: false; readonly reason: string; readonly id?: string };

/** What the hub says on `c/{site}`. */
export function commandMessageOf(json: unknown): ReadCommand {
  const read = readWith(commandMessage, json);
  if (read.ok) return read;
  const bare = readWith(shape<{ command: { id: string } }>({ command: shape({ id }) }), json);
  return bare.ok && bare.value.command.id !== '' ? { ...read, id: bare.value.command.id } : read;
}

/** The quick copy of an answer on `r/{site}`. */
export const commandAnswerOf = (json: unknown): Read<CommandAnswer> =>
  readWith(commandAnswer, json);
