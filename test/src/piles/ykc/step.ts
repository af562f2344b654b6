import type { Effect, Step } from '@holdfast/protocols/kernel/peer';
import type { Frames, YkcMessage } from '@holdfast/protocols/ykc/codec';
import type { BookNote } from '../books.ts';
import type { Gun, PileState } from './state.ts';

export type PileEffect = Effect<Frames, 'pile', BookNote>;
export type PileStep = Step<PileState, Frames, 'pile', BookNote>;
type Sent = Extract<YkcMessage<'pile'>, { seq: string }>;

/** Sequence of a frame that the pile sends on its own: the shell counts. */
export const OWN_SEQ = '';

export const stay = (state: PileState, ...effects: readonly PileEffect[]): PileStep => ({
  state,
  effects,
});

/** One step after the other. */
export function thenStep(first: PileStep, next: (state: PileState) => PileStep): PileStep {
  const second = next(first.state);
  return { state: second.state, effects: [...first.effects, ...second.effects] };
}

export const send = (message: Sent): PileEffect => ({ do: 'send', message });
export const arm = (timer: string, ms: number): PileEffect => ({ do: 'arm', timer, ms });
export const disarm = (timer: string): PileEffect => ({ do: 'disarm', timer });
export const note = (event: BookNote): PileEffect => ({ do: 'emit', event });

export type GunTimer = 'arrive' | 'ask' | 'telemetry' | 'full' | 'leave' | 'late-plug' | 'cut';
export const gunTimer = (gunNo: number, timer: GunTimer): string => `gun:${gunNo}:${timer}`;

export const gunNoText = (gunNo: number): string => String(gunNo).padStart(2, '0');
export const gunOf = (state: PileState, gunNo: number): Gun | undefined => state.guns[gunNo - 1];

export function withGun(state: PileState, gun: Gun): PileState {
  return { ...state, guns: state.guns.map((old) => (old.no === gun.no ? gun : old)) };
}
