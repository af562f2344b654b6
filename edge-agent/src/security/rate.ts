interface Bucket {
  left: number;
  atMono: number;
}

const MINUTE_MS = 60_000;

/** So many a minute of each name, all of them at once if need be; a bounded number of names. */
export class Rate {
  readonly #perMinute: number;
  readonly #names: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(perMinute: number, names: number) {
    this.#perMinute = perMinute;
    this.#names = names;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** Takes one; false when the name has had its share. */
  take(name: string, monoMs: number): boolean {
    const known = this.#buckets.get(name);
    this.#buckets.delete(name);
    const bucket = known ?? { left: this.#perMinute, atMono: monoMs };
    const refill = ((monoMs - bucket.atMono) * this.#perMinute) / MINUTE_MS;
    bucket.left = Math.min(this.#perMinute, bucket.left + refill);
    bucket.atMono = monoMs;
    this.#buckets.set(name, bucket);
    const oldest = this.#buckets.size > this.#names ? this.#buckets.keys().next().value : undefined;
    if (oldest !== undefined) this.#buckets.delete(oldest);
    if (bucket.left < 1) return false;
    bucket.left -= 1;
    return true;
  }
}
