/** Why a connection ended, as far as the line can tell. */
export type CloseCause = 'network' | 'login-refused' | 'taken-over';

/** What a connection is made with. */
export interface LineLogin {
  readonly siteId: string;
  /** The vendor is the virtual host: the user is `<vendor>:<site>` ([SYNC-12]). */
  readonly vendor: string;
  /** Said for us by the broker when the line breaks: a `Gone`. */
  readonly will: Uint8Array;
}

export interface LineEvents {
  /** Connected, and what is for us will be brought. */
  readonly onOpen: () => void;
  readonly onMessage: (from: 'answer' | 'command', payload: Uint8Array) => void;
  /** Once, also for a connection that never opened. */
  readonly onClosed: (cause: CloseCause, detail: string) => void;
}

/** One connection. It may lose, double, delay or reorder what it carries, and says nothing of it. */
export interface Line {
  /**
   * Settles when the broker has taken the message (QoS 1), when it was written (QoS 0), or when the
   * connection is over: it only paces ([SYNC-2]). Never rejects.
   */
  readonly publish: (topic: string, payload: Uint8Array, qos: 0 | 1) => Promise<void>;
  /** Leaves in good order; `onClosed` is not called any more. */
  readonly close: () => void;
}

/** The way to the broker. Makes single connections; when to make another is decided elsewhere. */
export interface Transport {
  /** Never throws: what goes wrong comes by `onClosed`. */
  readonly connect: (login: LineLogin, events: LineEvents) => Line;
}
