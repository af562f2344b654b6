import { type Frames, type JfyBody, type JfyKnown, messageOf } from '@holdfast/protocols/jfy/codec';
import type { SentBy } from '@holdfast/protocols/kernel/frame';
import type { Effect, Step } from '@holdfast/protocols/kernel/peer';
import type { BookNote } from '../books.ts';
import type { Gun, PileState } from './state.ts';

export type PileEffect = Effect<Frames, 'pile', BookNote>;
export type PileStep = Step<PileState, Frames, 'pile', BookNote>;

/** INFO and SEQ of a frame that the pile sends on its own: the shell counts. */
export const OWN_SEQ = '';

const reserved = '00000000';

export const stay = (state: PileState, ...effects: readonly PileEffect[]): PileStep => ({
  state,
  effects,
});

/** One step after the other. */
export function thenStep(first: PileStep, next: (state: PileState) => PileStep): PileStep {
  const second = next(first.state);
  return { state: second.state, effects: [...first.effects, ...second.effects] };
}

/** A frame of this pile, as an answer or of its own accord. */
export const send = <N extends SentBy<Frames, 'pile'>>(
  { setup: { pileNo } }: PileState,
  name: N,
  body: Omit<JfyBody<N>, 'reserved' | 'pileNo' | 'extra'>,
  seq: string = OWN_SEQ,
): PileEffect => ({
  do: 'send',
  // The name decides the type of the body, which the compiler cannot see through the parameter.
  message: messageOf(name, seq, { reserved, pileNo, ...body } as JfyBody<N>) as JfyKnown<'pile'>,
});

export const arm = (timer: string, ms: number): PileEffect => ({ do: 'arm', timer, ms });
export const disarm = (timer: string): PileEffect => ({ do: 'disarm', timer });
export const note = (event: BookNote): PileEffect => ({ do: 'emit', event });

export type GunTimer = 'arrive' | 'ask' | 'status' | 'begin' | 'full' | 'leave' | 'plug' | 'cut';
export const gunTimer = (gunNo: number, timer: GunTimer): string => `gun:${gunNo}:${timer}`;

export const gunOf = (state: PileState, gunNo: number): Gun | undefined => state.guns[gunNo - 1];

export function withGun(state: PileState, gun: Gun): PileState {
  return { ...state, guns: state.guns.map((old) => (old.no === gun.no ? gun : old)) };
}
