import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import { type Fields, fieldsAt, integerAt, listAt, textAt } from '../ocpp/fields.ts';
import { andThen, call, commandAnswered, type Result, stay, step } from '../ocpp/steps.ts';
import { hasProfile, numberOf } from './keys.ts';
import type { ListNote } from './memory.ts';
import type { ListPart, Ocpp16State } from './state.ts';
import { type OcppStep, remember } from './step.ts';

type Command<D extends PileCommand['do']> = Extract<PileCommand, { do: D }>;

const TAG = 'list';
/** Where the station does not say how many it takes at once. */
const CHUNK = 50;
/** A note holds 64 kB; a list of more cards than this is no site's. */
const CARDS_MAX = 2_000;
const ID_CHARS = 20;

const sizeOf = (state: Ocpp16State): number =>
  Math.max(1, numberOf(state, 'SendLocalListMaxLength') ?? CHUNK);

const inParts = (cards: readonly string[], size: number): readonly (readonly string[])[] =>
  Array.from({ length: Math.ceil(cards.length / size) }, (_, n) =>
    cards.slice(n * size, (n + 1) * size),
  );

const acceptedOf = (idTag: string) => ({ idTag, idTagInfo: { status: 'Accepted' } });

const sendPart = (state: Ocpp16State, part: ListPart): OcppStep =>
  step(
    state,
    call(
      'SendLocalList',
      {
        listVersion: part.version,
        updateType: part.full ? 'Full' : 'Differential',
        localAuthorizationList: [
          ...part.add.map(acceptedOf),
          ...part.remove.map((idTag) => ({ idTag })),
        ],
      },
      TAG,
    ),
  );

/** [OCPP-D11] All cards: the first part replaces the list, the others add to it. Never version 0. */
function fullParts(state: Ocpp16State, cards: readonly string[]): readonly ListPart[] {
  const parts = inParts(cards, sizeOf(state));
  const from = Math.max(1, state.memory.list.version + 1);
  return (parts.length === 0 ? [[]] : parts).map((add, n) => ({
    full: n === 0,
    add,
    remove: [],
    version: from + n,
  }));
}

/** [OCPP-D11] Changes alone. */
function changedParts(
  state: Ocpp16State,
  change: { readonly add: readonly string[]; readonly remove: readonly string[] },
): readonly ListPart[] {
  const size = sizeOf(state);
  const adds = inParts(change.add, size).map((add) => ({ add, remove: [] }));
  const removes = inParts(change.remove, size).map((remove) => ({ add: [], remove }));
  const from = state.memory.list.version + state.listQueue.length + 1;
  return [...adds, ...removes].map((part, n) => ({ ...part, full: false, version: from + n }));
}

/** Puts parts into the queue; only one is on its way at a time. */
function queued(state: Ocpp16State, parts: readonly ListPart[]): OcppStep {
  const [first] = parts;
  const idle = state.listQueue.length === 0;
  const next = { ...state, listQueue: [...state.listQueue, ...parts] };
  return idle && first !== undefined ? sendPart(next, first) : stay(next);
}

const unsupported = (state: Ocpp16State, command: 'addCards' | 'removeCards'): OcppStep =>
  step(state, commandAnswered(command, null, false, { why: 'the station has no local list' }));

/** What the edge wants the list to be is kept first: it is the truth, whatever the station holds. */
function kept(state: Ocpp16State, cards: readonly string[]): OcppStep {
  const list: ListNote = { ...state.memory.list, cards: cards.slice(-CARDS_MAX) };
  return remember(state, 'local-list', { list });
}

const idTagOf = (cardNo: string): string => cardNo.slice(0, ID_CHARS);

/** Whether the station has said what it takes, or that it does not say. */
const isRead = ({ memory }: Ocpp16State): boolean =>
  memory.configuration !== null && memory.configuration.firmware === (memory.boot?.firmware ?? '');

/** Whether the station's list is ours to keep. */
const keepsList = (state: Ocpp16State): boolean =>
  state.settings.isTended && hasProfile(state, 'LocalAuthListManagement');

export function addCards(state: Ocpp16State, { cards }: Command<'addCards'>): OcppStep {
  if (!keepsList(state)) return unsupported(state, 'addCards');
  const { list } = state.memory;
  const known = new Set(list.cards);
  const fresh = cards.map(({ cardNo }) => idTagOf(cardNo)).filter((idTag) => !known.has(idTag));
  // More than it holds it would refuse whole; it asks about the others (Authorize).
  const room = numberOf(state, 'LocalAuthListMaxLength') ?? CARDS_MAX;
  const add = fresh.slice(0, Math.max(0, room - list.cards.length));
  const wanted = kept(state, [...list.cards, ...add]);
  // Before it has said how much it takes at once it gets nothing: its list is compared afterwards.
  if (add.length === 0 || !isRead(state)) {
    return andThen(wanted, (s) =>
      step(s, commandAnswered('addCards', null, true, { cards: add.length })),
    );
  }
  const sent = andThen(wanted, (s) =>
    queued(
      s,
      list.version === 0 ? fullParts(s, s.memory.list.cards) : changedParts(s, { add, remove: [] }),
    ),
  );
  return andThen(sent, (s) =>
    step(s, commandAnswered('addCards', null, true, { cards: add.length })),
  );
}

