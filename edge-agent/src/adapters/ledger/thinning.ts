/** What thinning looks at. */
export interface ThinnableRow {
  readonly seq: number;
  readonly atMs: number;
  readonly key: string;
}

/** Numbers that may go so that each key keeps its last report of every span of `spanMs`. */
export function thinnedOf(rows: readonly ThinnableRow[], spanMs: number): readonly number[] {
  const kept = new Set<string>();
  const gone: number[] = [];
  for (const row of rows.toReversed()) {
    const slot = `${Math.floor(row.atMs / spanMs)} ${row.key}`;
    if (kept.has(slot)) gone.push(row.seq);
    else kept.add(slot);
  }
  return gone.reverse();
}

/** Runs of neighbouring numbers, so that each becomes one gap and one deletion. */
export function runsOf(
  numbers: readonly number[],
): readonly (readonly [from: number, to: number])[] {
  const runs: [number, number][] = [];
  for (const n of numbers) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] + 1 === n) last[1] = n;
    else runs.push([n, n]);
  }
  return runs;
}
