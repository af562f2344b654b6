import type { RpcRequest } from '@holdfast/protocols/ocpp/rpc/port';

interface Open {
  readonly call: number;
  readonly request: RpcRequest;
}

const NONE: readonly Open[] = [];

/** Calls of a station that its driver has not answered, by the numbers that the driver knows them by. */
export class OpenCalls {
  readonly #max: number;
  /** Mostly none, seldom more than one: a list of ten thousand stations is smaller than a table. */
  #open = NONE;
  #last = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Gives a call its number; when there are too many, the oldest is given up without an answer. */
  keep(request: RpcRequest): number {
    this.#last += 1;
    this.#open = this.#open.concat({ call: this.#last, request });
    const [oldest] = this.#open;
    if (this.#open.length > this.#max && oldest !== undefined) {
      this.take(oldest.call)?.forsake();
    }
    return this.#last;
  }

  take(call: number): RpcRequest | undefined {
    const taken = this.#open.find((open) => open.call === call);
    if (taken === undefined) return undefined;
    this.#open = this.#open.length === 1 ? NONE : this.#open.filter((open) => open !== taken);
    return taken.request;
  }

  clear(): void {
    this.#open = NONE;
  }
}
