import { randomBytes } from 'node:crypto';
import { PROFILE_0 } from '@holdfast/protocols/gqaa/profile-0';
import type { BodyCipher } from '@holdfast/protocols/gqaa/seal';
import { cbcCipher } from './adapters/crypto/cbc-cipher.ts';
import type { Front } from './adapters/tcp/front.ts';
import type { EdgeConfig } from './config.ts';
import type { FrontPlace } from './fronts.ts';
import { gqaaProtocol } from './piles/gqaa/protocol.ts';
import { openTcp } from './tcp-fronts.ts';

/** Ciphers of the piles that have a key, made once. */
function ciphersOf({ piles }: EdgeConfig): ReadonlyMap<string, BodyCipher> {
  const ciphers = new Map<string, BodyCipher>();
  for (const { pileNo, bodyKey } of piles.values()) {
    if (bodyKey === undefined) continue;
    ciphers.set(pileNo, cbcCipher(bodyKey.cipher, Buffer.from(bodyKey.keyHex, 'hex')));
  }
  return ciphers;
}

/** Opens the 广汽 fronts of a site. */
export function gqaaFronts(config: EdgeConfig): (place: FrontPlace) => Front {
  const ciphers = ciphersOf(config);
  const protocol = gqaaProtocol({
    cipherOf: (pileNo) => ciphers.get(pileNo),
    iv: () => randomBytes(PROFILE_0.ivBytes),
  });
  return (place) => openTcp(place, protocol);
}
