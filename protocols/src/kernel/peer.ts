import type {
  FrameTable,
  Message,
  MessageOf,
  Other,
  SentBy,
  Side,
  UnknownMessage,
} from './frame.ts';

/** What a peer asks its shell to do. The peer itself does nothing. */
export type Effect<T extends FrameTable, Self extends Side, Event> =
  /** An `UnknownMessage` carries a frame of a dialect that the protocol's own table does not have. */
  | { readonly do: 'send'; readonly message: Message<T, Self> | UnknownMessage }
  | { readonly do: 'emit'; readonly event: Event }
  /** Starts the named timer, or starts it again. */
  | { readonly do: 'arm'; readonly timer: string; readonly ms: number }
  | { readonly do: 'disarm'; readonly timer: string }
  /** Ends the connection; later effects of the same step are still carried out before it. */
  | { readonly do: 'close'; readonly why: string };

export interface Step<State, T extends FrameTable, Self extends Side, Event> {
  readonly state: State;
  readonly effects: readonly Effect<T, Self, Event>[];
}

/**
 * One end of a protocol. A driver is the hub's end, a virtual pile is the pile's end. Each names a
 * handler for every frame that the other side sends; leave one out and it does not compile. `nowMs`
 * is the wall clock, epoch milliseconds: a peer has no clock of its own.
 */
export interface Peer<State, T extends FrameTable, Self extends Side, Event, Command = never> {
  readonly initial: State;
  readonly on: {
    readonly [N in SentBy<T, Other<Self>>]: (
      state: State,
      message: MessageOf<T, N>,
      nowMs: number,
    ) => Step<State, T, Self, Event>;
  };
  readonly onTimer: (state: State, timer: string, nowMs: number) => Step<State, T, Self, Event>;
  readonly onCommand: (
    state: State,
    command: Command,
    nowMs: number,
  ) => Step<State, T, Self, Event>;
}
