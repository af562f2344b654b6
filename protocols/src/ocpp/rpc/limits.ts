/** Limits of one connection; each can be set by the owner. */
export interface RpcLimits {
  /** CALLs of the other side that may wait before its socket is paused. */
  readonly inboundPause: number;
  /** …and before the connection is given up. */
  readonly inboundMax: number;
  /** How long a CALL may go without our answer before the next one is taken. */
  readonly answerMs: number;
  /** Our own calls that may wait. */
  readonly outboundMax: number;
  /** How long one of ours waits behind others before it is stale. */
  readonly outboundWaitMs: number;
  /** How long a call that is not urgent is waited for once an urgent one stands behind it. */
  readonly yieldMs: number;
  /** Time-outs in a row after which the other side counts as deaf. */
  readonly timeoutsMax: number;
  /** How long after its time-out an answer is still matched. */
  readonly lateMs: number;
  /** Timed-out calls that are remembered. */
  readonly lateMax: number;
  /** Messages a second on average, and at once. */
  readonly messagesPerSecond: number;
  readonly messagesAtOnce: number;
  /** A message counts once more for each so many characters: big ones cost more to read. */
  readonly messageChars: number;
  /** Unreadable frames in a row. */
  readonly badFramesMax: number;
}

export const RPC_LIMITS: RpcLimits = {
  inboundPause: 32,
  inboundMax: 1_024,
  answerMs: 30_000,
  outboundMax: 100,
  outboundWaitMs: 120_000,
  yieldMs: 5_000,
  timeoutsMax: 3,
  lateMs: 600_000,
  lateMax: 64,
  messagesPerSecond: 100,
  messagesAtOnce: 1_000,
  messageChars: 4_096,
  badFramesMax: 100,
};
