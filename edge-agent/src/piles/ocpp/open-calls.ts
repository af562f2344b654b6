import type { RpcRequest } from '@holdfast/protocols/ocpp/rpc/port';

/** Calls of a station that its driver has not answered, by the numbers that the driver knows them by. */
export class OpenCalls {
  readonly #max: number;
  readonly #requests = new Map<number, RpcRequest>();
  #last = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** Gives a call its number; when there are too many, the oldest is given up without an answer. */
  keep(request: RpcRequest): number {
    this.#last += 1;
    this.#requests.set(this.#last, request);
    if (this.#requests.size > this.#max) {
      for (const oldest of this.#requests.keys()) {
        this.take(oldest)?.forsake();
        break;
      }
    }
    return this.#last;
  }

  take(call: number): RpcRequest | undefined {
    const request = this.#requests.get(call);
    this.#requests.delete(call);
    return request;
  }

  clear(): void {
    this.#requests.clear();
  }
}
