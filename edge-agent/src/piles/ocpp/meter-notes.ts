import { decimalOf, type EnergyStep, energyStep, energyText } from '@holdfast/shared/units';
import { type Fields, integerAt, isFields, textAt } from './fields.ts';
import { chargeEnergyOf, type MeterRegister } from './meter-register.ts';

/** Where the meter of a charge stood after a reset, and what had been counted until then ([OCPP-C14]). */
export interface MeterNote {
  readonly atMs: number;
  readonly register: EnergyStep;
  readonly energy: EnergyStep;
}

/** By what the station calls the charge. */
export type MeterNotes = Readonly<Record<string, MeterNote>>;

/** Charges whose meters are remembered at once. */
const METERS_MAX = 32;
const PLACES = 4;

/**
 * [OCPP-C14] With what a reset took from a register, which after a restart no reading tells of;
 * `undefined`: there is nothing new to remember.
 */
export function withReset(
  notes: MeterNotes,
  key: string,
  register: MeterRegister,
): MeterNotes | undefined {
  const { flaws, energy, register: stands, readings } = chargeEnergyOf(register);
  const before = notes[key];
  const isNew = before === undefined ? flaws.includes('reset') : (stands ?? 0n) < before.register;
  const atMs = readings.at(-1)?.atMs;
  if (!isNew || stands === null || atMs === undefined) return undefined;
  const others = Object.entries(notes).filter(([other]) => other !== key);
  const kept = [...others, [key, { atMs, register: stands, energy }] as const];
  return Object.fromEntries(kept.slice(-METERS_MAX));
}

/** Reads the note; what is not as it was written is forgotten. */
export function metersOf(note: Fields): MeterNotes {
  return Object.fromEntries(
    Object.entries(note).flatMap(([key, meter]) => {
      if (!isFields(meter)) return [];
      const register = decimalOf(textAt(meter, 'register'), PLACES);
      const energy = decimalOf(textAt(meter, 'energy'), PLACES);
      const atMs = integerAt(meter, 'atMs');
      if (register === undefined || energy === undefined || atMs === undefined) return [];
      return [[key, { atMs, register: energyStep(register), energy: energyStep(energy) }] as const];
    }),
  );
}

/** The note, as JSON can hold it. */
export const meterNotes = (notes: MeterNotes): unknown =>
  Object.fromEntries(
    Object.entries(notes).map(([key, { atMs, register, energy }]) => [
      key,
      { atMs, register: energyText(register), energy: energyText(energy) },
    ]),
  );
