/** What the 云快充 driver is told by configuration. Times in milliseconds. */
export interface YkcSettings {
  /** A pile that is not served keeps its connection so long (ykc.md §12.5). */
  readonly graceMs: number;
  /** After a login the clock and the QR prefix follow within this time, each pile at its own. */
  readonly welcomeMs: number;
  /** The clock is set again so often. */
  readonly clockEveryMs: number;
  /** A card or VIN that nobody answered is forgotten after so long. */
  readonly askMs: number;
  /** A start that was sent or allowed counts as a charge so long, unless the pile says otherwise. */
  readonly startMs: number;
  /** The guns of a parallel charge ask within this time of one another. */
  readonly parallelMs: number;
  /** 二维码前缀; `null`: not pushed. */
  readonly qr: QrPrefix | null;
}

/** At most 200 bytes of ASCII (addendum of 2023). */
export interface QrPrefix {
  readonly format: 'prefix-pile' | 'prefix-pile-gun';
  readonly prefix: string;
}

export const YKC_SETTINGS: YkcSettings = {
  graceMs: 3_000,
  welcomeMs: 3_000,
  clockEveryMs: 24 * 3_600_000,
  askMs: 30_000,
  startMs: 90_000,
  parallelMs: 3_000,
  qr: null,
};
