/**
 * A share of `range` that is the same for a station at every boot and spread evenly over stations, so
 * that a thousand that start together do not come back together ([OCPP-A7]; FNV-1a).
 */
export function spreadOf(pileNo: string, range: number): number {
  let hash = 0x811c_9dc5;
  for (let i = 0; i < pileNo.length; i += 1) {
    hash = Math.imul(hash ^ pileNo.charCodeAt(i), 0x0100_0193);
  }
  return Math.floor(((hash >>> 0) / 0x1_0000_0000) * range);
}
