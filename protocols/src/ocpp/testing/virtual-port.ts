import { type RpcOptions, rpcEndpoint } from '../rpc/endpoint.ts';
import type {
  CallOutcome,
  LateAnswer,
  OutboundCall,
  RpcEndpoint,
  RpcNotice,
  RpcPort,
  RpcRequest,
} from '../rpc/port.ts';

interface Timer {
  readonly atMs: number;
  readonly task: () => void;
}

/** A port in virtual time: what is sent is kept, and an hour passes in no time. */
export interface VirtualPort {
  readonly port: RpcPort;
  readonly sent: string[];
  readonly advance: (ms: number) => void;
  readonly timers: () => number;
  readonly state: { isPaused: boolean; takes: boolean; closed: string | undefined };
}

export function virtualPort(): VirtualPort {
  const timers = new Set<Timer>();
  const sent: string[] = [];
  const state: VirtualPort['state'] = { isPaused: false, takes: true, closed: undefined };
  let nowMs = 0;
  const dueBefore = (untilMs: number): Timer | undefined =>
    [...timers].filter(({ atMs }) => atMs <= untilMs).toSorted((a, b) => a.atMs - b.atMs)[0];
  const port: RpcPort = {
    send(text) {
      if (state.takes) sent.push(text);
      return state.takes;
    },
    close: (code, reason) => {
      state.closed = `${code} ${reason}`;
    },
    pause: () => {
      state.isPaused = true;
    },
    resume: () => {
      state.isPaused = false;
    },
    after(ms, task) {
      const timer = { atMs: nowMs + ms, task };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    monoMs: () => nowMs,
  };
  const advance = (ms: number): void => {
    const untilMs = nowMs + ms;
    for (let due = dueBefore(untilMs); due !== undefined; due = dueBefore(untilMs)) {
      timers.delete(due);
      nowMs = due.atMs;
      due.task();
    }
    nowMs = untilMs;
  };
  return { port, sent, advance, timers: () => timers.size, state };
}

/** An endpoint on a virtual port, with everything that it told its owner. */
export interface Bench extends VirtualPort {
  readonly endpoint: RpcEndpoint;
  readonly requests: RpcRequest[];
  readonly notices: RpcNotice[];
  readonly deviations: string[];
  readonly late: LateAnswer[];
  readonly broken: string[];
  readonly frames: string[];
  /** Calls and keeps how it ended. */
  readonly call: (call: Partial<OutboundCall> & { action: string }) => CallOutcome[];
  /** What was sent, as JSON values. */
  readonly said: () => unknown[][];
}

export function bench(options: Partial<RpcOptions> = {}): Bench {
  const virtual = virtualPort();
  const kept = {
    requests: [] as RpcRequest[],
    notices: [] as RpcNotice[],
    deviations: [] as string[],
    late: [] as LateAnswer[],
    broken: [] as string[],
    frames: [] as string[],
  };
  const endpoint = rpcEndpoint({
    version: '1.6',
    port: virtual.port,
    idPrefix: 'us-',
    owner: {
      onCall: (request) => void kept.requests.push(request),
      onSend: (notice) => void kept.notices.push(notice),
      onLate: (answer) => void kept.late.push(answer),
      onDeviation: (kind, detail) => void kept.deviations.push(`${kind}: ${detail}`),
      onBroken: (why) => void kept.broken.push(why),
      onFrame: (direction, text) => void kept.frames.push(`${direction} ${text}`),
    },
    ...options,
  });
  return {
    ...virtual,
    ...kept,
    endpoint,
    call(call) {
      const outcomes: CallOutcome[] = [];
      endpoint.call({ payload: {}, tag: call.action, ...call }, (outcome) => {
        outcomes.push(outcome);
      });
      return outcomes;
    },
    said: () => virtual.sent.map((text): unknown[] => JSON.parse(text)),
  };
}
