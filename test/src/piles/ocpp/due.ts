import type { PileTariff } from '../books.ts';
import { type Reading, riseOf, SLOT_MS } from './register.ts';

const ZONE_MS = 8 * 3_600_000;
const DAY_MS = 86_400_000;
/** 1e-4 kWh in a watt-hour. */
const STEPS_PER_WH = 10n;

interface Stretch {
  readonly kind: 0 | 1 | 2 | 3;
  readonly day: number;
  energy: bigint;
}

/** Rate kind and day of an instant in China. */
function placeOf(tariff: PileTariff, atMs: number): Pick<Stretch, 'kind' | 'day'> {
  const local = atMs + ZONE_MS;
  const kind = tariff.slots[Math.floor((local % DAY_MS) / SLOT_MS)];
  const known = kind === 0 || kind === 1 || kind === 3 ? kind : 2;
  return { kind: known, day: Math.floor(local / DAY_MS) };
}

const fenOf = (energy: bigint, price: bigint): bigint =>
  (energy * price + 5_000_000n) / 10_000_000n;

/** Delivered between the first reading and the last, 1e-4 kWh. */
export function energyOf(readings: readonly Reading[]): bigint {
  let wh = 0n;
  for (const [i, { wh: after }] of readings.entries()) {
    wh += riseOf(readings[i - 1]?.wh ?? after, after);
  }
  return wh * STEPS_PER_WH;
}

/**
 * What is due in fen: energy by stretches of one price within one day, electricity and service of
 * each rounded half up. Exact, for the meter was read at every half hour.
 */
export function dueOf(readings: readonly Reading[], tariff: PileTariff): bigint {
  const stretches: Stretch[] = [];
  for (const [i, after] of readings.entries()) {
    const before = readings[i - 1];
    if (before === undefined) continue;
    const place = placeOf(tariff, before.atMs);
    const last = stretches.at(-1);
    const energy = riseOf(before.wh, after.wh) * STEPS_PER_WH;
    if (last !== undefined && last.kind === place.kind && last.day === place.day) {
      last.energy += energy;
    } else {
      stretches.push({ ...place, energy });
    }
  }
  return stretches.reduce(
    (sum, { kind, energy }) =>
      sum + fenOf(energy, tariff.electricity[kind]) + fenOf(energy, tariff.service[kind]),
    0n,
  );
}