/** [OCPP-D12] A card that is withdrawn goes out of the list and out of the cache. */
export function removeCards(state: Ocpp16State, { cardNos }: Command<'removeCards'>): OcppStep {
  if (!keepsList(state)) return andThen(clearCache(state), (s) => unsupported(s, 'removeCards'));
  const gone = new Set(cardNos.map(idTagOf));
  const { list } = state.memory;
  const remove = list.cards.filter((card) => gone.has(card));
  const wanted = kept(
    state,
    list.cards.filter((card) => !gone.has(card)),
  );
  const sent = andThen(wanted, (s) =>
    list.version === 0 ? stay(s) : queued(s, changedParts(s, { add: [], remove })),
  );
  const cleared = andThen(sent, clearCache);
  return andThen(cleared, (s) =>
    step(s, commandAnswered('removeCards', null, true, { cards: remove.length })),
  );
}

const clearCache = (state: Ocpp16State): OcppStep =>
  state.settings.isTended ? step(state, call('ClearCache', {}, 'cache')) : stay(state);

/** The truth is here: the station need not be asked which cards it holds. */
export function findCards(state: Ocpp16State, { cardNos }: Command<'findCards'>): OcppStep {
  const known = new Set(state.memory.list.cards);
  const found = cardNos.map(idTagOf).filter((card) => known.has(card));
  return step(state, commandAnswered('findCards', null, true, { cards: found }));
}

/** SendLocalList.conf: the next part, or, where the versions do not fit, everything anew. */
export function listResult(state: Ocpp16State, { payload }: Result): OcppStep {
  const [sent, ...left] = state.listQueue;
  if (sent === undefined) return stay(state);
  const status = textAt(payload, 'status');
  if (status === 'Accepted') {
    const list = { ...state.memory.list, version: sent.version };
    const noted = remember({ ...state, listQueue: left }, 'local-list', { list });
    const [next] = left;
    return next === undefined
      ? andThen(noted, verifyList)
      : andThen(noted, (s) => sendPart(s, next));
  }
  const again = status === 'VersionMismatch' && !sent.full;
  const stopped = { ...state, listQueue: [] };
  return again ? queued(stopped, fullParts(stopped, state.memory.list.cards)) : listFailed(stopped);
}

/** It is tried again at the next comparison. */
export function listFailed(state: Ocpp16State): OcppStep {
  const list = { ...state.memory.list, version: 0 };
  return remember({ ...state, listQueue: [] }, 'local-list', { list });
}

/** [OCPP-D11] The station's version is compared with ours, after each change and every night. */
export const verifyList = (state: Ocpp16State): OcppStep =>
  !state.settings.isTended ||
  !isRead(state) ||
  (state.memory.list.cards.length === 0 && state.memory.list.version === 0)
    ? stay(state)
    : step(state, call('GetLocalListVersion', {}, 'list-version'), {
        do: 'arm',
        timer: 'list',
        ms: state.settings.listEveryMs,
      });

/** A station that lost its list, or has another's, gets all of ours. −1: it has none at all. */
export function listVersion(state: Ocpp16State, { payload }: Result): OcppStep {
  const version = integerAt(payload, 'listVersion') ?? -1;
  const { list } = state.memory;
  const isSame = version === list.version && (version > 0 || list.cards.length === 0);
  if (isSame || version < 0 || state.listQueue.length > 0) return stay(state);
  return queued(state, fullParts(state, list.cards));
}

/** Somebody sent a list by hand: that is the truth now. */
export function listSentBy(state: Ocpp16State, parameters: Fields): OcppStep {
  const entries = listAt(parameters, 'localAuthorizationList');
  const named = (wanted: boolean): readonly string[] =>
    entries.flatMap((entry) =>
      (textAt(fieldsAt(entry, 'idTagInfo'), 'status') === 'Accepted') === wanted
        ? [textAt(entry, 'idTag')]
        : [],
    );
  const gone = new Set(named(false));
  const before = textAt(parameters, 'updateType') === 'Full' ? [] : state.memory.list.cards;
  const cards = [...new Set([...before.filter((card) => !gone.has(card)), ...named(true)])];
  const version = integerAt(parameters, 'listVersion') ?? 0;
  return remember(state, 'local-list', { list: { version, cards: cards.slice(-CARDS_MAX) } });
}
