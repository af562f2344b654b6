/** Seeded chance: the same seed gives the same run on every machine. */
export interface Random {
  /** An integer in [0, below). */
  readonly below: (below: number) => number;
  /** True once in `oneIn` times on average; never when `oneIn` is 0. */
  readonly once: (oneIn: number) => boolean;
  /** An integer in [min, max]. */
  readonly between: (min: number, max: number) => number;
  readonly pick: <T>(items: readonly [T, ...T[]]) => T;
  /** An independent sequence for a part of the run, so that one part's draws do not shift another's. */
  readonly fork: (name: string) => Random;
}

function hashOf(text: string, seed: number): number {
  let hash = (2_166_136_261 ^ seed) >>> 0;
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 16_777_619) >>> 0;
  }
  return hash;
}

/** Mulberry32: small, fast, good enough to choose faults; never used for secrets. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const below = (limit: number): number => (limit <= 1 ? 0 : next() % limit);
  return {
    below,
    once: (oneIn) => oneIn > 0 && below(oneIn) === 0,
    between: (min, max) => min + below(max - min + 1),
    pick: (items) => items[below(items.length)] ?? items[0],
    fork: (name) => randomOf(hashOf(name, seed)),
  };
}
