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

/** What an open call gives back. */
interface Desk {
  readonly version: OcppVersion;
  readonly answered: (open: Open, text: string) => void;
  readonly settled: (open: Open, text?: string) => void;
}

const nothing = (): void => undefined;

/** A CALL from its arrival to its answer; to its handler it is the request. */
class Open implements RpcRequest {
  readonly frame: CallFrame;
  readonly asked: Asked;
  readonly #desk: Desk;
  isSettled = false;
  forget: () => void = nothing;

  constructor(frame: CallFrame, asked: Asked, desk: Desk) {
    this.frame = frame;
    this.asked = asked;
    this.#desk = desk;
  }

  get id(): string {
    return this.frame.id.key;
  }

  get action(): string {
    return this.frame.action;
  }

  get payload(): CallFrame['payload'] {
    return this.frame.payload;
  }

  get text(): string {
    return this.frame.text;
  }

  answer(result: object): void {
    this.#desk.answered(this, writeResult(this.frame.id, result));
  }

  fail(code: string, description = '', details: object = {}): void {
    const error = { code, description, details };
    this.#desk.settled(this, writeError(TYPE.error, this.frame.id, error, this.#desk.version));
  }

  forsake(): void {
    this.#desk.settled(this);
  }
}

/** The other side's calls: handed over one after another, each answered once, repetitions alike. */
export class Inbound implements Desk {
  readonly #parts: InboundParts;
  readonly #queue: Open[] = [];
  #current: Open | undefined;
  #isHandingOver = false;
  #isClosed = false;
  #answered = 0;

  constructor(parts: InboundParts) {
    this.#parts = parts;
  }

  get version(): OcppVersion {
    return this.#parts.version;
  }

  get waiting(): number {
    return this.#queue.length + (this.#current === undefined ? 0 : 1);
  }

  get answers(): number {
    return this.#answered;
  }

  /** A CALL has come. */
  called(frame: CallFrame): void {
    const { connection, limits, breaks, brake } = this.#parts;
    const asked: Asked = { id: frame.id.key, digest: digestOf(frame.text), connection };
    if (this.#isRepeated(frame, asked)) return;
    this.#queue.push(new Open(frame, asked, this));
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
      owner.onCall(open);
      if (open.isSettled || this.#isClosed) continue;
      open.forget = port.after(limits.answerMs, () => this.#onSilence(open));
    }
    this.#isHandingOver = false;
    if (this.#queue.length <= limits.inboundPause / 2) brake(false);
  }

  /** Kept even when the socket is gone: the retry on the next one gets these very words. */
  answered(open: Open, text: string): void {
    if (open.isSettled) return;
    const { answers, port } = this.#parts;
    answers.keep(open.asked, open.frame.action, text, port.monoMs());
    this.settled(open, text);
  }

  settled(open: Open, text?: string): void {
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
