/** Who the n-th station of the benchmark is. */
export const identityOfStation = (n: number): string => `BENCH-${String(n).padStart(6, '0')}`;
