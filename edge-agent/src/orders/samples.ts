import type { MeterReading } from '@holdfast/shared/money/readings';
import type { OrderRules } from './session.ts';

/** Every second one goes; the first and the last stay. */
const thinned = (samples: readonly MeterReading[]): readonly MeterReading[] =>
  samples.filter((_sample, n) => n % 2 === 0 || n === samples.length - 1);

/**
 * Adds a reading to a charge's samples. The newest is always kept; those before it are at least
 * `sampleMs` apart, and when there are too many every second one goes.
 */
export function withSample(
  samples: readonly MeterReading[],
  reading: MeterReading,
  rules: Pick<OrderRules, 'samples' | 'sampleMs'>,
): readonly MeterReading[] {
  const last = samples.at(-1);
  if (last !== undefined && reading.atMs < last.atMs) return samples;
  const before = samples.at(-2);
  const replaces =
    last !== undefined && before !== undefined && last.atMs - before.atMs < rules.sampleMs;
  const grown = [...(replaces ? samples.slice(0, -1) : samples), reading];
  return grown.length > rules.samples ? thinned(grown) : grown;
}

/** Puts readings that came late where their time puts them; of two at one time the first stays. */
export function withLateReadings(
  samples: readonly MeterReading[],
  readings: readonly MeterReading[],
  rules: Pick<OrderRules, 'samples'>,
): readonly MeterReading[] {
  const known = new Set(samples.map(({ atMs }) => atMs));
  const fresh = readings.filter(({ atMs }) => !known.has(atMs));
  let all: readonly MeterReading[] = [...samples, ...fresh].sort((a, b) => a.atMs - b.atMs);
  while (all.length > rules.samples) all = thinned(all);
  return all;
}
