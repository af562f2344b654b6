import type { OcppVersion } from '../version.ts';
import { type AnswerCache, type Asked, digestOf } from './answers.ts';
import { type CallFrame, TYPE, writeError, writeResult } from './frame.ts';
import type { RpcLimits } from './limits.ts';
import type { RpcDeviation, RpcOwner, RpcPort, RpcRequest } from './port.ts';

/** What the other side's calls need of the endpoint around them. */
export interface InboundParts {
  readonly port: RpcPort;
  readonly limits: RpcLimits;
  readonly owner: RpcOwner;
  readonly version: OcppVersion;
  readonly answers: AnswerCache;
  readonly connection: symbol;
  readonly send: (text: string) => boolean;
  readonly deviates: (kind: RpcDeviation, detail: string) => void;
  readonly breaks: (why: 'overrun') => void;
  /** Reading of the socket stops, or goes on. */
  readonly brake: (isOn: boolean) => void;
}

/** A CALL from its arrival to its answer. */
interface Open {
  readonly frame: CallFrame;
  readonly asked: Asked;
  isSettled: boolean;
  forget: () => void;
}

/** The other side's calls: handed over one after another, each answered once, repetitions alike. */
export class Inbound {
  readonly #parts: InboundParts;
  readonly #queue: Open[] = [];
  #current: Open | undefined;
  #isHandingOver = false;
  #isClosed = false;
  #answered = 0;

  constructor(parts: InboundParts) {
    this.#parts = parts;
  }

  get waiting(): number {
    return this.#queue.length + (this.#current === undefined ? 0 : 1);
  }

  get answered(): number {
    return this.#answered;
  }

  /** A CALL has come. */
  called(frame: CallFrame): void {
    const { connection, limits, breaks, brake } = this.#parts;
    const asked: Asked = { id: frame.id.key, digest: digestOf(frame.text), connection };
    if (this.#isRepeated(frame, asked)) return;
    this.#queue.push({ frame, asked, isSettled: false, forget: () => {} });
    this.#handOver();
    if (this.#queue.length > limits.inboundPause) brake(true);
    if (this.#queue.length > limits.inboundMax) breaks('overrun');
  }

  /** The socket is gone: what waits is not handed over any more. */
  closed(): void {
    this.#isClosed = true;
    this.#queue.length = 0;
    this.#current?.forget();
  }

  /** Whether this very message was answered before, and is again, or is under way. */
  #isRepeated(frame: CallFrame, asked: Asked): boolean {
    const { answers, port, deviates, send } = this.#parts;
    const what = `${frame.action} ${frame.id.json}`;
    const before = answers.find(asked, port.monoMs());
    if (before === 'other') {
      deviates('id-reused', what);
    } else if (before !== undefined) {
      deviates('repeated', what);
      send(before.text);
      return true;
    }
    if (this.#current === undefined) return false;
    const isUnderWay = [this.#current, ...this.#queue].some(
      (open) => open.asked.id === asked.id && open.asked.digest === asked.digest,
    );
    deviates(isUnderWay ? 'repeated' : 'pipelined', what);
    return isUnderWay;
  }

  /** A handler that answers at once comes back here: the loop, not the stack, takes the next one. */
  #handOver(): void {
    if (this.#isHandingOver) return;
    const { port, limits, owner, brake } = this.#parts;
    this.#isHandingOver = true;
    while (this.#current === undefined && !this.#isClosed) {
      const open = this.#queue.shift();
      if (open === undefined) break;
      this.#current = open;
      owner.onCall(this.#requestOf(open));
      if (open.isSettled || this.#isClosed) continue;
      open.forget = port.after(limits.answerMs, () => this.#onSilence(open));
    }
    this.#isHandingOver = false;
    if (this.#queue.length <= limits.inboundPause / 2) brake(false);
  }

  #requestOf(open: Open): RpcRequest {
    const { frame } = open;
    const { id, action, payload, text } = frame;
    return {
      action,
      payload,
      id: id.key,
      text,
      answer: (result) => this.#answer(open, writeResult(id, result)),
      fail: (code, description = '', details = {}) => {
        const error = { code, description, details };
        this.#settle(open, writeError(TYPE.error, id, error, this.#parts.version));
      },
      forsake: () => this.#settle(open),
    };
  }

  /** Kept even when the socket is gone: the retry on the next one gets these very words. */
  #answer(open: Open, text: string): void {
    if (open.isSettled) return;
    const { answers, port } = this.#parts;
    answers.keep(open.asked, open.frame.action, text, port.monoMs());
    this.#settle(open, text);
  }

  #settle(open: Open, text?: string): void {
    if (open.isSettled) return;
    open.isSettled = true;
    if (text !== undefined) {
      this.#answered += 1;
      if (!this.#isClosed) this.#parts.send(text);
    }
    this.#release(open);
  }

  /** Still answered if an answer comes; but nobody waits behind it any longer. */
  #onSilence(open: Open): void {
    this.#parts.deviates('unanswered', `${open.frame.action} ${open.frame.id.json}`);
    this.#release(open);
  }

  #release(open: Open): void {
    open.forget();
    if (this.#current !== open) return;
    this.#current = undefined;
    this.#handOver();
  }
}
