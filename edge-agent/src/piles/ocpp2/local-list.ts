import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import { type Fields, fieldsAt, integerAt, listAt, textAt } from '../ocpp/fields.ts';
import { andThen, call, commandAnswered, type Result, stay, step } from '../ocpp/steps.ts';
import type { ListNote } from './memory.ts';
import { hasFeature, saidNumberOf } from './model-values.ts';
import type { ListPart, Ocpp2State } from './state.ts';
import { type Ocpp2Step, remember } from './step.ts';

type Command<D extends PileCommand['do']> = Extract<PileCommand, { do: D }>;

const TAG = 'list';
const FEATURE = 'LocalAuthListCtrlr';
/** Where the station does not say how many it takes at once. */
const CHUNK = 50;
/** A note holds 64 kB; a list of more cards than this is no site's. */
const CARDS_MAX = 1_500;
const TOKEN_CHARS = 36;
const CARD_TYPE = 'ISO14443';

/** Whether the site keeps the station's list: only of one that has a list, and is tended. */
const isKept = (state: Ocpp2State): boolean =>
  state.settings.isTended && hasFeature(state, FEATURE);

const sizeOf = (state: Ocpp2State): number =>
  Math.max(1, saidNumberOf(state, `${FEATURE}.ItemsPerMessage`) ?? CHUNK);

const inParts = (cards: readonly string[], size: number): readonly (readonly string[])[] =>
  Array.from({ length: Math.ceil(cards.length / size) }, (_, n) =>
    cards.slice(n * size, (n + 1) * size),
  );

const tokenOf = (card: string) => ({ idToken: { idToken: card, type: CARD_TYPE } });
const acceptedOf = (card: string) => ({ ...tokenOf(card), idTokenInfo: { status: 'Accepted' } });

function sendPart(state: Ocpp2State, { version, full, add, remove }: ListPart): Ocpp2Step {
  const entries = [...add.map(acceptedOf), ...remove.map(tokenOf)];
  const payload = {
    versionNumber: version,
    updateType: full ? 'Full' : 'Differential',
    // An empty list is one that is left out (D01.FR.04).
    ...(entries.length === 0 ? {} : { localAuthorizationList: entries }),
  };
  return step(state, call('SendLocalList', payload, TAG));
}

/** [OCPP-D11] All cards: the first part replaces the list, the others add to it. Never version 0. */
function fullParts(state: Ocpp2State, cards: readonly string[]): readonly ListPart[] {
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
  state: Ocpp2State,
  change: { readonly add: readonly string[]; readonly remove: readonly string[] },
): readonly ListPart[] {
  const size = sizeOf(state);
  const adds = inParts(change.add, size).map((add) => ({ add, remove: [] }));
  const removes = inParts(change.remove, size).map((remove) => ({ add: [], remove }));
  const from = state.memory.list.version + state.listQueue.length + 1;
  return [...adds, ...removes].map((part, n) => ({ ...part, full: false, version: from + n }));
}

/** Puts parts into the queue; only one is on its way at a time. */
function queued(state: Ocpp2State, parts: readonly ListPart[]): Ocpp2Step {
  const [first] = parts;
  const idle = state.listQueue.length === 0;
  const next = { ...state, listQueue: [...state.listQueue, ...parts] };
  return idle && first !== undefined ? sendPart(next, first) : stay(next);
}

const unsupported = (state: Ocpp2State, command: 'addCards' | 'removeCards'): Ocpp2Step =>
  step(state, commandAnswered(command, null, false, { why: 'the station has no local list' }));

/** What the edge wants the list to be is kept first: it is the truth, whatever the station holds. */
function kept(state: Ocpp2State, cards: readonly string[]): Ocpp2Step {
  const list: ListNote = { ...state.memory.list, cards: cards.slice(-CARDS_MAX) };
  return remember(state, 'local-list', { list });
}

const cardOf = (cardNo: string): string => cardNo.slice(0, TOKEN_CHARS);

export function addCards(state: Ocpp2State, { cards }: Command<'addCards'>): Ocpp2Step {
  if (!isKept(state)) return unsupported(state, 'addCards');
  const { list } = state.memory;
  const known = new Set(list.cards);
  const add = cards.map(({ cardNo }) => cardOf(cardNo)).filter((card) => !known.has(card));
  const wanted = kept(state, [...list.cards, ...add]);
  const sent = andThen(wanted, (s) => {
    const all = list.version === 0;
    return queued(
      s,
      all ? fullParts(s, s.memory.list.cards) : changedParts(s, { add, remove: [] }),
    );
  });
  return andThen(sent, (s) =>
    step(s, commandAnswered('addCards', null, true, { cards: add.length })),
  );
}

