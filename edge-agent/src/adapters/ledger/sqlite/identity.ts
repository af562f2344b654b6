import { randomUUID } from 'node:crypto';
import { FaultError } from '@holdfast/shared/errors/fault';
import type { LedgerIdentity } from '../../../ports/ledger.ts';
import type { Meta } from './meta.ts';

/** Who the store is, as its file says ([SYNC-10]). */
export const readIdentity = (meta: Meta): LedgerIdentity => ({
  siteId: meta.get('site_id') ?? '',
  storeId: meta.get('store_id') ?? '',
  epoch: Number(meta.get('epoch') ?? 0),
  bootNo: Number(meta.get('boot_no') ?? 0),
});

/** Names a new file, counts a boot of a known one; throws when the file belongs to another site. */
export function openIdentity(meta: Meta, siteId: string): LedgerIdentity {
  const owner = meta.get('site_id');
  if (owner !== undefined && owner !== siteId) {
    throw new FaultError(
      'ledger-failed',
      `the data folder holds the ledger of site ${owner}, not of ${siteId}. Correct the site in the ` +
        'configuration, or give this site a data folder of its own.',
    );
  }
  if (owner === undefined) {
    meta.set('site_id', siteId);
    meta.set('epoch', '0');
  }
  if (meta.get('store_id') === undefined) meta.set('store_id', randomUUID());
  meta.set('boot_no', String(readIdentity(meta).bootNo + 1));
  return readIdentity(meta);
}
