import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import type { Effect, Step } from '../driver.ts';
import type { Fields } from './fields.ts';
import type { OcppDown, OcppUp } from './messages.ts';

/** What the drivers of both generations are made of, whatever their state is. */
export type OcppEffect = Effect<OcppDown>;
export type StepOf<S> = Step<S, OcppDown>;

/** A CALL of the station. */
export type Call = Extract<OcppUp, { is: 'call' }>;
/** What became of a call of ours. */
export type Result = Extract<OcppUp, { is: 'result' }>;
export type Failed = Extract<OcppUp, { is: 'failed' }>;

const NO_EFFECTS: readonly OcppEffect[] = [];

/** Nothing to do. */
export const stay = <S>(state: S): StepOf<S> => ({ state, effects: NO_EFFECTS });

export const step = <S>(state: S, ...effects: readonly OcppEffect[]): StepOf<S> => ({
  state,
  effects,
});

/** One step after another. */
export function andThen<S>(first: StepOf<S>, next: (state: S) => StepOf<S>): StepOf<S> {
  const { state, effects } = next(first.state);
  if (first.effects.length === 0) return { state, effects };
  return { state, effects: [...first.effects, ...effects] };
}

/** The same for each of several things. */
export const forEach = <S, T>(
  state: S,
  items: readonly T[],
  next: (state: S, item: T) => StepOf<S>,
): StepOf<S> => items.reduce((before, item) => andThen(before, (s) => next(s, item)), stay(state));

export const answer = (call: number, payload: object): OcppEffect => ({
  do: 'send',
  message: { is: 'answer', call, payload },
});

export const refuse = (call: number, code: string, description: string): OcppEffect => ({
  do: 'send',
  message: { is: 'error', call, code, description },
});

/** A call of ours; `tag` says what it is about when its answer comes. */
export const call = (action: string, payload: object, tag: string): OcppEffect => ({
  do: 'send',
  message: { is: 'call', action, payload, tag },
});

export const emit = (event: PileEvent): OcppEffect => ({ do: 'emit', event });

export const observed = (name: string, body: Fields): OcppEffect =>
  emit({ type: 'Observed', name, body });

/** The answer to a command that has no event of its own. */
export const commandAnswered = (
  command: PileCommand['do'],
  connectorNo: number | null,
  accepted: boolean,
  detail: Fields,
): OcppEffect => emit({ type: 'CommandAnswered', command, connectorNo, accepted, detail });

/** Its parts: `limit:1` is about the limit of connector 1. */
export const tagOf = (...parts: readonly (string | number)[]): string => parts.join(':');

/** How the station departed from its standard, and what was made of it. */
export type Flaw = Omit<Extract<PileEvent, { type: 'Deviated' }>, 'type'>;

/** Kinds of flaws that one connection tells of. */
const FLAWS_MAX = 100;

/** Each kind of flaw is told once a connection. */
export function report<S extends { readonly deviations: readonly string[] }>(
  state: S,
  flaws: readonly Flaw[],
): StepOf<S> {
  return forEach(state, flaws, (s, flaw) => {
    const kind = [flaw.rule, flaw.action, flaw.path.replace(/\d+/g, '#')].join(' ');
    if (s.deviations.includes(kind) || s.deviations.length >= FLAWS_MAX) return stay(s);
    const told = { ...s, deviations: [...s.deviations, kind] };
    return step(told, emit({ type: 'Deviated', ...flaw }));
  });
}
