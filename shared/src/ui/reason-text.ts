import type { TFunction } from 'i18next';

/** Why a command came to nothing, in words; a code that is not known here stays as it is. */
export const reasonText = (t: TFunction, reason: string | null): string =>
  reason === null ? '' : t(`reason.${reason}`, { defaultValue: reason });

/** The name of a vendor's protocol; one that is not known here stays as it is. */
export const vendorText = (t: TFunction, vendor: string): string =>
  t(`vendor.${vendor}`, { defaultValue: vendor });
