import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import type { DriverView, Effect, Step } from '../driver.ts';
import type { Fields } from '../ocpp/fields.ts';
import type { OcppDown, OcppUp } from '../ocpp/messages.ts';
import { type Memory, NOTES, type NoteKey } from './memory.ts';
import { type Ocpp16State, withMemory } from './state.ts';

export type OcppEffect = Effect<OcppDown>;
export type OcppStep = Step<Ocpp16State, OcppDown>;

/** A CALL of the station. */
export type Call = Extract<OcppUp, { is: 'call' }>;
/** What became of a call of ours. */
export type Result = Extract<OcppUp, { is: 'result' }>;
export type Failed = Extract<OcppUp, { is: 'failed' }>;

export type Handler = (
  state: Ocpp16State,
  call: Call,
  view: DriverView,
  raw: Uint8Array,
) => OcppStep;

const NO_EFFECTS: readonly OcppEffect[] = [];

/** Nothing to do. */
export const stay = (state: Ocpp16State): OcppStep => ({ state, effects: NO_EFFECTS });

export const step = (state: Ocpp16State, ...effects: readonly OcppEffect[]): OcppStep => ({
  state,
  effects,
});

/** One step after another. */
export function andThen(first: OcppStep, next: (state: Ocpp16State) => OcppStep): OcppStep {
  const { state, effects } = next(first.state);
  if (first.effects.length === 0) return { state, effects };
  return { state, effects: [...first.effects, ...effects] };
}

/** The same for each of several things. */
export const forEach = <T>(
  state: Ocpp16State,
  items: readonly T[],
  next: (state: Ocpp16State, item: T) => OcppStep,
): OcppStep => items.reduce((before, item) => andThen(before, (s) => next(s, item)), stay(state));

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

/** How the station departed from its standard, and what was made of it. */
export type Deviation = Omit<Extract<PileEvent, { type: 'Deviated' }>, 'type'>;

/** Each kind of deviation is told once a connection. */
const DEVIATIONS_MAX = 100;

export function report(state: Ocpp16State, flaws: readonly Deviation[]): OcppStep {
  return forEach(state, flaws, (s, flaw) => {
    const kind = [flaw.rule, flaw.action, flaw.path.replace(/\d+/g, '#')].join(' ');
    if (s.deviations.includes(kind) || s.deviations.length >= DEVIATIONS_MAX) return stay(s);
    const told = { ...s, deviations: [...s.deviations, kind] };
    return step(told, emit({ type: 'Deviated', ...flaw }));
  });
}

/** The answer to a command that has no event of its own. */
export const commandAnswered = (
  command: PileCommand['do'],
  connectorNo: number | null,
  accepted: boolean,
  detail: Fields,
): OcppEffect => emit({ type: 'CommandAnswered', command, connectorNo, accepted, detail });

/** Changes the memory, and has the site keep what changed. */
export function remember(state: Ocpp16State, key: NoteKey, change: Partial<Memory>): OcppStep {
  const next = withMemory(state, change);
  return step(next, emit({ type: 'Noted', key, value: NOTES[key](next.memory) }));
}

/** A name for a request of this connection; no other connection gives it. */
export const requestOf = (state: Ocpp16State): string =>
  `${state.openedAtMs.toString(36)}-${state.asked}`;

/** Its parts: `limit:1` is about the limit of connector 1. */
export const tagOf = (...parts: readonly (string | number)[]): string => parts.join(':');
