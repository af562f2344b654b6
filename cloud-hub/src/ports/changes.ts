/** What has changed, by key: told after the commit, for live pages. Read the value from the store. */
export type Change =
  | { readonly entity: 'site' | 'sync'; readonly siteId: string }
  | { readonly entity: 'pile'; readonly siteId: string; readonly pileNo: string }
  | {
      readonly entity: 'connector';
      readonly siteId: string;
      readonly pileNo: string;
      readonly connectorNo: number;
    }
  | { readonly entity: 'order'; readonly siteId: string; readonly orderNo: string }
  | { readonly entity: 'command'; readonly siteId: string; readonly id: string };

/** Must return soon and must not throw. */
export type OnChange = (changes: readonly Change[]) => void;
