import type { DriverView } from '../driver.ts';
import { type Call, emit, type StepOf, step } from '../ocpp/steps.ts';
import { type Memory, NOTES, type NoteKey } from './memory.ts';
import { type Ocpp16State, withMemory } from './state.ts';

export type OcppStep = StepOf<Ocpp16State>;

export type Handler = (
  state: Ocpp16State,
  call: Call,
  view: DriverView,
  raw: Uint8Array,
) => OcppStep;

/** Changes the memory, and has the site keep what changed. */
export function remember(state: Ocpp16State, key: NoteKey, change: Partial<Memory>): OcppStep {
  const next = withMemory(state, change);
  return step(next, emit({ type: 'Noted', key, value: NOTES[key](next.memory) }));
}

/** A name for a request of this connection; no other connection gives it. */
export const requestOf = (state: Ocpp16State): string =>
  `${state.openedAtMs.toString(36)}-${state.asked}`;
