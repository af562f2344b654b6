/** A card, token or account that may charge at the site, as somebody at the site has entered it. */
export interface StoredCard {
  /** What the reader reads, or the text of a token; compared without regard to capitals. */
  readonly token: string;
  readonly account: string;
  /** What may be spent since `asOf`, fen as a decimal string. */
  readonly balanceFen: string;
  readonly asOf: string;
  readonly state: 'accepted' | 'blocked';
  /** From then on it counts as expired, epoch milliseconds; `null`: never. */
  readonly expiresAtMs: number | null;
  /** Cards of one group may stop each other's charges. */
  readonly group: string | null;
  /** Whether it may charge at several connectors at a time. */
  readonly concurrent: boolean;
  readonly changedAtMs: number;
}

/** A group of cards that is more than a name in its cards. */
export interface CardGroup {
  readonly group: string;
  /** `blocked`: none of its cards may charge. */
  readonly state: 'accepted' | 'blocked';
  readonly changedAtMs: number;
}
