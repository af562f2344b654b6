import { neutralCode } from './error-codes.ts';
import { type ErrorFrame, NO_ID, type ResultFrame, TYPE, writeCall } from './frame.ts';
import type { RpcLimits } from './limits.ts';
import type { CallOutcome, OutboundCall, Priority, RpcOwner, RpcPort } from './port.ts';
import { type Urgency, urgencyOf } from './urgency.ts';

/** What our calls need of the endpoint around them. */
export interface OutboundParts {
  readonly port: RpcPort;
  readonly limits: RpcLimits;
  readonly owner: RpcOwner;
  readonly send: (text: string) => boolean;
  readonly deviates: (kind: 'unmatched-answer', detail: string) => void;
  readonly breaks: (why: 'deaf') => void;
  readonly nextId: () => string;
}

type Done = (outcome: CallOutcome) => void;
type Answered = Extract<CallOutcome, { is: 'result' | 'error' }>;

interface Waiting {
  readonly call: OutboundCall;
  readonly done: Done;
  readonly urgency: Urgency;
  readonly sinceMs: number;
  forget: () => void;
}

interface Pending extends Waiting {
  readonly id: string;
  readonly sentMs: number;
}

const ORDER: readonly Priority[] = ['urgent', 'normal', 'background'];

function outcomeOf(frame: ResultFrame | ErrorFrame, id: string): Answered {
  if (frame.is === 'result') return { is: 'result', id, payload: frame.payload };
  const { description, details } = frame;
  return { is: 'error', id, code: neutralCode(frame.code), description, details };
}

/** Our calls: strictly one at a time, the urgent ones first, none for ever. */
export class Outbound {
  readonly #parts: OutboundParts;
  readonly #queue: Waiting[] = [];
  /** Calls that timed out, by their ids; few stations ever have one. */
  #late: Map<string, { readonly call: OutboundCall; readonly atMs: number }> | null = null;
  #pending: Pending | undefined;
  #timeouts = 0;
  #timeoutsInRow = 0;
  #isClosed = false;

  constructor(parts: OutboundParts) {
    this.#parts = parts;
  }

  get waiting(): number {
    return this.#queue.length + (this.#pending === undefined ? 0 : 1);
  }

  get timeouts(): number {
    return this.#timeouts;
  }

  /** Queues a call; `done` is called exactly once. */
  call(call: OutboundCall, done: Done): void {
    const { port, limits } = this.#parts;
    const usual = urgencyOf(call.action);
    const priority = call.priority ?? usual.priority;
    const timeoutMs = call.timeoutMs ?? usual.timeoutMs;
    if (this.#isClosed || !this.#makeRoom(priority)) {
      done(this.#isClosed ? { is: 'lost', sent: false } : { is: 'full' });
      return;
    }
    const usualWaitMs = priority === 'urgent' ? timeoutMs : limits.outboundWaitMs;
    const urgency = { priority, timeoutMs };
    const waiting: Waiting = { call, done, urgency, sinceMs: port.monoMs(), forget: () => {} };
    waiting.forget = port.after(call.waitMs ?? usualWaitMs, () => this.#onStale(waiting));
    this.#queue.push(waiting);
    this.#pump();
  }

  /** An answer has come: to the call that is out, to one that timed out, or to nothing. */
  answered(frame: ResultFrame | ErrorFrame): void {
    const pending = this.#pending;
    // An error for an id that could not be read can only mean the one call that is out.
    const isMeant = (id: string): boolean =>
      frame.id.key === id || (frame.is === 'error' && frame.id.key === NO_ID.key);
    if (pending === undefined || !isMeant(pending.id)) {
      this.#answeredLate(frame);
      return;
    }
    pending.forget();
    this.#pending = undefined;
    this.#timeoutsInRow = 0;
    pending.done(outcomeOf(frame, pending.id));
    this.#pump();
  }

  /** The socket is gone: nothing of ours is waited for any longer. */
  closed(): void {
    this.#isClosed = true;
    const sent = this.#pending;
    const unsent = this.#queue.splice(0);
    this.#pending = undefined;
    this.#late = null;
    sent?.forget();
    for (const { forget } of unsent) forget();
    sent?.done({ is: 'lost', sent: true });
    for (const { done } of unsent) done({ is: 'lost', sent: false });
  }

  /** Room for one more; an urgent call takes that of the last background one. */
  #makeRoom(priority: Priority): boolean {
    if (this.#queue.length < this.#parts.limits.outboundMax) return true;
    const at = this.#queue.findLastIndex(({ urgency }) => urgency.priority === 'background');
    if (priority !== 'urgent' || at < 0) return false;
    const [evicted] = this.#queue.splice(at, 1);
    evicted?.forget();
    evicted?.done({ is: 'full' });
    return true;
  }

  #pump(): void {
    while (this.#pending === undefined && !this.#isClosed) {
      const next = this.#take();
      if (next === undefined) return;
      next.forget();
      this.#send(next);
    }
    this.#hasten();
  }

  #take(): Waiting | undefined {
    for (const priority of ORDER) {
      const at = this.#queue.findIndex(({ urgency }) => urgency.priority === priority);
      if (at >= 0) return this.#queue.splice(at, 1)[0];
    }
    return undefined;
  }

