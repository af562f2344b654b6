import type { PileState } from './state.ts';
import { arm, disarm, note, type PileStep, say, stay, thenStep } from './step.ts';

const AGAIN_MS = 3_000;

/** Sends a stored record up, and again until it is confirmed. */
export function upload(state: PileState, tradeNo: string): PileStep {
  const record = state.stored.get(tradeNo);
  if (record === undefined) return stay(state);
  const again = arm(`order:${tradeNo}`, state.setup.pace.orderRetryMs);
  if (!state.loggedIn) return stay(state, again);
  const { cot: _cot, pileNo: _pileNo, gunNo, ...body } = record.body;
  return thenStep(say(state, 'order', gunNo, body), (s) =>
    stay(s, note({ note: 'uploaded', tradeNo }), again),
  );
}

/** After a login everything goes up that nobody has confirmed. */
export const uploadAll = (state: PileState): PileStep =>
  stay(
    state,
    ...[...state.stored.keys()].map((tradeNo, i) => arm(`order:${tradeNo}`, 50 * i + 50)),
  );

/** The acknowledgement: the pile may forget the record; now and then one sends it again all the same. */
export function confirmed(state: PileState, tradeNo: string, ok: boolean): PileStep {
  const { random, faults } = state.setup;
  if (!state.stored.has(tradeNo)) return stay(state);
  const answered = note({ note: 'answered', tradeNo, stored: ok });
  if (ok && random.once(faults.resendOneIn)) {
    return stay(state, answered, arm(`order:${tradeNo}`, AGAIN_MS));
  }
  const stored = new Map(state.stored);
  stored.delete(tradeNo);
  return stay({ ...state, stored }, answered, disarm(`order:${tradeNo}`));
}
