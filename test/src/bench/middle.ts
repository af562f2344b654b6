import type { BenchResult } from './result.ts';

/** What a figure is compared by: its ratio, or itself where there is no floor. */
const weightOf = ({ ratio, figure }: BenchResult): number => ratio ?? figure;

/**
 * Of several runs of the same benchmark, the middle one of each figure, whole: its floor was measured
 * beside it, and a mean of ratios would be of nothing that has happened.
 */
export function middleOf(runs: readonly (readonly BenchResult[])[]): readonly BenchResult[] {
  const [first = []] = runs;
  return first.flatMap(({ name }) => {
    const same = runs
      .flat()
      .filter((result) => result.name === name)
      .toSorted((a, b) => weightOf(a) - weightOf(b));
    return same[same.length >> 1] ?? [];
  });
}
