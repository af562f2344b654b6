import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import type { OcppDown } from '../messages.ts';
import type { OcppEffect } from '../steps.ts';

/** A call of ours. */
export type SentCall = Extract<OcppDown, { is: 'call' }>;

/** What is sent among effects. */
export const sentIn = (effects: readonly OcppEffect[]): readonly OcppDown[] =>
  effects.flatMap((effect) => (effect.do === 'send' ? [effect.message] : []));

/** Calls of ours among effects. */
export const callsIn = (effects: readonly OcppEffect[]): readonly SentCall[] =>
  sentIn(effects).flatMap((message) => (message.is === 'call' ? [message] : []));

/** Payloads of answers among effects. */
export const answersIn = (effects: readonly OcppEffect[]): readonly object[] =>
  sentIn(effects).flatMap((message) => (message.is === 'answer' ? [message.payload] : []));

/** Events among effects. */
export const eventsIn = (effects: readonly OcppEffect[]): readonly PileEvent[] =>
  effects.flatMap((effect) => (effect.do === 'emit' ? [effect.event] : []));

/** Events of a kind among effects. */
export const ofType = <T extends PileEvent['type']>(
  effects: readonly OcppEffect[],
  type: T,
): readonly Extract<PileEvent, { type: T }>[] =>
  eventsIn(effects).filter(
    (event): event is Extract<PileEvent, { type: T }> => event.type === type,
  );

/** Timers that were armed among effects, with their times. */
export const armedIn = (effects: readonly OcppEffect[]): Readonly<Record<string, number>> =>
  Object.fromEntries(
    effects.flatMap((effect) => (effect.do === 'arm' ? [[effect.timer, effect.ms] as const] : [])),
  );