const clearCache = (state: Ocpp2State): Ocpp2Step =>
  state.settings.isTended ? step(state, call('ClearCache', {}, 'cache')) : stay(state);

/** [OCPP-D12] A card that is withdrawn goes out of the list and out of the cache. */
export function removeCards(state: Ocpp2State, { cardNos }: Command<'removeCards'>): Ocpp2Step {
  if (!isKept(state)) {
    return andThen(clearCache(state), (s) => unsupported(s, 'removeCards'));
  }
  const gone = new Set(cardNos.map(cardOf));
  const { list } = state.memory;
  const remove = list.cards.filter((card) => gone.has(card));
  const left = list.cards.filter((card) => !gone.has(card));
  const sent = andThen(kept(state, left), (s) =>
    list.version === 0 ? stay(s) : queued(s, changedParts(s, { add: [], remove })),
  );
  return andThen(andThen(sent, clearCache), (s) =>
    step(s, commandAnswered('removeCards', null, true, { cards: remove.length })),
  );
}

/** The truth is here: the station need not be asked which cards it holds. */
export function findCards(state: Ocpp2State, { cardNos }: Command<'findCards'>): Ocpp2Step {
  const known = new Set(state.memory.list.cards);
  const found = cardNos.map(cardOf).filter((card) => known.has(card));
  return step(state, commandAnswered('findCards', null, true, { cards: found }));
}

/** SendLocalListResponse: the next part, or, where the versions do not fit, everything anew. */
export function listResult(state: Ocpp2State, { payload }: Result): Ocpp2Step {
  const [sent, ...left] = state.listQueue;
  if (sent === undefined) return stay(state);
  const status = textAt(payload, 'status');
  if (status === 'Accepted') {
    const list = { ...state.memory.list, version: sent.version };
    const noted = remember({ ...state, listQueue: left }, 'local-list', { list });
    const [next] = left;
    return andThen(noted, (s) => (next === undefined ? verifyList(s) : sendPart(s, next)));
  }
  const stopped = { ...state, listQueue: [] };
  return status === 'VersionMismatch' && !sent.full
    ? queued(stopped, fullParts(stopped, state.memory.list.cards))
    : listFailed(stopped);
}

/** It is tried again at the next comparison. */
export function listFailed(state: Ocpp2State): Ocpp2Step {
  const list = { ...state.memory.list, version: 0 };
  return remember({ ...state, listQueue: [] }, 'local-list', { list });
}

/** [OCPP-D11] The station's version is compared with ours, after each change and every night. */
export const verifyList = (state: Ocpp2State): Ocpp2Step =>
  !state.settings.isTended ||
  (state.memory.list.cards.length === 0 && state.memory.list.version === 0)
    ? stay(state)
    : step(state, call('GetLocalListVersion', {}, 'list-version'), {
        do: 'arm',
        timer: 'list',
        ms: state.settings.listEveryMs,
      });

/** A station that lost its list, or has another's, gets all of ours. */
export function listVersion(state: Ocpp2State, { payload }: Result): Ocpp2Step {
  const version = integerAt(payload, 'versionNumber') ?? -1;
  const { list } = state.memory;
  if (version === list.version || version < 0 || state.listQueue.length > 0) return stay(state);
  return queued(state, fullParts(state, list.cards));
}

/** Somebody sent a list by hand: that is the truth now. */
export function listSentBy(state: Ocpp2State, parameters: Fields): Ocpp2Step {
  const entries = listAt(parameters, 'localAuthorizationList');
  const named = (wanted: boolean): readonly string[] =>
    entries.flatMap((entry) =>
      (textAt(fieldsAt(entry, 'idTokenInfo'), 'status') === 'Accepted') === wanted
        ? [textAt(fieldsAt(entry, 'idToken'), 'idToken')]
        : [],
    );
  const gone = new Set(named(false));
  const before = textAt(parameters, 'updateType') === 'Full' ? [] : state.memory.list.cards;
  const cards = [...new Set([...before.filter((card) => !gone.has(card)), ...named(true)])];
  const version = integerAt(parameters, 'versionNumber') ?? 0;
  return remember(state, 'local-list', { list: { version, cards: cards.slice(-CARDS_MAX) } });
}
