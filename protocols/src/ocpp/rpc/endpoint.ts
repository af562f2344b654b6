import type { OcppVersion } from '../version.ts';
import { type AnswerCache, answerCache } from './answers.ts';
import { type Bucket, tokenBucket } from './bucket.ts';
import { type BadFrame, type RpcFrame, readFrame, TYPE, writeCall, writeError } from './frame.ts';
import { Inbound } from './inbound.ts';
import { RPC_LIMITS, type RpcLimits } from './limits.ts';
import { Outbound } from './outbound.ts';
import type {
  CallOutcome,
  OutboundCall,
  RpcBreak,
  RpcCounts,
  RpcDeviation,
  RpcEndpoint,
  RpcOwner,
  RpcPort,
} from './port.ts';

/** What an endpoint is made of. */
export interface RpcOptions {
  readonly version: OcppVersion;
  readonly port: RpcPort;
  readonly owner: RpcOwner;
  /** Begins every message id of ours; unique for each connection (1.6), for ever (2.x). */
  readonly idPrefix: string;
  readonly limits?: Partial<RpcLimits>;
  /** For 2.x: the station's own, which outlives the connection. Left out: one for this connection. */
  readonly answers?: AnswerCache;
}

type Brake = 'queue' | 'rate';
const NO_BRAKES: readonly Brake[] = [];
const nothing = (): void => undefined;

class Endpoint implements RpcEndpoint {
  readonly #options: RpcOptions;
  readonly #limits: RpcLimits;
  readonly #bucket: Bucket;
  readonly #inbound: Inbound;
  readonly #outbound: Outbound;
  /** Reading stops as long as anything is in it. */
  #brakes: readonly Brake[] = NO_BRAKES;
  readonly #counts = { framesIn: 0, framesOut: 0, calls: 0, deviations: 0 };
  #ids = 0;
  #badInRow = 0;
  #isClosed = false;
  #isBroken = false;
  #forgetBrake: () => void = nothing;

  constructor(options: RpcOptions) {
    const { version, port, owner } = options;
    const limits = { ...RPC_LIMITS, ...options.limits };
    this.#options = options;
    this.#limits = limits;
    this.#bucket = tokenBucket(limits.messagesPerSecond, limits.messagesAtOnce, port.monoMs());
    const parts = {
      version,
      port,
      owner,
      limits,
      send: (text: string) => this.#send(text),
      deviates: (kind: RpcDeviation, detail: string) => this.#deviates(kind, detail),
      breaks: (why: RpcBreak) => this.#breaks(why),
      nextId: () => this.#nextId(),
      answers: options.answers ?? answerCache(),
      connection: Symbol(options.idPrefix),
      brake: (isOn: boolean) => this.#brake('queue', isOn),
    };
    this.#outbound = new Outbound(parts);
    this.#inbound = new Inbound(parts);
  }

  receive(data: string | Uint8Array): void {
    if (this.#isClosed) return;
    const { version, owner } = this.#options;
    const frame = readFrame(data, version);
    if (frame.is === 'empty') return;
    this.#counts.framesIn += 1;
    owner.onFrame?.('in', frame.text);
    this.#slowDown(frame.text.length);
    if (frame.is === 'bad') this.#onBad(frame);
    else this.#onGood(frame);
  }

  closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#forgetBrake();
    this.#inbound.closed();
    this.#outbound.closed();
  }

  call(call: OutboundCall, done: (outcome: CallOutcome) => void): void {
    this.#outbound.call(call, done);
  }

  notify(action: string, payload: object): boolean {
    const text = (): string => writeCall(TYPE.send, this.#nextId(), action, payload);
    return this.#options.version === '2.1' && this.#send(text());
  }

  refuseResult(id: string, code: string, description: string): void {
    const { version } = this.#options;
    if (version !== '2.1') return;
    const to = { key: id, json: JSON.stringify(id) };
    this.#send(writeError(TYPE.resultError, to, { code, description, details: {} }, version));
  }

  counts(): RpcCounts {
    return {
      ...this.#counts,
      answers: this.#inbound.answers,
      timeouts: this.#outbound.timeouts,
      inboundWaiting: this.#inbound.waiting,
      outboundWaiting: this.#outbound.waiting,
    };
  }

  #onBad({ why, answer }: BadFrame): void {
    const { version } = this.#options;
    this.#badInRow += 1;
    this.#deviates('bad-frame', why);
    if (answer !== undefined) {
      const { id, code } = answer;
      this.#send(writeError(TYPE.error, id, { code, description: why, details: {} }, version));
    }
    if (this.#badInRow === this.#limits.badFramesMax) this.#breaks('garbage');
  }

  #onGood(frame: Exclude<RpcFrame, { is: 'empty' | 'bad' }>): void {
    this.#badInRow = 0;
    if (frame.is === 'unknown-type') {
      this.#deviates('unknown-type', `type ${frame.type}`);
      return;
    }
    for (const odd of frame.odd) {
      this.#deviates(odd.startsWith('message id') ? 'odd-id' : 'odd-shape', odd);
    }
    if (frame.is === 'call') {
      this.#counts.calls += 1;
      this.#inbound.called(frame);
    } else if (frame.is === 'send') {
      const { action, payload, id, text } = frame;
      this.#options.owner.onSend?.({ action, payload, id: id.key, text });
    } else if (frame.is === 'resultError') {
      const { id, code, description } = frame;
      this.#deviates('result-refused', `${id.json} ${code} ${description}`);
    } else {
      this.#outbound.answered(frame);
    }
  }

  #slowDown(chars: number): void {
    const { port } = this.#options;
    const { messageChars, messagesPerSecond } = this.#limits;
    const waitMs = this.#bucket.take(1 + Math.floor(chars / messageChars), port.monoMs());
    if (waitMs === 0) return;
    this.#deviates('flood', `more than ${messagesPerSecond} messages a second`);
    this.#brake('rate', true);
    this.#forgetBrake();
    this.#forgetBrake = port.after(waitMs, () => this.#brake('rate', false));
  }

  #brake(reason: Brake, isOn: boolean): void {
    if (this.#brakes.includes(reason) === isOn) return;
    const others = this.#brakes.filter((brake) => brake !== reason);
    this.#brakes = isOn ? [...others, reason] : others;
    if (others.length > 0) return;
    if (isOn) this.#options.port.pause();
    else this.#options.port.resume();
  }

  #send(text: string): boolean {
    if (this.#isClosed) return false;
    const { owner, port } = this.#options;
    this.#counts.framesOut += 1;
    owner.onFrame?.('out', text);
    const isTaken = port.send(text);
    if (!isTaken) this.#breaks('stuck');
    return isTaken;
  }

  #nextId(): string {
    this.#ids += 1;
    return `${this.#options.idPrefix}${this.#ids.toString(36)}`;
  }

  #deviates(kind: RpcDeviation, detail: string): void {
    this.#counts.deviations += 1;
    this.#options.owner.onDeviation?.(kind, detail);
  }

  #breaks(why: RpcBreak): void {
    if (this.#isBroken || this.#isClosed) return;
    this.#isBroken = true;
    this.#options.owner.onBroken?.(why);
  }
}

/**
 * One end of OCPP-J on one connection: central system, station and virtual pile alike. Calls of ours
 * go one at a time, calls of the other side are handed over one at a time, and neither waits for the
 * other. Nothing that is received makes it throw.
 */
export const rpcEndpoint = (options: RpcOptions): RpcEndpoint => new Endpoint(options);
