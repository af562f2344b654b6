import type { MessageOf, SentBy, UnknownMessage } from '@holdfast/protocols/kernel/frame';
import { type Frames, seqOf, type YkcBody, type YkcKnown } from '@holdfast/protocols/ykc/codec';
import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import type { DriverView, Effect, Step } from '../driver.ts';
import type { YkcState } from './state.ts';

export type Up = YkcKnown<'pile'> | UnknownMessage;
export type Down = YkcKnown<'hub'> | UnknownMessage;
export type YkcEffect = Effect<Down>;
export type YkcStep = Step<YkcState, Down>;

/** Names of the frames that a pile sends, and that we send. */
export type UpName = SentBy<Frames, 'pile'>;
export type DownName = SentBy<Frames, 'hub'>;
export type Heard<N extends UpName> = MessageOf<Frames, N>;

export type Handler<N extends UpName> = (
  state: YkcState,
  message: Heard<N>,
  view: DriverView,
  raw: Uint8Array,
) => YkcStep;

const NO_EFFECTS: readonly YkcEffect[] = [];

/** Nothing to do. */
export const stay = (state: YkcState): YkcStep => ({ state, effects: NO_EFFECTS });

export const step = (state: YkcState, ...effects: readonly YkcEffect[]): YkcStep => ({
  state,
  effects,
});

/** One step after another. */
export function andThen(first: YkcStep, next: (state: YkcState) => YkcStep): YkcStep {
  const { state, effects } = next(first.state);
  if (first.effects.length === 0) return { state, effects };
  return { state, effects: [...first.effects, ...effects] };
}

/** A frame that carries the sequence bytes of the one it answers ([YKC-SEQ-1]). */
export const reply = <N extends DownName>(seq: string, name: N, body: YkcBody<N>): YkcEffect => ({
  do: 'send',
  // The name decides the type of the body, which the compiler cannot see through the parameter.
  message: { name, seq, body } as MessageOf<Frames, N> as YkcKnown<'hub'>,
});

/** A frame of our own accord, under our own counter ([YKC-SEQ-2]). */
export const tell = <N extends DownName>(state: YkcState, name: N, body: YkcBody<N>): YkcStep =>
  step({ ...state, count: (state.count + 1) % 0x1_0000 }, reply(seqOf(state.count), name, body));

export const emit = (event: PileEvent): YkcEffect => ({ do: 'emit', event });

/** What a technician may want to see. */
export const observed = (name: string, body: Readonly<Record<string, unknown>>): YkcEffect =>
  emit({ type: 'Observed', name, body });

const digitAt = (text: string, at: number): number => text.charCodeAt(at) - 48;

/**
 * The connector of a frame. Two BCD digits by the text; a pile that writes binary shows itself by a
 * digit above nine.
 */
export function connectorOf(gunNo: string): number {
  const [tens, ones] = [digitAt(gunNo, 0), digitAt(gunNo, 1)];
  return tens > 9 || ones > 9 ? Number.parseInt(gunNo, 16) : 10 * tens + ones;
}
