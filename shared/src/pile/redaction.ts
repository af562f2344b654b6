/** Put in the place of every secret. */
const REDACTED = '***';
/** Settings of a station that hold what it proves itself with. */
const SECRET_SETTINGS: ReadonlySet<string> = new Set(['authorizationkey', 'basicauthpassword']);
/** Fields that hold a secret wherever they stand (network profiles, uploads). */
const SECRET_FIELDS: ReadonlySet<string> = new Set([...SECRET_SETTINGS, 'password', 'apnpassword']);
/** Fields of a setting in which its value stands. */
const VALUES: ReadonlySet<string> = new Set(['value', 'attributevalue']);
/** Most frames hold nothing of the kind: they are not looked at any further. */
const SUSPECT = /AuthorizationKey|Password|:\/\/[^"/]*@|"key"|\\u/i;
const USER_IN_URL = /(:\/\/)[^/@\s]*@/g;
const DEPTH_MAX = 64;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The setting that an object is about: `key` in 1.6, `variable.name` in 2.x. */
function settingOf(record: Readonly<Record<string, unknown>>): string {
  const { key, variable } = record;
  const name = isRecord(variable) ? variable['name'] : key;
  return typeof name === 'string' ? name.toLowerCase() : '';
}

function without(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.replace(USER_IN_URL, `$1${REDACTED}@`);
  if (depth > DEPTH_MAX) return REDACTED;
  if (Array.isArray(value)) return value.map((item) => without(item, depth + 1));
  if (!isRecord(value)) return value;
  const isSecret = SECRET_SETTINGS.has(settingOf(value));
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      hides(name.toLowerCase(), isSecret, value) ? REDACTED : without(member, depth + 1),
    ]),
  );
}

/** `key` names a setting in 1.6 and is a secret of a VPN in 2.x, beside its `server`. */
function hides(name: string, isSecret: boolean, record: Readonly<Record<string, unknown>>) {
  if (VALUES.has(name)) return isSecret;
  if (name === 'key') return 'server' in record && 'password' in record;
  return SECRET_FIELDS.has(name);
}

/**
 * A frame without the secrets in it, for captures: passwords of stations, of network profiles, of the
 * places that files go to. What cannot be read and looks as if it held one is not shown at all.
 */
export function redacted(text: string): string {
  if (!SUSPECT.test(text)) return text;
  try {
    return JSON.stringify(without(JSON.parse(text), 0));
  } catch {
    return REDACTED;
  }
}
