/** What the power of a connector is computed with, and what it falls back to. */
export interface Wiring {
  /** Between a line and neutral. */
  readonly volts: number;
  readonly phases: 1 | 3;
  /** What a connector may draw when nobody renews its limit, A per line. */
  readonly safeA: number;
}

/** What the configuration says of one station; what it leaves out is as its driver has it. */
export interface OwnSettings {
  readonly heartbeatSeconds?: number;
  /** Minutes east of Greenwich, where its times come without a zone. */
  readonly zoneMinutes?: number;
  readonly wiring?: Wiring;
  /** Whether it is asked and set what nobody asked for. */
  readonly isTended?: boolean;
  /** Keys (1.6) or variables (2.x) that it is set to, over those of the driver. */
  readonly configuration?: Readonly<Record<string, string>>;
}

export type OwnSettingsOf = (pileNo: string) => OwnSettings;

/** Nothing is said of any. */
export const asTheDriverHasIt: OwnSettingsOf = () => ({});
