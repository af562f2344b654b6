import { type AnswerCache, answerCache } from '@holdfast/protocols/ocpp/rpc/answers';
import { rpcEndpoint } from '@holdfast/protocols/ocpp/rpc/endpoint';
import type { CallOutcome, RpcEndpoint, RpcRequest } from '@holdfast/protocols/ocpp/rpc/port';
import { type Books, keepNote } from '../books.ts';
import { namedTimers } from '../named-timers.ts';
import type { RunningPile } from '../running-pile.ts';
import { type BadTextLine, badTextLine } from './bad-text-line.ts';
import type { Dialect } from './dialect.ts';
import { framed, type Manners, mannersOf, spoken } from './manners.ts';
import { type OcppPile, type Outcome, ocppPile } from './pile.ts';
import type { Job, OcppSetup, PileState, World } from './state.ts';
import type { PileEffect, PileStep } from './step.ts';
import type { OcppSurroundings } from './surroundings.ts';

const RECONNECT_MS: readonly [number, number] = [500, 3_000];
/** How long a pile waits for an answer (MessageTimeout). */
const ANSWER_MS = 8_000;

export interface OcppPileOptions {
  readonly dialect: Dialect;
  readonly setup: OcppSetup;
  /** Basic authentication; `null`: none. */
  readonly password: string | null;
  readonly surroundings: OcppSurroundings;
  readonly books: Books;
}

function outcomeOf(outcome: CallOutcome): Outcome {
  if (outcome.is === 'result') return { is: 'result', payload: outcome.payload };
  if (outcome.is === 'error' || outcome.is === 'lost') return { is: outcome.is };
  return { is: 'unanswered' };
}

/** A virtual OCPP pile that lives: a line, a clock, an endpoint, and the pure pile inside. */
class Runner {
  readonly #options: OcppPileOptions;
  readonly #pile: OcppPile;
  readonly #line: BadTextLine;
  readonly #timers: ReturnType<typeof namedTimers>;
  readonly #manners: Manners;
  readonly #answers: AnswerCache = answerCache();
  /** What the platform asked and has not been answered. */
  readonly #asked = new Map<number, RpcRequest>();
  #endpoint: RpcEndpoint | undefined;
  #state: PileState;
  #requests = 0;
  #connections = 0;
  #stopped = false;

  constructor(options: OcppPileOptions) {
    const { dialect, setup, password, surroundings } = options;
    const { pileNo, faults, random } = setup;
    this.#options = options;
    this.#pile = ocppPile(dialect, setup);
    this.#state = this.#pile.initial;
    this.#manners = mannersOf(random.fork(`${pileNo} manners`), faults.oddMannersOneIn);
    this.#timers = namedTimers(surroundings.time);
    const station = { identity: pileNo, version: dialect.version, password };
    this.#line = badTextLine(surroundings, station, faults, random.fork(`${pileNo} line`), {
      connected: () => this.#connected(),
      disconnected: () => this.#disconnected(),
      received: (text) => this.#endpoint?.receive(text),
    });
    this.#line.connect();
  }

  get state(): PileState {
    return this.#state;
  }

  tell(world: World): void {
    this.#take(this.#pile.onWorld(this.#state, world, this.#nowMs()));
  }

  stop(): void {
    this.#stopped = true;
    this.#timers.disarmAll();
    this.#line.drop();
  }

  #nowMs(): number {
    return this.#options.surroundings.time.nowMs();
  }

  #take(step: PileStep): void {
    if (this.#stopped) return;
    this.#state = step.state;
    for (const effect of step.effects) this.#act(effect);
  }

  #act(effect: PileEffect): void {
    switch (effect.do) {
      case 'call':
        this.#call(effect);
        break;
      case 'answer':
        this.#reply(effect.call, (request) => request.answer(effect.payload));
        break;
      case 'error':
        this.#reply(effect.call, (request) => request.fail(effect.code));
        break;
      case 'arm':
        this.#timers.arm(effect.timer, effect.ms, () =>
          this.#take(this.#pile.onTimer(this.#state, effect.timer, this.#nowMs())),
        );
        break;
      case 'disarm':
        this.#timers.disarm(effect.timer);
        break;
      case 'emit':
        keepNote(this.#options.books, effect.event);
        break;
      case 'job':
        void this.#work(effect.job);
        break;
      case 'close':
        this.#line.drop();
        break;
    }
  }

  #call({ tag, call }: Extract<PileEffect, { do: 'call' }>): void {
    const { action, payload } = spoken(this.#manners, call);
    this.#endpoint?.call({ action, payload, tag, timeoutMs: ANSWER_MS }, (outcome) =>
      this.#heard(tag, outcome),
    );
  }

  #heard(tag: string, outcome: CallOutcome): void {
    this.#take(this.#pile.onOutcome(this.#state, tag, outcomeOf(outcome), this.#nowMs()));
  }

  #reply(no: number, how: (request: RpcRequest) => void): void {
    const request = this.#asked.get(no);
    this.#asked.delete(no);
    if (request !== undefined) how(request);
  }

  async #work(job: Job): Promise<void> {
    const { done, text } = await this.#options.surroundings.carryOut(job);
    this.tell({ world: 'job', job, done, text });
  }

  #connected(): void {
    const { dialect, setup, surroundings } = this.#options;
    this.#connections += 1;
    const since = this.#nowMs().toString(36);
    this.#endpoint = rpcEndpoint({
      version: dialect.version,
      answers: this.#answers,
      // Unique for ever, also when the pile runs again another day.
      idPrefix: `${setup.pileNo.slice(-8)}-${since}-${this.#connections}-`,
      port: {
        send: (text) => {
          this.#line.send(framed(this.#manners, text));
          return true;
        },
        close: () => this.#line.drop(),
        pause: () => {},
        resume: () => {},
        after: surroundings.time.after,
        monoMs: surroundings.time.nowMs,
      },
      owner: {
        onCall: (request) => this.#onCall(request),
        onLate: ({ call, outcome }) => this.#heard(call.tag, outcome),
        onBroken: () => this.#line.destroy(),
      },
    });
    this.tell({ world: 'connected' });
  }

  #onCall(request: RpcRequest): void {
    this.#requests += 1;
    this.#asked.set(this.#requests, request);
    const { action, payload } = request;
    this.#take(this.#pile.onCall(this.#state, action, payload, this.#requests, this.#nowMs()));
  }

  #disconnected(): void {
    this.#endpoint?.closed();
    this.#endpoint = undefined;
    this.#asked.clear();
    this.tell({ world: 'disconnected' });
    this.#reconnect();
  }

  #reconnect(): void {
    const { setup, surroundings } = this.#options;
    const { random, faults } = setup;
    const outageMs = random.once(faults.outageOneIn) ? random.between(0, faults.outageMs) : 0;
    surroundings.time.after(outageMs + random.between(...RECONNECT_MS), () => {
      if (this.#stopped) return;
      if (this.#state.powered) this.#line.connect();
      else this.#reconnect();
    });
  }
}

export interface RunningOcppPile extends RunningPile {
  readonly state: () => PileState;
}

/** Runs one pile against a platform until it is stopped. Connects again by itself. */
export function runOcppPile(options: OcppPileOptions): RunningOcppPile {
  const runner = new Runner(options);
  return {
    state: () => runner.state,
    charging: () => runner.state.guns.filter(({ charge }) => charge !== null).length,
    closeTheShop: () => runner.tell({ world: 'close-the-shop' }),
    stop: () => runner.stop(),
  };
}
