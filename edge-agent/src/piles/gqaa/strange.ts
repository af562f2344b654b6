import type { GqaaUnknown } from '@holdfast/protocols/gqaa/codec';
import { reasons } from '@holdfast/protocols/gqaa/codes';
import { isAnswer, PROFILE_0 } from '@holdfast/protocols/gqaa/profile-0';
import { typeText } from '@holdfast/protocols/gqaa/view';
import type { DriverView } from '../driver.ts';
import { bareAnswer } from './answers.ts';
import { unserved } from './login.ts';
import { cutOrder } from './orders.ts';
import type { GqaaState, Question } from './state.ts';
import {
  andThen,
  emit,
  type GqaaEffect,
  type GqaaStep,
  observed,
  refuse,
  stay,
  step,
} from './step.ts';

/* Frames that nobody can read. They are answered too, for what is not answered is sent again. */

const { cot: CAUSES } = PROFILE_0;
const hexByte = (code: number): string => code.toString(16).toUpperCase().padStart(2, '0');

/** Which cause and reason answer what cannot be read. */
const ANSWERS: Readonly<Record<GqaaUnknown['why'], readonly [cot: number, reason: number]>> = {
  'unknown-version': [CAUSES.refused, reasons.unsupported[0]],
  'unknown-type': [CAUSES.refused, reasons.unsupported[0]],
  'short-body': [CAUSES.refused, reasons['bad-value'][0]],
  encrypted: [CAUSES.undecipherable, reasons.unsupported[0]],
  unreadable: [CAUSES.undecipherable, reasons['bad-value'][0]],
  unsealed: [CAUSES.unserved, reasons['pile-refused'][0]],
};

/** What breaks a rule of the protocol, and what was done about it. */
const DEVIATIONS: Readonly<
  Partial<Record<GqaaUnknown['why'], readonly [rule: string, repair: string]>>
> = {
  'unknown-version': ['GQAA-UNKNOWN-2', 'not read; refused'],
  encrypted: ['GQAA-ENC-2', 'no key of this pile is configured: not read, refused'],
  unreadable: ['GQAA-ENC-3', 'the configured key does not open it: not read, refused'],
  unsealed: ['GQAA-ENC-4', 'this pile must encrypt: not obeyed, refused'],
};

function deviation({ why, code, version, encryption }: GqaaUnknown): readonly GqaaEffect[] {
  const row = DEVIATIONS[why];
  if (row === undefined) return [];
  const [rule, repair] = row;
  const seen = `version ${hexByte(version)}, encryption ${hexByte(encryption)}`;
  return [
    emit({ type: 'Deviated', rule, action: typeText(code), path: '/encryption', seen, repair }),
  ];
}

/** [GQAA-UNKNOWN-1], [GQAA-UNKNOWN-2], [GQAA-ENC-2] to [GQAA-ENC-4]. */
export function strange(
  state: GqaaState,
  message: GqaaUnknown,
  view: DriverView,
  plain: Uint8Array,
): GqaaStep {
  const { seq, why, code, body } = message;
  const sealed = why === 'encrypted' || why === 'unreadable' || why === 'unsealed';
  const known = view.site.pile(state.pileNo)?.adopted === true;
  const told = known ? deviation(message) : [];
  if (isAnswer(body.cot)) {
    // What cannot be opened proves nothing, so it ends no command of ours.
    const ended = sealed ? undefined : bareAnswer(state, seq, code, body.cot);
    return andThen(ended ?? stay(state), (s) => step(s, ...told));
  }
  const question: Question = { seq, code, gunNo: body.gunNo };
  const [cot, reason] = ANSWERS[why];
  const answer = (s: GqaaState): GqaaStep => refuse(s, question, cot, hexByte(reason));
  if (state.phase !== 'served') {
    const waiting = andThen(unserved(state), (s) => step(s, ...told));
    return sealed ? andThen(waiting, answer) : waiting;
  }
  const order = cutOrder(state, message, view, plain);
  if (order !== undefined) return order;
  const shown = observed('unknown', { why, type: typeText(code), raw: body.raw });
  const seen = step(state, ...told, shown);
  return code === PROFILE_0.types.heartbeat ? seen : andThen(seen, answer);
}
