/** Longest identity of a station, in characters (2.x part 4 §3.1.1). */
export const IDENTITY_CHARS_MAX = 48;

export type IdentityFault = 'bad-encoding' | 'empty' | 'too-long' | 'bad-character';

export type IdentityReading =
  | { readonly ok: true; readonly identity: string }
  /** `status` is that of the HTTP answer. */
  | { readonly ok: false; readonly status: 400; readonly fault: IdentityFault };

/** A colon would end the user name of basic authentication; slashes and dots would lead out of a folder. */
const FORBIDDEN = /[\p{C}\p{Zl}\p{Zp}:/\\]|^\.{1,2}$|^\s|\s$/u;

const refused = (fault: IdentityFault): IdentityReading => ({ ok: false, status: 400, fault });

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/**
 * The identity of a station from the target of its request: the last segment of the path, decoded.
 * Query and one trailing slash do not count; case does.
 */
export function identityOf(target: string): IdentityReading {
  const path = (/^[^?#]*/.exec(target)?.[0] ?? '').replace(/^[a-z]+:\/\/[^/]*/i, '');
  const segment = path.replace(/\/$/, '').split('/').at(-1) ?? '';
  const identity = decoded(segment);
  if (identity === undefined) return refused('bad-encoding');
  if (identity === '') return refused('empty');
  if ([...identity].length > IDENTITY_CHARS_MAX) return refused('too-long');
  if (FORBIDDEN.test(identity)) return refused('bad-character');
  return { ok: true, identity };
}
