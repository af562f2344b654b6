import type { StreamDecoder } from '@holdfast/protocols/kernel/stream';
import type { PileCommand } from '@holdfast/shared/pile/pile-command';
import type { PileEvent } from '@holdfast/shared/pile/pile-event';
import type { OperationCatalogue, PileCapability, SiteView } from '../ports/site.ts';

/** What a driver may look at besides its own state: the site's memory and the wall clock. */
export interface DriverView {
  readonly site: SiteView;
  /** Epoch milliseconds. */
  readonly nowMs: number;
}

/** What a driver asks its shell to do. The driver itself does nothing. */
export type Effect<Down> =
  | { readonly do: 'send'; readonly message: Down }
  | { readonly do: 'emit'; readonly event: PileEvent }
  /** Starts the named timer, or starts it again. */
  | { readonly do: 'arm'; readonly timer: string; readonly ms: number }
  | { readonly do: 'disarm'; readonly timer: string }
  /** This connection speaks for the pile from now on; another that did is evicted. */
  | { readonly do: 'admit' }
  /** The pile is not served here any more; its connection ends unless it carries other piles. */
  | { readonly do: 'close'; readonly why: string };

export interface Step<State, Down> {
  readonly state: State;
  readonly effects: readonly Effect<Down>[];
}

export type LostWhy = Extract<PileEvent, { type: 'PileLost' }>['why'];

/**
 * The site's end of a protocol, for one pile on one connection: pure functions from a state and an
 * input to a new state and effects. A driver has no clock, no socket and no chance of its own.
 */
export interface Driver<State, Up, Down> {
  /** 桩企 lane, e.g. `ykc`. */
  readonly vendor: string;
  readonly capabilities: readonly PileCapability[];
  readonly operations?: OperationCatalogue;
  /** A start may take so long until it is a charge; left out: as the site has it for all. */
  readonly startConfirmMs?: number;
  readonly begin: (pileNo: string) => State;
  /** `raw` is the whole frame; a view that is gone after the call. */
  readonly onFrame: (
    state: State,
    message: Up,
    view: DriverView,
    raw: Uint8Array,
  ) => Step<State, Down>;
  readonly onCommand: (state: State, command: PileCommand, view: DriverView) => Step<State, Down>;
  readonly onTimer: (state: State, timer: string, view: DriverView) => Step<State, Down>;
  readonly onClosed: (state: State, why: LostWhy, view: DriverView) => Step<State, Down>;
  /** The site could not take an event, so what it reported is not on disk. */
  readonly onUnheard: (state: State, event: PileEvent, view: DriverView) => Step<State, Down>;
}

/** A handler for each kind of command: leave one out and it does not compile. */
export type CommandHandlers<State, Down> = {
  readonly [D in PileCommand['do']]: (
    state: State,
    command: Extract<PileCommand, { do: D }>,
    view: DriverView,
  ) => Step<State, Down>;
};

/** Bytes of one connection to messages and back, in the byte orders that its pile uses. */
export interface ConnectionCodec<Up, Down> {
  readonly stream: StreamDecoder;
  /** Reads a sound frame. */
  readonly decode: (raw: Uint8Array) => Up;
  readonly encode: (message: Down) => Uint8Array;
}

/** Everything that a front needs to know of a protocol. */
export interface PileProtocol<State, Up, Down> {
  readonly driver: Driver<State, Up, Down>;
  /** `partialMs`: how long the rest of a frame may take. */
  readonly openCodec: (partialMs: number) => ConnectionCodec<Up, Down>;
  /** The pile that a message is about; `undefined` where the frame does not say. */
  readonly pileNoOf: (message: Up) => string | undefined;
  readonly isLogin: (message: Up) => boolean;
}
