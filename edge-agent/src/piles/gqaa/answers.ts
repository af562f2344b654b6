import { isAnswer, PROFILE_0 } from '@holdfast/protocols/gqaa/profile-0';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import { startAnswered } from './charging.ts';
import { refusalOf } from './refusals.ts';
import { type Due, type GqaaState, gunOf, withGun } from './state.ts';
import {
  andThen,
  commandAnswered,
  emit,
  type GqaaEffect,
  type GqaaStep,
  type Heard,
  resendTimer,
  stay,
  step,
  type UpName,
} from './step.ts';
import { tariffAnswered } from './tariff.ts';

/* The answers of a pile: each ends the waiting of one command of ours. */

export type AnswerUp = Extract<UpName, `${string}Ack`>;

interface Ended {
  readonly due: Due | undefined;
  readonly step: GqaaStep;
}

/** [GQAA-RESEND-2] Takes the command of this sequence and type off the list. */
export function ended(state: GqaaState, seq: string, code: number): Ended {
  const due = state.due.find((one) => one.message.seq === seq && one.code === code);
  if (due === undefined) return { due, step: stay(state) };
  const rest = state.due.filter((one) => one !== due);
  return {
    due,
    step: step({ ...state, due: rest }, { do: 'disarm', timer: resendTimer(seq) }),
  };
}

/** What the site hears of a command of its own, from an answer or for want of one. */
function outcome(
  wish: PileCommand | null,
  accepted: boolean,
  detail: Readonly<Record<string, unknown>>,
  silent: boolean,
): readonly GqaaEffect[] {
  switch (wish?.do) {
    case 'limitPower':
      return [commandAnswered('limitPower', wish.connectorNo, accepted, detail)];
    case 'setLimits':
    case 'updateFirmware':
      return [commandAnswered(wish.do, null, accepted, detail)];
    case 'pushTariff':
      return [tariffAnswered(wish.tariff.modelNo, accepted)];
    case 'operate': {
      const said = accepted ? 'done' : 'refused';
      const { request } = wish;
      const answer = silent ? null : detail;
      return [emit({ type: 'Operated', request, outcome: silent ? 'unanswered' : said, answer })];
    }
    default:
      // Starts and stops have deadlines at the site; an old answer may still come.
      return [];
  }
}

type Said<N extends AnswerUp> = Pick<Heard<N>, 'seq' | 'body'>;

/** An answer without an event of its own. */
export const answered =
  <N extends AnswerUp>(code: number) =>
  (state: GqaaState, { seq, body }: Said<N>): GqaaStep => {
    const { due, step: after } = ended(state, seq, code);
    if (due === undefined) return after;
    const accepted = body.reason === 'none';
    const { cot: _cot, pileNo: _pileNo, ...detail } = body;
    return andThen(after, (s) => step(s, ...outcome(due.wish, accepted, detail, false)));
  };

/** [GQAA-START-2] 0x41: every answer is told, for it names its order. */
export function startAck(state: GqaaState, { seq, body }: Said<'startAck'>): GqaaStep {
  const { gunNo, tradeNo } = body;
  const refusal = refusalOf(body.reason);
  const { step: after } = ended(state, seq, PROFILE_0.types.start);
  // A plug may still come; the start is over when the site's order is.
  const over = refusal !== null && refusal !== 'not-plugged';
  return andThen(after, (s) => {
    const running = gunOf(s, gunNo).startingUntilMs > 0;
    const next = over && running ? withGun(s, gunNo, { startingUntilMs: 0 }) : s;
    return step(next, startAnswered(gunNo, tradeNo, refusal));
  });
}

/** [GQAA-STOP-2] 0x42. */
export function stopAck(state: GqaaState, { seq, body }: Said<'stopAck'>): GqaaStep {
  const { step: after } = ended(state, seq, PROFILE_0.types.stop);
  const refusal = refusalOf(body.reason);
  return andThen(after, (s) =>
    step(s, emit({ type: 'StopAnswered', connectorNo: body.gunNo, refusal })),
  );
}

/** 0x60. */
export function clockAck(state: GqaaState, { seq, body }: Said<'clockAck'>): GqaaStep {
  const { step: after } = ended(state, seq, PROFILE_0.types.clock);
  return andThen(after, (s) => step(s, emit({ type: 'ClockAnswered', pileTimeMs: body.time.ms })));
}

/** [GQAA-RESEND-3] An answer whose body nobody can read still says done or refused. */
export function bareAnswer(
  state: GqaaState,
  seq: string,
  code: number,
  cot: number,
): GqaaStep | undefined {
  if (!isAnswer(cot)) return undefined;
  const { due, step: after } = ended(state, seq, code);
  if (due === undefined) return after;
  const accepted = cot === PROFILE_0.cot.ok;
  return andThen(after, (s) => {
    const { wish } = due;
    if (wish?.do === 'start') {
      const refusal = accepted ? null : 'pile-refused';
      return step(s, startAnswered(wish.connectorNo, wish.tradeNo, refusal));
    }
    if (wish?.do === 'stop') {
      const refusal = accepted ? null : 'pile-refused';
      const { connectorNo } = wish;
      return step(s, emit({ type: 'StopAnswered', connectorNo, refusal }));
    }
    return step(s, ...outcome(wish, accepted, { cot }, false));
  });
}

/** [GQAA-RESEND-1] The same frame again, a little later each time, and at last no more. */
export function resend(state: GqaaState, seq: string): GqaaStep {
  const due = state.due.find(({ message }) => message.seq === seq);
  if (due === undefined) return stay(state);
  const tries = due.tries + 1;
  const ms = state.settings.resendMs[tries];
  if (tries > state.settings.resendMs.length - 1 || ms === undefined) {
    const rest = state.due.filter((one) => one !== due);
    const why = { why: 'the pile does not answer' };
    return step({ ...state, due: rest }, ...outcome(due.wish, false, why, true));
  }
  const again = state.due.map((one) => (one === due ? { ...due, tries } : one));
  return step(
    { ...state, due: again },
    { do: 'send', message: due.message },
    { do: 'arm', timer: resendTimer(seq), ms },
  );
}
