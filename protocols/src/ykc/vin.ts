/** No letter I, O or Q: they look like digits (ISO 3779). */
const ALPHABET = /^[A-HJ-NPR-Z0-9]{17}$/;
const WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
/** Values of A to Z for the check digit; I, O and Q never come. */
const LETTERS = '12345678012345070923456789';
const CHECK_AT = 8;

const weightOf = (sign: string): number =>
  sign >= 'A' ? Number(LETTERS[sign.charCodeAt(0) - 65]) : Number(sign);

/** The ninth sign of a Chinese VIN is a check digit (GB 16735). */
function hasCheckDigit(vin: string): boolean {
  const sum = [...vin].reduce((total, sign, i) => total + weightOf(sign) * (WEIGHTS[i] ?? 0), 0);
  return vin[CHECK_AT] === 'X0123456789'[((sum % 11) + 1) % 11];
}

/** How much a text looks like a VIN read from its front. */
function likenessOf(vin: string): number {
  const chinese = vin.startsWith('L') ? 1 : 0;
  const numbered = /\d{4}$/.test(vin) ? 1 : 0;
  return (hasCheckDigit(vin) ? 3 : 0) + chinese + numbered;
}

/**
 * The VIN in a text of a frame, whichever end the pile began with (ykc.md §3): the order that looks
 * more like a VIN wins, the one of the frame's table on a tie. `null` when it is none, such as all
 * zero or all FF.
 */
export function vinOf(text: string): string | null {
  if (!ALPHABET.test(text)) return null;
  const turned = [...text].reverse().join('');
  return likenessOf(turned) > likenessOf(text) ? turned : text;
}
