/**
 * A share of `range` that is the same for a station at every boot and spread evenly over stations, so
 * that a thousand that start together do not come back together ([OCPP-A7]; FNV-1a).
 */
export const spreadOf = (pileNo: string, range: number): number =>
  Math.floor((hashOf(pileNo) / 0x1_0000_0000) * range);

/** FNV-1a: 32 bits that name a text, the same on every machine. */
export function hashOf(text: string): number {
  let hash = 0x811c_9dc5;
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x0100_0193);
  }
  return hash >>> 0;
}
