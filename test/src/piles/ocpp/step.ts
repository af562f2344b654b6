import type { BookNote } from '../books.ts';
import type { Payload } from './payload.ts';
import type { Call, Gun, Job, PileState } from './state.ts';

/** What a pile asks its runner to do. */
export type PileEffect =
  /** A CALL; `tag` comes back with the answer. */
  | { readonly do: 'call'; readonly tag: string; readonly call: Call }
  | { readonly do: 'answer'; readonly call: number; readonly payload: Payload }
  | { readonly do: 'error'; readonly call: number; readonly code: string }
  | { readonly do: 'arm'; readonly timer: string; readonly ms: number }
  | { readonly do: 'disarm'; readonly timer: string }
  | { readonly do: 'emit'; readonly event: BookNote }
  | { readonly do: 'job'; readonly job: Job }
  | { readonly do: 'close'; readonly why: string };

export interface PileStep {
  readonly state: PileState;
  readonly effects: readonly PileEffect[];
}

export const stay = (state: PileState, ...effects: readonly PileEffect[]): PileStep => ({
  state,
  effects,
});

/** One step after the other. */
export function thenStep(first: PileStep, next: (state: PileState) => PileStep): PileStep {
  const second = next(first.state);
  return { state: second.state, effects: [...first.effects, ...second.effects] };
}

/** The same for every gun, as each is by then. */
export function eachGun(step: PileStep, next: (state: PileState, gun: Gun) => PileStep): PileStep {
  return step.state.guns.reduce(
    (done, { no }) =>
      thenStep(done, (s) => {
        const gun = gunOf(s, no);
        return gun === undefined ? stay(s) : next(s, gun);
      }),
    step,
  );
}

export const arm = (timer: string, ms: number): PileEffect => ({ do: 'arm', timer, ms });
export const disarm = (timer: string): PileEffect => ({ do: 'disarm', timer });
export const note = (event: BookNote): PileEffect => ({ do: 'emit', event });
export const ask = (tag: string, call: Call): PileEffect => ({ do: 'call', tag, call });

export type GunTimer =
  | 'arrive'
  | 'ask'
  | 'telemetry'
  | 'full'
  | 'leave'
  | 'late-plug'
  | 'cut'
  | 'limit'
  | 'reservation';
export const gunTimer = (gunNo: number, timer: GunTimer): string => `gun:${gunNo}:${timer}`;

export const gunOf = (state: PileState, gunNo: number): Gun | undefined =>
  state.guns.find((gun) => gun.no === gunNo);

export function withGun(state: PileState, gun: Gun): PileState {
  return { ...state, guns: state.guns.map((old) => (old.no === gun.no ? gun : old)) };
}

/** What the pile's own clock shows. */
export const pileNow = (state: PileState, nowMs: number): number => nowMs + state.clockOffsetMs;
