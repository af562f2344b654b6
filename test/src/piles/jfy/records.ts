import type { PileState } from './state.ts';
import { arm, disarm, note, type PileStep, send, stay } from './step.ts';

const AGAIN_MS = 3_000;

/** Sends a stored record up, and again until it is confirmed. */
export function upload(state: PileState, recordIndex: number): PileStep {
  const record = state.stored.get(recordIndex);
  if (record === undefined) return stay(state);
  const again = arm(`record:${recordIndex}`, state.setup.pace.orderRetryMs);
  if (!state.signedIn) return stay(state, again);
  const { tradeNo } = record.entry;
  return stay(
    state,
    send(state, 'record', record.body),
    note({ note: 'uploaded', tradeNo }),
    again,
  );
}

/** After a sign-in everything goes up that nobody has confirmed. */
export const uploadAll = (state: PileState): PileStep =>
  stay(state, ...[...state.stored.keys()].map((index, i) => arm(`record:${index}`, 50 * i + 50)));

/** 221: the pile may forget the record; now and then one sends it again all the same. */
export function confirmed(state: PileState, recordIndex: number): PileStep {
  const { random, faults } = state.setup;
  const record = state.stored.get(recordIndex);
  if (record === undefined) return stay(state);
  const answered = note({ note: 'answered', tradeNo: record.entry.tradeNo, stored: true });
  if (random.once(faults.resendOneIn)) {
    return stay(state, answered, arm(`record:${recordIndex}`, AGAIN_MS));
  }
  const stored = new Map(state.stored);
  stored.delete(recordIndex);
  return stay({ ...state, stored }, answered, disarm(`record:${recordIndex}`));
}
