/** `billing_cases.json`, typed; for tests. The specification's worked cases, each with its id. */
export interface ReadingsCase {
  readonly id: string;
  readonly readings: readonly (readonly [at: string, kwh: string])[];
  readonly loss: string;
  readonly rows: readonly {
    readonly start: string;
    readonly end: string;
    readonly kind: number;
    readonly energy: string;
    readonly elec: string;
    readonly service: string;
  }[];
  readonly energy: string;
  readonly elec: string;
  readonly service: string;
  readonly total: string;
  readonly exact: string;
  readonly rounded_once: string;
}

interface Cases {
  readonly prices: Readonly<Record<'0' | '1' | '2' | '3' | 'service', string>>;
  readonly slots: Readonly<Record<'normal' | 'sharp', string>>;
  readonly cases: readonly [
    e1: ReadingsCase,
    e1b: ReadingsCase,
    e1c: ReadingsCase,
    e2: ReadingsCase,
    e3: {
      readonly rows: readonly (readonly [kwh: string, price: string])[];
      readonly sum_of_rounded: string;
      readonly rounded_once: string;
    },
    e4: {
      readonly before: readonly [at: string, kwh: string];
      readonly after: readonly [at: string, kwh: string];
      readonly at: string;
      readonly value: string;
    },
    e5: {
      readonly price: string;
      readonly int: number;
      readonly le_hex: string;
      readonly combined: string;
      readonly combined_int: number;
      readonly combined_le_hex: string;
    },
    e6: {
      readonly balance: string;
      readonly p_max_kw: string;
      readonly reaction_s: number;
      readonly price: string;
      readonly reserve: string;
      readonly stop_at: string;
      readonly energy_ceiling: string;
    },
    e7: {
      readonly end: string;
      readonly unplug: string;
      readonly free_min: number;
      readonly per_min: string;
      readonly chargeable_s: number;
      readonly fee_started_minutes: string;
      readonly fee_full_minutes: string;
    },
    e8: { readonly prepaid: string; readonly bill: string; readonly refund: string },
    e9: {
      readonly old: string;
      readonly new: string;
      readonly modulus: string;
      readonly energy: string;
    },
    e10: {
      readonly amount: string;
      readonly percent: readonly number[];
      readonly shares: readonly string[];
      readonly channel_base: string;
      readonly channel_rate: string;
      readonly channel_fee: string;
    },
  ];
}

// A name in a variable: the project's file list holds sources only, so tsc must not look for it.
const file = './billing_cases.json';
const { default: vectors }: { readonly default: Cases } = await import(file, {
  with: { type: 'json' },
});

export const { prices, slots } = vectors;
export const [e1, e1b, e1c, e2, e3, e4, e5, e6, e7, e8, e9, e10] = vectors.cases;
