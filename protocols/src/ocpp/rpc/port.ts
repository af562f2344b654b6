/** What an endpoint stands on: one open WebSocket and a clock that only goes forward. */
export interface RpcPort {
  /** Hands over one text frame. `false`: not taken, the other side does not read. */
  readonly send: (text: string) => boolean;
  /** Ends the connection in order, with a WebSocket close code. */
  readonly close: (code: number, reason: string) => void;
  /** Stops and goes on reading the socket: what the other side sends waits in its own buffers. */
  readonly pause: () => void;
  readonly resume: () => void;
  /** Runs a task once after a while; the returned function calls it off. */
  readonly after: (ms: number, task: () => void) => () => void;
  /** Milliseconds that never jump. */
  readonly monoMs: () => number;
}

export type Payload = Readonly<Record<string, unknown>>;

/** A CALL of the other side. Its answer may come at any later time, once; a second one is ignored. */
export interface RpcRequest {
  readonly action: string;
  readonly payload: Payload;
  /** Message id, as text. */
  readonly id: string;
  /** The frame as it came. */
  readonly text: string;
  answer(payload: object): void;
  /** CALLERROR; the code in either spelling, it leaves in that of the version. */
  fail(code: string, description?: string, details?: object): void;
  /** Leaves it unanswered on purpose, so that the other side asks again, and takes the next one. */
  forsake(): void;
}

/** A SEND of 2.1: nobody answers. */
export interface RpcNotice {
  readonly action: string;
  readonly payload: Payload;
  readonly id: string;
  readonly text: string;
}

/** Urgent goes before normal, normal before background; within one, first come first served. */
export type Priority = 'urgent' | 'normal' | 'background';

/** A call of ours. */
export interface OutboundCall {
  readonly action: string;
  readonly payload: object;
  /** Given back with a late answer; the endpoint does not read it. */
  readonly tag: string;
  /** Left out: as the action's table says. */
  readonly priority?: Priority;
  /** From sending to answer; left out: as the action's table says. */
  readonly timeoutMs?: number;
  /**
   * Not sent at all when it has waited longer than this; left out: as the limits say. An urgent call
   * waits and is answered within its time-out, both together.
   */
  readonly waitMs?: number;
}

/** How a call of ours ended. */
export type CallOutcome =
  | { readonly is: 'result'; readonly id: string; readonly payload: Payload }
  | {
      readonly is: 'error';
      readonly id: string;
      readonly code: string;
      readonly description: string;
      readonly details: Payload;
    }
  /** Sent, and nothing came. */
  | { readonly is: 'timeout'; readonly id: string }
  /** Waited too long behind others; never sent. */
  | { readonly is: 'stale' }
  /** The queue has no room; never sent. */
  | { readonly is: 'full' }
  /** The connection ended; `sent` says whether the other side may have seen it. */
  | { readonly is: 'lost'; readonly sent: boolean };

/** An answer that came after its time-out; its effect counts all the same. */
export interface LateAnswer {
  readonly call: OutboundCall;
  readonly outcome: Extract<CallOutcome, { is: 'result' | 'error' }>;
  /** Since the time-out. */
  readonly lateMs: number;
}

/** How the other side departed from the text; each was dealt with. */
export type RpcDeviation =
  /** Not readable as an RPC frame. */
  | 'bad-frame'
  /** Type numbers that this version does not have. */
  | 'unknown-type'
  /** A message id that is a number, empty or longer than 36 characters. */
  | 'odd-id'
  /** Elements too many, too few, or `null` where an object belongs. */
  | 'odd-shape'
  /** The same message id with another body. */
  | 'id-reused'
  /** A message that was answered before, answered again with the same words. */
  | 'repeated'
  /** A CALL while another is not answered yet. */
  | 'pipelined'
  /** An answer to nothing that was asked. */
  | 'unmatched-answer'
  /** More messages than allowed: reading was slowed down. */
  | 'flood'
  /** Our own side left a CALL without an answer for too long. */
  | 'unanswered'
  /** The other side cannot use our answer (CALLRESULTERROR of 2.1). */
  | 'result-refused';

/** Why a connection is of no use any more; the owner ends it. */
export type RpcBreak =
  /** Calls timed out one after another. */
  | 'deaf'
  /** The other side does not read what is sent. */
  | 'stuck'
  /** Too many unreadable frames in a row. */
  | 'garbage'
  /** Far more calls at once than there is room for. */
  | 'overrun';

/** What an endpoint tells its owner. Callbacks never come from within a call of the owner's own, but for `call` outcomes `full` and `lost`. */
export interface RpcOwner {
  readonly onCall: (request: RpcRequest) => void;
  readonly onSend?: (notice: RpcNotice) => void;
  readonly onLate?: (late: LateAnswer) => void;
  readonly onDeviation?: (kind: RpcDeviation, detail: string) => void;
  readonly onBroken?: (why: RpcBreak) => void;
  /** Every frame as it is on the wire. */
  readonly onFrame?: (direction: 'in' | 'out', text: string) => void;
}

/** Counts since the connection began. */
export interface RpcCounts {
  readonly framesIn: number;
  readonly framesOut: number;
  readonly calls: number;
  readonly answers: number;
  readonly timeouts: number;
  readonly deviations: number;
  /** Of the moment: calls of the other side that wait, and ours. */
  readonly inboundWaiting: number;
  readonly outboundWaiting: number;
}

/** One end of OCPP-J on one connection. */
export interface RpcEndpoint {
  /** Feeds one message of the socket, text or binary. Never throws. */
  receive(data: string | Uint8Array): void;
  /** Says that the socket is gone: calls of ours end as `lost`, timers stop. */
  closed(): void;
  /** Queues a call of ours; `done` is called exactly once. */
  call(call: OutboundCall, done: (outcome: CallOutcome) => void): void;
  /** Sends a SEND (2.1). `false`: this version has none, or the socket takes nothing. */
  notify(action: string, payload: object): boolean;
  /** Tells the other side that its result is of no use (CALLRESULTERROR, 2.1; elsewhere nothing). */
  refuseResult(id: string, code: string, description: string): void;
  counts(): RpcCounts;
}
