const REPLACEMENT = 0xfffd;
/** Code points a call of `fromCodePoint`: arguments live on the stack. */
const CHUNK = 4_096;

/** Payload bits of a first byte, how many bytes follow, and the least code point of that length. */
function leadOf(byte: number): readonly [bits: number, more: number, least: number] | undefined {
  if (byte >= 0xc2 && byte <= 0xdf) return [byte & 0x1f, 1, 0x80];
  if (byte >= 0xe0 && byte <= 0xef) return [byte & 0x0f, 2, 0x800];
  if (byte >= 0xf0 && byte <= 0xf4) return [byte & 0x07, 3, 0x1_0000];
  return undefined;
}

/** One character at `at`, and how many bytes it took. What is no UTF-8 becomes U+FFFD. */
function charAt(b: Uint8Array, at: number): readonly [point: number, bytes: number] {
  const lead = leadOf(b[at] ?? 0);
  if (lead === undefined) return [REPLACEMENT, 1];
  let [point, more, least] = lead;
  for (let i = 1; i <= more; i += 1) {
    const byte = b[at + i] ?? 0;
    if ((byte & 0xc0) !== 0x80) return [REPLACEMENT, i];
    point = (point << 6) | (byte & 0x3f);
  }
  const isBad = point < least || point > 0x10_ffff || (point >= 0xd800 && point <= 0xdfff);
  return [isBad ? REPLACEMENT : point, more + 1];
}

/** UTF-8 as text; total, like a lenient decoder of the platform. */
export function textOfUtf8(b: Uint8Array): string {
  let text = '';
  let points: number[] = [];
  for (let at = 0; at < b.length; ) {
    const byte = b[at] ?? 0;
    const [point, bytes] = byte < 0x80 ? [byte, 1] : charAt(b, at);
    points.push(point);
    at += bytes;
    if (points.length === CHUNK) {
      text += String.fromCodePoint(...points);
      points = [];
    }
  }
  return text + String.fromCodePoint(...points);
}
