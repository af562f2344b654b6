import { hex8, hexOf, putHex } from './bytes.ts';
import { ProtocolError } from './errors.ts';
import type { Field } from './field.ts';
import type { PileTime } from './field-time.ts';

/** Piles keep Chinese local time, which has had no summer time since 1991. */
const OFFSET_MS = 8 * 3_600_000;
const FORM = /^(20\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:FF|00)$/;

/** Epoch milliseconds of sixteen hex digits; `null` when they cannot be a time. */
function msOf(wire: string): number | null {
  const digits = FORM.exec(wire);
  if (digits === null) return null;
  const [, year, month, day, hour, minute, second] = digits;
  const text = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const ms = Date.parse(text);
  // 31 April would roll over into May: then the text differs.
  return Number.isNaN(ms) || new Date(ms).toISOString() !== text ? null : ms - OFFSET_MS;
}

/** Eight bytes `YYYYMMDDhhmmss FF` of packed BCD, UTC+8. */
export const bcdTime = (zh: string, note?: string): Field<PileTime> => ({
  zh,
  wire: 'BCD 8',
  bytes: 8,
  domain: { kind: 'bcd-time' },
  ...(note !== undefined && { note }),
  read(b, at) {
    const wire = hex8(b, at);
    return { ms: msOf(wire), wire };
  },
  write: (b, at, value) => putHex(b, at, 8, value.wire),
});

/** The value to send for a moment; `null` is no time. `bad-value` outside 2000…2099. */
export function bcdTimeOf(ms: number | null): PileTime {
  if (ms === null) return { ms: null, wire: hexOf(new Uint8Array(8)) };
  const whole = Math.trunc(ms / 1_000) * 1_000;
  const at = new Date(whole + OFFSET_MS);
  const year = at.getUTCFullYear();
  if (!(year >= 2000 && year <= 2099)) {
    throw new ProtocolError('bad-value', `a pile's clock cannot show ${ms} ms`);
  }
  return { ms: whole, wire: `${at.toISOString().slice(0, 19).replace(/\D/g, '')}FF` };
}
