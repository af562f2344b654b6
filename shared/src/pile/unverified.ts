/** A protocol of which no document and no capture is public: every number of it is an assumption. */
export interface UnverifiedProfile {
  /** What its assumptions are called, with their version. */
  readonly profile: string;
  readonly zh: string;
  readonly en: string;
}

const PROFILES: ReadonlyMap<string, UnverifiedProfile> = new Map([
  [
    'jfy',
    {
      profile: 'jfy-profile-0',
      zh: '晶福源协议未公开：按 AAF5 同族协议推定，未经真桩验证。',
      en: 'The protocol of 晶福源 is not public: it is assumed after its AAF5 relatives and has met no real pile.',
    },
  ],
  [
    'gqaa',
    {
      profile: 'gqaa-profile-0',
      zh: '广汽协议未公开：按南瑞 NYC 推定，未经真桩验证。',
      en: 'The protocol of 广汽 is not public: it is assumed after 南瑞 NYC and has met no real pile.',
    },
  ],
]);

/**
 * Why what piles of a vendor's lane say is to be taken with care; `undefined`: their protocol is
 * public. Logs, both APIs and both pages mark such piles 未经验证, unverified.
 */
export const unverifiedProfileOf = (vendor: string): UnverifiedProfile | undefined =>
  PROFILES.get(vendor);
