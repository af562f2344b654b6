import {
  type Frames,
  type JfyBody,
  type JfyKnown,
  type JfyUnknown,
  messageOf,
  seqOf,
} from '@holdfast/protocols/jfy/codec';
import type { MessageOf, SentBy } from '@holdfast/protocols/kernel/frame';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import type { DriverView, Effect, Step } from '../driver.ts';
import type { JfyState } from './state.ts';

export type Up = JfyKnown<'pile'> | JfyUnknown;
export type Down = JfyKnown<'hub'>;
export type JfyEffect = Effect<Down>;
export type JfyStep = Step<JfyState, Down>;

/** Names of the frames that a pile sends, and that we send. */
export type UpName = SentBy<Frames, 'pile'>;
type DownName = SentBy<Frames, 'hub'>;
export type Heard<N extends UpName> = MessageOf<Frames, N>;

export type Handler<N extends UpName> = (
  state: JfyState,
  message: Heard<N>,
  view: DriverView,
  raw: Uint8Array,
) => JfyStep;

/** The four reserved bytes of every body; ours are zero. */
export const reserved = '00000000';

const NO_EFFECTS: readonly JfyEffect[] = [];

/** Nothing to do. */
export const stay = (state: JfyState): JfyStep => ({ state, effects: NO_EFFECTS });

export const step = (state: JfyState, ...effects: readonly JfyEffect[]): JfyStep => ({
  state,
  effects,
});

/** One step after another. */
export function andThen(first: JfyStep, next: (state: JfyState) => JfyStep): JfyStep {
  const { state, effects } = next(first.state);
  return { state, effects: [...first.effects, ...effects] };
}

/** A frame that repeats INFO and SEQ of the one it answers ([JFY-SEQ-1]). */
export const reply = <N extends DownName>(
  seq: string,
  name: N,
  body: Omit<JfyBody<N>, 'reserved' | 'extra'>,
): JfyEffect => ({
  do: 'send',
  // The name decides the type of the body, which the compiler cannot see through the parameter.
  message: messageOf(name, seq, { reserved, ...body } as JfyBody<N>) as Down,
});

/** A frame of our own accord, under our own counter ([JFY-SEQ-2]). */
export const tell = <N extends DownName>(
  state: JfyState,
  name: N,
  body: Omit<JfyBody<N>, 'reserved' | 'extra'>,
): JfyStep =>
  step({ ...state, count: (state.count + 1) % 0x100 }, reply(seqOf(state.count), name, body));

export const emit = (event: PileEvent): JfyEffect => ({ do: 'emit', event });

/** What a technician may want to see. */
export const observed = (name: string, body: Readonly<Record<string, unknown>>): JfyEffect =>
  emit({ type: 'Observed', name, body });

/** The answer to a command that has no event of its own. */
export const commandAnswered = (
  command: PileCommand['do'],
  connectorNo: number | null,
  accepted: boolean,
  detail: Readonly<Record<string, unknown>>,
): JfyEffect => emit({ type: 'CommandAnswered', command, connectorNo, accepted, detail });
