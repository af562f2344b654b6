import type { Dialect } from './dialect.ts';
import type { Call, Kept, PileState } from './state.ts';
import { arm, ask, disarm, note, type PileStep, stay } from './step.ts';

/** As TransactionMessageAttempts and TransactionMessageRetryInterval are set. */
const ATTEMPTS = 5;
const AGAIN_MS = 3_000;
/** Further samples of a long outage are not worth their place in the flash. */
const MOST_KEPT = 400;

export const bookNoOf = (state: PileState, ref: string): string => `${state.setup.pileNo} ${ref}`;

/** Keeps a message of a charge; it goes up when everything before it has. */
export function keep(
  dialect: Dialect,
  state: PileState,
  ref: string,
  what: Kept['what'],
  call: Call,
): PileStep {
  const { kept, next } = state.outbox;
  if (what === 'sample' && kept.length >= MOST_KEPT) return stay(state);
  const added: Kept = { ...call, no: next, ref, what, errors: 0, repeats: false };
  const outbox = { ...state.outbox, kept: [...kept, added], next: next + 1 };
  return pump(dialect, { ...state, outbox });
}

/** Sends the first that is kept, one at a time. */
export function pump(dialect: Dialect, state: PileState): PileStep {
  const [head] = state.outbox.kept;
  if (head === undefined || state.outbox.flying !== null) return stay(state);
  if (!state.connected || !state.accepted) return stay(state);
  const flying: PileState = { ...state, outbox: { ...state.outbox, flying: head.no } };
  const call = dialect.stamped(state, head.ref, { action: head.action, payload: head.payload });
  const told = { note: 'uploaded', tradeNo: bookNoOf(state, head.ref) } as const;
  const sent = ask(`kept:${head.no}`, call);
  return head.what === 'end'
    ? stay(flying, sent, note(told), disarm('retry'))
    : stay(flying, sent, disarm('retry'));
}

/** What is on its way will not be answered on this connection any more. */
export const grounded = (state: PileState): PileState => ({
  ...state,
  outbox: { ...state.outbox, flying: null },
});

const withoutHead = (state: PileState): PileState => ({
  ...state,
  outbox: { ...state.outbox, kept: state.outbox.kept.slice(1), flying: null },
});

/** The message that a tag names, if it is the one that is waited for. */
export function keptOf(state: PileState, no: number): Kept | undefined {
  const [head] = state.outbox.kept;
  return head?.no === no ? head : undefined;
}

/** It is stored over there. Now and then the end of a charge goes up again all the same. */
export function confirmed(dialect: Dialect, state: PileState, head: Kept): PileStep {
  const { random, faults } = state.setup;
  if (head.what !== 'end') return pump(dialect, withoutHead(state));
  const answered = note({
    note: 'answered',
    tradeNo: bookNoOf(state, head.ref),
    stored: true,
  });
  if (!head.repeats && random.once(faults.resendOneIn)) {
    const [, ...rest] = state.outbox.kept;
    const outbox = { ...state.outbox, kept: [{ ...head, repeats: true }, ...rest], flying: null };
    return stay({ ...state, outbox }, answered, arm('retry', AGAIN_MS));
  }
  const done = pump(dialect, withoutHead(state));
  return stay(done.state, answered, ...done.effects);
}

/** Nobody answered: it goes up again after a while. */
export const unanswered = (state: PileState): PileStep =>
  stay(grounded(state), arm('retry', AGAIN_MS));

/** The other side could not process it; after so many times the pile drops it (1.6 §4.10). */
export function erred(dialect: Dialect, state: PileState, head: Kept): PileStep {
  const errors = head.errors + 1;
  if (errors < ATTEMPTS) {
    const [, ...rest] = state.outbox.kept;
    const outbox = { ...state.outbox, kept: [{ ...head, errors }, ...rest], flying: null };
    return stay({ ...state, outbox }, arm('retry', AGAIN_MS * errors));
  }
  const next = pump(dialect, withoutHead(state));
  if (head.what !== 'end') return next;
  const tradeNo = bookNoOf(state, head.ref);
  return stay(next.state, note({ note: 'answered', tradeNo, stored: false }), ...next.effects);
}
