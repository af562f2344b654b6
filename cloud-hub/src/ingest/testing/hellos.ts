import type { Hello } from '@holdfast/shared/sync/messages';
import { NOON_MS, SITE, VENDOR } from '../../adapters/sql/testing/events.ts';

/** A HELLO of a store that has sent nothing yet. */
export const helloOf = (more: Partial<Hello> = {}): Hello => ({
  type: 'hello',
  siteId: SITE,
  vendor: VENDOR,
  storeId: 'store-a',
  link: 'link-1',
  epoch: 0,
  proto: [1, 3],
  software: '0.1.0',
  clock: { wallMs: NOON_MS + 250, monoMs: 1_000, bootNo: 1, quality: 2 },
  streams: [{ lane: 'money', next: 1, acked: 0, pending: 0, oldestMs: null }],
  ...more,
});
