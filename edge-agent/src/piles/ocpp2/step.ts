import type { DriverView, Step } from '../driver.ts';
import type { OcppDown } from '../ocpp/messages.ts';
import { type Call, emit, step } from '../ocpp/steps.ts';
import { type Memory, NOTES, type NoteKey } from './memory.ts';
import { type Ocpp2State, WAITING_MAX, type Waiting, withMemory } from './state.ts';

export type Ocpp2Step = Step<Ocpp2State, OcppDown>;

export type Handler = (
  state: Ocpp2State,
  call: Call,
  view: DriverView,
  raw: Uint8Array,
) => Ocpp2Step;

/** Changes the memory, and has the site keep what changed. */
export function remember(state: Ocpp2State, key: NoteKey, change: Partial<Memory>): Ocpp2Step {
  const next = withMemory(state, change);
  return step(next, emit({ type: 'Noted', key, value: NOTES[key](next.memory) }));
}

/** A question to the site; `undefined`: too many wait. No other connection gives its name. */
export function asking(
  state: Ocpp2State,
  about: Omit<Waiting, 'request'>,
): { readonly state: Ocpp2State; readonly request: string } | undefined {
  if (state.waiting.length >= WAITING_MAX) return undefined;
  const request = `${state.openedAtMs.toString(36)}-${state.asked}`;
  const waiting = [...state.waiting, { ...about, request }];
  return { state: { ...state, asked: state.asked + 1, waiting }, request };
}

/** What a decision of the site is about, and the state without it. */
export function answered(
  state: Ocpp2State,
  request: string | undefined,
  about: Waiting['about'],
): { readonly found: Waiting | undefined; readonly rest: Ocpp2State } {
  const found = state.waiting.find((one) => one.request === request && one.about === about);
  const waiting = state.waiting.filter((one) => one !== found);
  return { found, rest: { ...state, waiting } };
}

/** A number for a report or a job: its parts bear it ([2.x] requestId). */
export const numbered = (
  state: Ocpp2State,
): { readonly state: Ocpp2State; readonly requestId: number } => ({
  state: { ...state, asked: state.asked + 1 },
  requestId: (Math.floor(state.openedAtMs / 1_000) % 1_000_000) * 1_000 + (state.asked % 1_000),
});