  #send(waiting: Waiting): void {
    const { port, send, nextId } = this.#parts;
    const { call, urgency, sinceMs } = waiting;
    const id = nextId();
    const sentMs = port.monoMs();
    const spentMs = urgency.priority === 'urgent' ? sentMs - sinceMs : 0;
    // The answer may come before `send` returns where both ends live in one process.
    const forget = port.after(Math.max(0, urgency.timeoutMs - spentMs), () => this.#onTimeout());
    this.#pending = { ...waiting, id, sentMs, forget };
    if (send(writeCall(TYPE.call, id, call.action, call.payload))) return;
    if (this.#pending?.id !== id) return;
    forget();
    this.#pending = undefined;
    waiting.done({ is: 'lost', sent: false });
  }

  /** An urgent call stands behind one that is not: that one is not waited for much longer. */
  #hasten(): void {
    const { port, limits } = this.#parts;
    const pending = this.#pending;
    if (pending === undefined || pending.urgency.priority === 'urgent') return;
    if (!this.#queue.some(({ urgency }) => urgency.priority === 'urgent')) return;
    const waitMs = Math.min(limits.yieldMs, pending.urgency.timeoutMs);
    pending.forget();
    const leftMs = Math.max(0, pending.sentMs + waitMs - port.monoMs());
    pending.forget = port.after(leftMs, () => this.#onTimeout());
  }

  #onStale(waiting: Waiting): void {
    const at = this.#queue.indexOf(waiting);
    if (at < 0) return;
    this.#queue.splice(at, 1);
    waiting.done({ is: 'stale' });
  }

  #onTimeout(): void {
    const pending = this.#pending;
    if (pending === undefined) return;
    this.#pending = undefined;
    this.#timeouts += 1;
    this.#timeoutsInRow += 1;
    this.#remember(pending);
    pending.done({ is: 'timeout', id: pending.id });
    if (this.#timeoutsInRow === this.#parts.limits.timeoutsMax) this.#parts.breaks('deaf');
    this.#pump();
  }

  #remember({ id, call }: Pending): void {
    const { port, limits } = this.#parts;
    this.#late ??= new Map();
    this.#late.set(id, { call, atMs: port.monoMs() });
    for (const oldest of this.#late.keys()) {
      if (this.#late.size <= limits.lateMax) break;
      this.#late.delete(oldest);
    }
  }

  #answeredLate(frame: ResultFrame | ErrorFrame): void {
    const { port, limits, owner, deviates } = this.#parts;
    const { key, json } = frame.id;
    const timedOut = this.#late?.get(key);
    const lateMs = port.monoMs() - (timedOut?.atMs ?? 0);
    if (timedOut === undefined || lateMs > limits.lateMs) {
      deviates('unmatched-answer', `${frame.is} ${json}`);
      return;
    }
    this.#late?.delete(key);
    this.#timeoutsInRow = 0;
    owner.onLate?.({ call: timedOut.call, outcome: outcomeOf(frame, key), lateMs });
  }
}
