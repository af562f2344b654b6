/** A connector that is kept for somebody until a time; whoever comes first of the two names fits. */
export interface Reservation {
  /** Never given twice at a site. */
  readonly id: number;
  /** `null`: some connector of the site. */
  readonly pileNo: string | null;
  /** `null`: some connector of the pile. */
  readonly connectorNo: number | null;
  /** The card or token that it is kept for; cards of its group fit too. */
  readonly token: string | null;
  /** The account that it is kept for, whatever it charges with. */
  readonly account: string | null;
  readonly expiresAtMs: number;
  readonly madeAtMs: number;
}
