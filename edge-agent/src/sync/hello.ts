import {
  type Gone,
  type Hello,
  SYNC_VERSION,
  SYNC_VERSION_MIN,
} from '@holdfast/shared/sync/messages';
import type { LedgerIdentity, StreamState } from '../ports/ledger.ts';

/** HELLO of a connection: who this store is and where its streams stand ([SYNC-10]). */
export function helloOf(
  identity: LedgerIdentity,
  streams: readonly StreamState[],
  told: Pick<Hello, 'vendor' | 'link' | 'software' | 'clock'> & { replaces: string | undefined },
): Hello {
  const { siteId, storeId, epoch } = identity;
  const { replaces, ...rest } = told;
  return {
    type: 'hello',
    siteId,
    storeId,
    ...(replaces === undefined ? {} : { replaces }),
    epoch,
    proto: [SYNC_VERSION_MIN, SYNC_VERSION],
    ...rest,
    streams: streams
      .filter(({ stream }) => stream.vendor === told.vendor)
      .map(({ stream, next, acked, pending, oldestMs }) => ({
        lane: stream.lane,
        next,
        acked,
        pending,
        oldestMs,
      })),
  };
}

export const goneOf = ({ siteId, storeId }: LedgerIdentity, link: string): Gone => ({
  type: 'gone',
  siteId,
  storeId,
  link,
});
