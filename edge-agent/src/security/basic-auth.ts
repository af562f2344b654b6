/** A header that is longer is none of ours: 48 characters of identity, 64 of password, as base64. */
const HEADER_MAX = 1_024;
const KEY_HEX = /^(?:[0-9a-f]{2}){16,20}$/i;
const KEY_CHARS_MAX = 40;
const COLON = 0x3a;

/**
 * A password in the one form that is hashed: the key of 16 to 20 bytes of OCPP 1.6, which some piles
 * send as its hex digits, is always its bytes; everything else is what it is ([OCPP-A11]).
 */
export function canonicalPassword(password: Uint8Array): Uint8Array {
  const text = password.length <= KEY_CHARS_MAX ? Buffer.from(password).toString('latin1') : '';
  return KEY_HEX.test(text) ? Uint8Array.from(Buffer.from(text, 'hex')) : password;
}

export const passwordBytes = (text: string): Uint8Array =>
  canonicalPassword(Uint8Array.from(Buffer.from(text, 'utf8')));

const startsWith = (bytes: Uint8Array, user: Uint8Array): boolean =>
  bytes.length > user.length &&
  bytes[user.length] === COLON &&
  user.every((byte, n) => bytes[n] === byte);

/**
 * The password in an `Authorization: Basic` header whose user name is the identity; `undefined`: there
 * is none. The name ends where the identity does, so a password may hold colons and any byte.
 */
export function basicPasswordOf(
  header: string | undefined,
  identity: string,
): Uint8Array | undefined {
  if (header === undefined || header.length > HEADER_MAX) return undefined;
  const encoded = /^\s*basic\s+([A-Za-z0-9+/_-]+={0,2})\s*$/i.exec(header)?.[1];
  if (encoded === undefined) return undefined;
  const bytes = Uint8Array.from(Buffer.from(encoded, 'base64'));
  for (const encoding of ['utf8', 'latin1'] as const) {
    const user = Uint8Array.from(Buffer.from(identity, encoding));
    if (startsWith(bytes, user)) return canonicalPassword(bytes.subarray(user.length + 1));
  }
  return undefined;
}
