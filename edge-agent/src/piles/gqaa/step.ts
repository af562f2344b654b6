import {
  type Frames,
  type GqaaBody,
  type GqaaKnown,
  type GqaaUnknown,
  seqOf,
  wirePileNo,
} from '@holdfast/protocols/gqaa/codec';
import type { Reason } from '@holdfast/protocols/gqaa/codes';
import { frames } from '@holdfast/protocols/gqaa/frames';
import { PROFILE_0 } from '@holdfast/protocols/gqaa/profile-0';
import type { MessageOf, SentBy } from '@holdfast/protocols/kernel/frame';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import type { DriverView, Effect, Step } from '../driver.ts';
import { DUE_MAX, type Due, type GqaaState, type Question } from './state.ts';

/** A message of a pile and its frame as it is when it is not encrypted. */
export interface Up {
  readonly message: GqaaKnown<'pile'> | GqaaUnknown;
  readonly plain: Uint8Array;
}
export type Down = GqaaKnown<'hub'> | GqaaUnknown;
export type GqaaEffect = Effect<Down>;
export type GqaaStep = Step<GqaaState, Down>;

/** Names of the frames that a pile sends, and that we send. */
export type UpName = SentBy<Frames, 'pile'>;
type DownName = SentBy<Frames, 'hub'>;
export type AnswerName = Extract<DownName, `${string}Ack`>;
export type CommandName = Exclude<DownName, AnswerName>;
export type Heard<N extends UpName> = MessageOf<Frames, N>;

export type Handler<N extends UpName> = (
  state: GqaaState,
  message: Heard<N>,
  view: DriverView,
  plain: Uint8Array,
) => GqaaStep;

/** Fields of every frame that the step fills in. */
type Head = 'cot' | 'pileNo' | 'gunNo';

const NO_EFFECTS: readonly GqaaEffect[] = [];

/** Nothing to do. */
export const stay = (state: GqaaState): GqaaStep => ({ state, effects: NO_EFFECTS });

export const step = (state: GqaaState, ...effects: readonly GqaaEffect[]): GqaaStep => ({
  state,
  effects,
});

/** One step after another. */
export function andThen(first: GqaaStep, next: (state: GqaaState) => GqaaStep): GqaaStep {
  const { state, effects } = next(first.state);
  return { state, effects: [...first.effects, ...effects] };
}

export const emit = (event: PileEvent): GqaaEffect => ({ do: 'emit', event });

/** What a technician may want to see. */
export const observed = (name: string, body: Readonly<Record<string, unknown>>): GqaaEffect =>
  emit({ type: 'Observed', name, body });

/** The answer to a command that has no event of its own. */
export const commandAnswered = (
  command: PileCommand['do'],
  connectorNo: number | null,
  accepted: boolean,
  detail: Readonly<Record<string, unknown>>,
): GqaaEffect => emit({ type: 'CommandAnswered', command, connectorNo, accepted, detail });

/** Sends an answer, and keeps it for the same question sent again ([GQAA-SEQ-3]). */
function answer(state: GqaaState, { seq, code, gunNo }: Question, message: Down): GqaaStep {
  const taken = state.taken.map((one) =>
    one.seq === seq && one.code === code && one.gunNo === gunNo && one.answer === null
      ? { ...one, answer: message }
      : one,
  );
  return step({ ...state, taken }, { do: 'send', message });
}

/** An answer: sequence and type of the question, done or refused ([GQAA-SEQ-1]). */
export function reply<N extends AnswerName>(
  state: GqaaState,
  question: Question,
  name: N,
  reason: Reason,
  rest: Omit<GqaaBody<N>, Head | 'reason' | 'extra'>,
): GqaaStep {
  const { ok, refused } = PROFILE_0.cot;
  const head = {
    cot: reason === 'none' ? ok : refused,
    pileNo: wirePileNo(state.pileNo),
    gunNo: question.gunNo,
    reason,
  };
  // The name decides the type of the body, which the compiler cannot see through the parameter.
  const message = { name, seq: question.seq, body: { ...head, ...rest } } as Down;
  return answer(state, question, message);
}

/** The refusal of a frame that no table has: its type, a cause, and the reason as its only byte. */
export function refuse(
  state: GqaaState,
  question: Question,
  cot: number,
  reasonHex: string,
): GqaaStep {
  return answer(state, question, {
    name: 'unknown',
    seq: question.seq,
    why: 'unknown-type',
    version: PROFILE_0.version,
    encryption: PROFILE_0.encryption.plain,
    code: question.code,
    body: { cot, pileNo: wirePileNo(state.pileNo), gunNo: question.gunNo, raw: reasonHex },
  });
}

/** A frame of our own accord under our own counter; its answer is not waited for. */
export function tell<N extends CommandName>(
  state: GqaaState,
  name: N,
  gunNo: number,
  rest: Omit<GqaaBody<N>, Head | 'extra'>,
): GqaaStep {
  const head = { cot: PROFILE_0.cot.command, pileNo: wirePileNo(state.pileNo), gunNo };
  const message = { name, seq: seqOf(state.count), body: { ...head, ...rest } } as Down;
  return step({ ...state, count: (state.count + 1) % 0x1_0000 }, { do: 'send', message });
}

/** The timer that sends a command again. */
export const resendTimer = (seq: string): string => `again:${seq}`;

/** A command that is sent again until it is answered ([GQAA-RESEND-1]). */
export function ask<N extends CommandName>(
  state: GqaaState,
  name: N,
  gunNo: number,
  rest: Omit<GqaaBody<N>, Head | 'extra'>,
  wish: PileCommand | null,
): GqaaStep {
  const told = tell(state, name, gunNo, rest);
  const [first] = told.effects;
  if (first?.do !== 'send') return told;
  const { message } = first;
  const made: Due = { message, code: frames[name].code, tries: 0, wish };
  const due = [...told.state.due, made].slice(-DUE_MAX);
  const [ms = 0] = state.settings.resendMs;
  return step({ ...told.state, due }, ...told.effects, {
    do: 'arm',
    timer: resendTimer(message.seq),
    ms,
  });
}
