/** Who knocks at the broker, and from where. */
export interface Knock {
  readonly vendor: string;
  readonly siteId: string;
  readonly secret: string;
  readonly address: string;
}
export type Admission = 'yes' | 'no' | 'too-many-failures' | 'busy';

/** Decides whether a site may connect; the broker adapter asks, the hub answers. */
export type SiteAuth = (knock: Knock) => Promise<Admission>;
