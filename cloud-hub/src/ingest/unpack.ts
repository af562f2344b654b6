import { inflateRawSync } from 'node:zlib';
import type { Unpacking } from '@holdfast/shared/sync/wire';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** What reading a payload needs of this machine. A bomb stops at the limit, not after it. */
export const unpacking: Unpacking = {
  text: (bytes) => utf8.decode(bytes),
  inflate: (bytes, limitBytes) => {
    try {
      return inflateRawSync(bytes, { maxOutputLength: limitBytes });
    } catch {
      return undefined;
    }
  },
};
