import { stay } from '../ocpp/steps.ts';
import type { Ocpp16State } from './state.ts';
import { type OcppStep, remember } from './step.ts';

/** [OCPP-D9] What a station cannot be asked for is remembered, and not asked again. */
export const deaf = (state: Ocpp16State, message: string): OcppStep =>
  state.memory.deafTo.includes(message)
    ? stay(state)
    : remember(state, 'triggers', { deafTo: [...state.memory.deafTo, message] });
