import {
  type Frames,
  type GqaaBody,
  type GqaaKnown,
  seqOf,
  wirePileNo,
} from '@holdfast/protocols/gqaa/codec';
import type { Reason } from '@holdfast/protocols/gqaa/codes';
import { frames } from '@holdfast/protocols/gqaa/frames';
import { PROFILE_0 } from '@holdfast/protocols/gqaa/profile-0';
import { utcTimeOf } from '@holdfast/protocols/kernel/field-time';
import type { MessageOf, SentBy } from '@holdfast/protocols/kernel/frame';
import type { Effect, Step } from '@holdfast/protocols/kernel/peer';
import type { BookNote } from '../books.ts';
import type { Gun, PileState } from './state.ts';

export type PileEffect = Effect<Frames, 'pile', BookNote>;
export type PileStep = Step<PileState, Frames, 'pile', BookNote>;

type Sent = SentBy<Frames, 'pile'>;
type AnswerName = Extract<Sent, `${string}Ack`>;
type QuestionName = Exclude<Sent, AnswerName>;
type Head = 'cot' | 'pileNo' | 'gunNo';

/** Events that wait for their acknowledgement, and commands that are remembered. */
const MOST = 32;

export const stay = (state: PileState, ...effects: readonly PileEffect[]): PileStep => ({
  state,
  effects,
});

/** One step after the other. */
export function thenStep(first: PileStep, next: (state: PileState) => PileStep): PileStep {
  const second = next(first.state);
  return { state: second.state, effects: [...first.effects, ...second.effects] };
}

export const arm = (timer: string, ms: number): PileEffect => ({ do: 'arm', timer, ms });
export const disarm = (timer: string): PileEffect => ({ do: 'disarm', timer });
export const note = (event: BookNote): PileEffect => ({ do: 'emit', event });

/** The time as the pile's clock has it. */
export const pileTime = ({ clockOffsetMs }: PileState, nowMs: number) =>
  utcTimeOf(nowMs + clockOffsetMs);

/** Says something under the pile's own counter. */
export function say<N extends QuestionName>(
  state: PileState,
  name: N,
  gunNo: number,
  rest: Omit<GqaaBody<N>, Head | 'extra'>,
): PileStep {
  const head = { cot: PROFILE_0.cot.spontaneous, pileNo: wirePileNo(state.setup.pileNo), gunNo };
  // The name decides the type of the body, which the compiler cannot see through the parameter.
  const body = { ...head, ...rest };
  const message = { name, seq: seqOf(state.count), body } as MessageOf<
    Frames,
    N
  > as GqaaKnown<'pile'>;
  return stay({ ...state, count: (state.count + 1) % 0x1_0000 }, { do: 'send', message });
}

export const resendTimer = (seq: string): string => `again:${seq}`;

/** Says it until it is acknowledged. */
export function insist<N extends QuestionName>(
  state: PileState,
  name: N,
  gunNo: number,
  rest: Omit<GqaaBody<N>, Head | 'extra'>,
): PileStep {
  const spoken = say(state, name, gunNo, rest);
  const [first] = spoken.effects;
  if (first?.do !== 'send' || first.message.name === 'unknown') return spoken;
  const { message } = first;
  const said = [...spoken.state.said, { message, tries: 0 }].slice(-MOST);
  const again = arm(resendTimer(message.seq), PROFILE_0.resendMs[0]);
  return stay({ ...spoken.state, said }, first, again);
}

/** An acknowledgement has come. */
export const heard = (state: PileState, seq: string): PileStep =>
  stay(
    { ...state, said: state.said.filter(({ message }) => message.seq !== seq) },
    disarm(resendTimer(seq)),
  );

/** The same again, a little later each time, and at last no more. */
export function sayAgain(state: PileState, seq: string): PileStep {
  const due = state.said.find(({ message }) => message.seq === seq);
  if (due === undefined || !state.connected) return stay(state);
  const tries = due.tries + 1;
  const ms = PROFILE_0.resendMs[tries];
  if (ms === undefined) return heard(state, seq);
  const said = state.said.map((one) => (one === due ? { ...due, tries } : one));
  return stay({ ...state, said }, { do: 'send', message: due.message }, arm(resendTimer(seq), ms));
}

interface Command {
  readonly seq: string;
  readonly name: keyof Frames;
  readonly body: { readonly gunNo: number };
}

/** Answers a command, and remembers the answer. */
export function answer<N extends AnswerName>(
  state: PileState,
  command: Command,
  name: N,
  reason: Reason,
  rest: Omit<GqaaBody<N>, Head | 'reason' | 'extra'>,
): PileStep {
  const { ok, refused } = PROFILE_0.cot;
  const head = {
    cot: reason === 'none' ? ok : refused,
    pileNo: wirePileNo(state.setup.pileNo),
    gunNo: command.body.gunNo,
    reason,
  };
  const message = { name, seq: command.seq, body: { ...head, ...rest } } as GqaaKnown<'pile'>;
  const one = { seq: command.seq, code: frames[command.name].code, answer: message };
  const done = [...state.done, one].slice(-MOST);
  return stay({ ...state, done }, { do: 'send', message });
}

export type GunTimer =
  | 'arrive'
  | 'ask'
  | 'telemetry'
  | 'full'
  | 'leave'
  | 'late-plug'
  | 'cut'
  | 'limit';
export const gunTimer = (gunNo: number, timer: GunTimer): string => `gun:${gunNo}:${timer}`;

export const gunOf = (state: PileState, gunNo: number): Gun | undefined => state.guns[gunNo - 1];

export function withGun(state: PileState, gun: Gun): PileState {
  return { ...state, guns: state.guns.map((old) => (old.no === gun.no ? gun : old)) };
}
